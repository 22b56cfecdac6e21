@replication_controller @replica_set
Feature: ReplicationControllers and ReplicaSets follow the number they are asked for
  A changed number is a changed wish: the difference is created or removed, and no more than that.
  Whoever changes it, and by which way, the outcome is the same.

  Rule: A larger number adds pods and keeps those that are there

    @rc_11 @rc_29 @rc_31 @rs_2 @k8s_rs4
    Scenario Outline: More pods are asked for
      Given the <kind> "kubia" is in its steady state of 3 ready pods
      When "kubia" is <asked> <more> pods
      Then "kubia" converges to <more> ready pods within 90 seconds
      And the surviving pods of "kubia" are never touched
      And "kubia" makes <made> pods and removes 0
      And "kubia" has been changed exactly once

      Examples:
        | kind                  | asked             | more | made |
        | ReplicationController | scaled to         | 10   | 7    |
        | ReplicationController | edited to ask for | 5    | 2    |
        | ReplicaSet            | scaled to         | 5    | 2    |
        | ReplicaSet            | edited to ask for | 5    | 2    |

    @rc_15
    Scenario: An autoscaler asks for more by the same way as a person
      It can only do so much without measurements: it keeps the number within its bounds.

      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      When "kubia" is put under the HorizontalPodAutoscaler "four-to-six"
      Then "kubia" converges to 4 ready pods within 60 seconds
      And "kubia" never has more than 4 pods

  Rule: A smaller number removes pods, and never one too many

    @rc_4 @rc_7 @rc_11 @rc_30 @rc_31 @rs_2 @k8s_rc6
    Scenario Outline: Fewer pods are asked for
      Given the <kind> "swift" is in its steady state of <many> ready pods
      When "swift" is <asked> <few> pods
      Then "swift" converges to <few> ready pods within 60 seconds
      And "swift" never has fewer than <few> ready pods
      And "swift" makes 0 pods and removes <removed>
      And "swift" has been changed exactly once

      Examples:
        | kind                  | many | asked             | few | removed |
        | ReplicationController | 10   | scaled to         | 3   | 7       |
        | ReplicationController | 3    | edited to ask for | 1   | 2       |
        | ReplicaSet            | 5    | scaled to         | 2   | 3       |
        | ReplicaSet            | 3    | edited to ask for | 0   | 3       |

    @rc_30 @k8s_rc6
    Scenario Outline: A pod that costs less to lose is the one that goes
      Given the <kind> "swift" is in its steady state of 3 ready pods
      And one of the 3 ready pods of "swift" costs least to delete
      When "swift" is scaled to 2 pods
      Then "swift" converges to 2 ready pods within 60 seconds
      And the pods of "swift" that cost more are never touched

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |
