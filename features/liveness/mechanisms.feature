@liveness
Feature: A probe sends a request, opens a connection or runs a command
  Three mechanisms, and one of them to a probe. What counts as an error is for each its own; what
  follows three errors in a row is for all the same: the container is restarted. Today there is a
  fourth mechanism, grpc, and a command that takes too long has failed as well.

  Rule: A probe has one mechanism

    @api @lp_4
    Scenario: A probe of two mechanisms is refused
      When the Pod "two-handlers" is created as it is printed
      Then it is refused for its field "spec.containers[0].livenessProbe.tcpSocket"

  Rule: A request succeeds when its answer is no error

    @lp_4 @lp_5 @k8s_p6
    Scenario Outline: An application that answers <code> lives on
      When the Pod "answers-<code>" is created
      Then its application is asked five times in a row by its node, 1 second apart
      And its container is never restarted
      And no probe of it ever fails

      Examples:
        | code |
        | 200  |
        | 204  |
        | 302  |

    @lp_6
    Scenario Outline: An application that answers <code> is restarted
      When the Pod "answers-<code>" is created
      Then its liveness probe fails three times, saying "HTTP probe failed with statuscode: <code>"
      And its container is killed for its liveness probe
      And its container is restarted

      Examples:
        | code |
        | 404  |
        | 500  |

    @lp_7
    Scenario Outline: An application that gives no answer is restarted
      When the Pod "<name>" is created
      Then its liveness probe fails three times, saying "<reason>"
      And its container is killed for its liveness probe
      And its container is restarted

      Examples:
        | name                | reason                    |
        | nobody-listens      | connection refused        |
        | accepts-and-is-mute | context deadline exceeded |

  Rule: A connection succeeds when it can be opened, whoever speaks

    @lp_4 @lp_8
    Scenario: A listener that never speaks is alive
      When the Pod "open-port" is created
      Then its application is asked five times in a row by its node, 1 second apart
      And its container is never restarted
      And no probe of it ever fails

    @lp_9
    Scenario: A port that is closed ends a container whose process is alive
      Given the Pod "closable-port" is ready
      When its application closes its port and lives on
      Then its liveness probe fails three times, saying "connect: connection refused"
      And its container is killed for its liveness probe
      And its container is restarted
      And the log of its previous container says "Nobody listens any more"

  Rule: A command succeeds with status 0, and with no other

    @lp_4 @lp_10 @k8s_p4
    Scenario: A command that finds its file keeps the container alive
      When the Pod "file-is-there" is created
      Then the log of its container says "Probed" five times
      And its container is never restarted
      And no probe of it ever fails

    @lp_11 @k8s_p3
    Scenario: A file that goes takes the container with it
      Given the Pod "file-can-go" is ready
      When the file "/tmp/healthy" is removed in its container
      Then its liveness probe fails three times, saying "/tmp/healthy"
      And its container is killed for its liveness probe
      And its container is restarted

    @lp_11
    Scenario Outline: A command that ends with another status ends its container, again and again
      When the Pod "<name>" is created
      Then its liveness probe fails three times, saying "<reason>"
      And its container is killed for its liveness probe
      And its container is restarted two times

      Examples:
        | name           | reason       |
        | file-never-was | /tmp/healthy |
        | status-2       | not today    |
        | status-127     | not found    |

    @lp_11 @k8s_p9
    Scenario: A command that takes longer than it may has failed
      When the Pod "command-takes-long" is created
      Then its liveness probe fails three times, saying "timed out after 1s"
      And its container is killed for its liveness probe
      And its container is restarted
