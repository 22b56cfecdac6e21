@liveness
Feature: A container that fails its liveness probe is restarted
  The kubelet probes the container, not the pod: the pod stays what and where it is, and a new
  container takes the place of the one that was killed. Three failures in a row are needed; a
  process that ignores the request to end is given its grace first.

  Rule: The container is replaced, the pod is not

    @lp_1 @lp_6 @lp_16 @lp_31
    Scenario: An application that answers with errors gets a new container in the same pod
      Given the Pod "kubia-liveness" is ready
      When the application of "kubia-liveness" begins to answer with errors
      Then its liveness probe fails three times, saying "HTTP probe failed with statuscode: 500"
      And its container is restarted in the same pod within 80 seconds
      And another container has taken its place, in the same pod on the same node
      And its previous container ended with exit code 137 and reason "Error"

    @lp_1 @lp_16
    Scenario: Whatever happens to its container, the pod stays what and where it is
      Given the Pod "kubia-liveness" is ready
      When the application of "kubia-liveness" begins to answer with errors
      Then its container is killed for its liveness probe
      And its container is restarted in the same pod within 80 seconds
      And the pod is never deleted
      And no pod is ever moved to another node

    @lp_17
    Scenario: What the container wrote is gone, what it wrote to a volume is not
      Given the Pod "keeps-a-file" is ready
      When the file "/tmp/healthy" is removed in its container
      Then its container is restarted
      And another container has taken its place, in the same pod on the same node
      And the log of its container says "found /kept/mark"
      And the log of its container does not say "found /own-mark"

  Rule: Each container has a probe of its own

    @lp_2
    Scenario: One of two containers fails its probe
      When the Pod "two-containers" is created
      Then the liveness probe of its container "failing" fails
      And its container "failing" is restarted
      And its container "steady" is never restarted
      And no probe of its container "steady" ever fails

  Rule: What the previous container had to say can be read, and only that

    @lp_12 @lp_15 @lp_22
    Scenario: The log of the container before tells its whole life
      When the Pod "worn-by-its-probe" is created
      Then it has no previous container, and no log of one
      And its container is restarted
      And the log of its previous container begins with "Kubia server starting"
      And the log of its previous container says "Received request" exactly eight times
      And the log of its container begins anew with "Kubia server starting"

    @lp_12
    Scenario: An application that tires after five requests is fresh again in a new container
      Given the Pod "without-a-probe" is ready
      And it answers five requests well, and no further one
      When its process is asked to end
      Then its container is restarted
      And it answers five requests well, and no further one

  Rule: A pod that wears itself out is restarted for ever, and each time a little later

    @lp_13 @k8s_p5 @k8s_p8
    Scenario: The probe itself uses up the good answers, again and again
      When the Pod "worn-by-its-probe" is created
      Then its container is restarted two times
      And its liveness probe fails six times, saying "HTTP probe failed with statuscode: 500"
      And its container is killed for its liveness probe
      And no restart is ever forgotten

    @lp_32
    Scenario: Who fails again and again is put off for longer and longer
      When the Pod "fails-quickly" is created
      Then its restart number 1 comes 0 seconds to 5 seconds after its end
      And its container is put off for 10 seconds
      And its restart number 2 comes 10 seconds to 30 seconds after its end
      And its container is put off for 20 seconds
      And its kubelet says "BackOff"

  Rule: The exit code tells how the container came to its end

    @lp_18
    Scenario Outline: A container that <name> is restarted all the same
      When the Pod "<name>" is created
      Then its container is killed for its liveness probe
      And its container is restarted
      And its previous container ended with exit code <code> and reason "<reason>"

      Examples:
        | name                  | code | reason    |
        | ignores-the-request   | 137  | Error     |
        | not-the-first-process | 143  | Error     |
        | ends-tidily           | 0    | Completed |

    @lp_18
    Scenario: A process that does not care for the request to end is given its whole grace
      When the Pod "ignores-the-request" is created
      Then its container is restarted
      And its previous container was killed 3 seconds after it was asked to end
