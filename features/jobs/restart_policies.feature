@job
Feature: A Job says how its containers restart
  What is right for a server, to be restarted for ever, is wrong for work that ends.

  Rule: Work that ends is not restarted for ever

    @api @job_9
    Scenario Outline: A Job must say how its containers restart
      When the Job "<name>" is created as it is printed
      Then it is refused for its field "spec.template.spec.restartPolicy"

      Examples:
        | name                 |
        | restarted-for-ever   |
        | restarted-by-default |

  Rule: Pods of other controllers run for ever

    @job_3
    Scenario: Work that ends well is done again and again where pods have to run for ever
      When the same work is left to the ReplicationController "restless"
      Then the container of "restless" is restarted 2 times after exit code 0, ever more slowly

    @api @job_3
    Scenario Outline: No other controller lets its pods end
      When the <kind> "<name>" is created as it is printed
      Then it is refused for its field "<field>"

      Examples:
        | kind                  | name                  | field                            |
        | ReplicationController | restarted-on-failure  | spec.template.spec.restartPolicy |
        | ReplicaSet            | restarted-on-failure  | spec.template.spec.restartPolicy |
        | DaemonSet             | restarted-on-failure  | spec.template.spec.restartPolicy |

    @api @job_21
    Scenario Outline: No other controller lets its pods run out of time
      When the <kind> "<name>" is created as it is printed
      Then it is refused for its field "<field>"

      Examples:
        | kind                  | name                  | field                                    |
        | ReplicationController | with-pods-out-of-time | spec.template.spec.activeDeadlineSeconds |
        | ReplicaSet            | with-pods-out-of-time | spec.template.spec.activeDeadlineSeconds |
        | DaemonSet             | with-pods-out-of-time | spec.template.spec.activeDeadlineSeconds |

  Rule: What fails is tried again, in the same pod or in another

    @job_4 @job_22
    Scenario: A failed container is restarted in its pod
      When the Job "fails-in-place" is created
      Then the container of "fails-in-place" is restarted 1 times after exit code 1, ever more slowly
      And "fails-in-place" makes exactly 1 pods in all

    @job_22
    Scenario: With its last restart a Job has failed, and its pod goes
      When the Job "fails-in-place" is created
      Then "fails-in-place" is "FailureTarget" before it is "Failed", for "BackoffLimitExceeded"
      And "fails-in-place" fails for the reason "BackoffLimitExceeded"
      And no pod of "fails-in-place" is left
      And an event "BackoffLimitExceeded" tells of "fails-in-place"
      And "fails-in-place" makes exactly 1 pods in all

    @job_4 @job_22 @k8s_j23
    Scenario Outline: A failed pod stays, and is followed by another until it is too often
      When the Job "<name>" is created
      Then "<name>" is "FailureTarget" before it is "Failed", for "BackoffLimitExceeded"
      And "<name>" fails for the reason "BackoffLimitExceeded"
      And <pods> pods of "<name>" have ended as "Failed", each with exit code 1 and reason "Error"
      And "<name>" makes exactly <pods> pods in all
      And "<name>" backs off for longer after each failure

      Examples:
        | name        | pods |
        | fails-anew  | 3    |
        | fails-twice | 2    |
