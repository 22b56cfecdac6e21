@replication_controller @replica_set
Feature: A workload that may not have its pods says so, and tries on
  A quota stands between what is asked for and what may be. Nothing is lost by it: as soon as either
  of them gives way, the workload converges.

  Rule: The failure is reported as long as it lasts

    @k8s_rc2 @k8s_rs2
    Scenario Outline: A relaxed quota lets the missing pod be made
      Given the <kind> "thrifty" has been created under the ResourceQuota "two-pods"
      And "thrifty" reports the condition "ReplicaFailure"
      When the quota is set to 3 pods
      Then "thrifty" converges to 3 ready pods within 60 seconds
      And "thrifty" no longer reports the condition "ReplicaFailure"
      And an event "FailedCreate" tells of "thrifty"

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

    @k8s_rc2 @k8s_rs2
    Scenario Outline: A smaller wish is one that may be fulfilled
      Given the <kind> "thrifty" has been created under the ResourceQuota "two-pods"
      And "thrifty" reports the condition "ReplicaFailure"
      When "thrifty" is scaled to 2 pods
      Then "thrifty" no longer reports the condition "ReplicaFailure"
      And "thrifty" never has more than 2 pods
      And an event "FailedCreate" tells of "thrifty"

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |
