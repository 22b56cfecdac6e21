Feature: A controller knows its pods by their labels, and makes the bond anew when it is cut
  Whose a pod is stands in its owner references. They can be lost, like anything that is written.

  Background:
    Given the ReplicationController "swift" is in its steady state of 3 ready pods

  Rule: A pod that is stripped of its owner is adopted again, and not replaced

    @replication_controller @fault_disown
    Scenario: A pod without an owner whose labels match is claimed again
      When one of the pods of "swift" is stripped of its owner
      Then "swift" converges to 3 ready pods within 60 seconds
      And "swift" claims that pod again
      And "swift" makes 0 pods and removes 0

  Rule: A crash inside a pod is none of its controller's business

    @replication_controller @fault_kill_containers
    Scenario: Pods whose containers were killed are kept
      When the containers of a majority of the pods of "swift" are killed
      Then "swift" converges to 3 ready pods within 60 seconds
      And "swift" keeps exactly its pods

  Rule: A pod that cannot go is replaced like one that has gone

    @replication_controller @fault_add_finalizer
    Scenario: A pod that a finalizer holds does not keep its replacement from coming
      Given one of the pods of "swift" is held by a finalizer of nobody's
      When all of the pods of "swift" are deleted
      Then "swift" converges to 3 ready pods within 60 seconds
      And the held pod is deleted, and still there after 3 seconds
