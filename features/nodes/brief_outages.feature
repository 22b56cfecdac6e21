@node_loss
Feature: An outage that is over in time replaces nothing
  Until a node is given up nothing shows that it is down, and until its pods have to go it can come
  back to them.

  Rule: A node that is back at once keeps its pods

    @node_11
    Scenario: The containers of a node that was down for a moment are started again in their pods
      Given the ReplicationController "patient" is in its steady state of 3 ready pods
      When a node that runs a pod of "patient" is restarted
      Then its pods of "patient" are restarted in place, in new sandboxes
      And "patient" converges to 3 ready pods
      And "patient" keeps exactly its pods

  Rule: A node that is back before its pods have to go keeps them

    @node_11 @k8s_n10
    Scenario: The eviction of pods is cancelled when their node is Ready again
      Given the ReplicationController "patient" is in its steady state of 3 ready pods
      And the kubelet of a node that runs a pod of "patient" is silent, and the eviction of its pods is pending
      When that kubelet is started again
      Then "patient" converges to 3 ready pods
      And "patient" keeps exactly its pods
      And it is told that the eviction of its pods of "patient" was cancelled

  Rule: Before a node is found dead, everything looks healthy

    @node_12
    Scenario: A pod that is deleted on a dead node is replaced at once, and cannot go
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      And a node that runs a pod of "kubia" has just been stopped
      When its pods of "kubia" are deleted
      Then they are replaced while that node and they themselves look ready
      And they are still there when that node is found to be NotReady
