@replication_controller
Feature: A controller that is hit while it recovers recovers all the same
  It does not count what happened: it compares what is with what is asked for, as often as it must.

  Background:
    Given the ReplicationController "swift" is in its steady state of 3 ready pods

  Rule: However often pods are lost, each is replaced once

    @fault_delete_pods
    Scenario: Pods that are deleted at a rate are replaced at that rate
      When one of the pods of "swift" is deleted every 2 seconds for 10 seconds
      Then "swift" converges to 3 ready pods within 60 seconds
      And "swift" makes 5 pods and removes 0
      And "swift" never has more than 3 pods

    @fault_delete_pods
    Scenario: A workload that has just recovered is hit again in that moment
      When one of the pods of "swift" is deleted, and another as soon as the replacement is ready
      Then "swift" converges to 3 ready pods within 60 seconds
      And "swift" makes 2 pods and removes 0
