@control_plane @replication_controller
Feature: Controllers that were away make good what they missed, and no more than that
  A controller compares what is with what is asked for. What happened in between, and what its
  predecessor had begun, it need not know.

  Background:
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods

  Rule: What was missed is made good

    @rc_2 @cp_1
    Scenario: A pod lost while the controllers are frozen is replaced once they are thawed
      Given the controllers are frozen
      And one of the pods of "kubia" has been deleted
      When the controllers are thawed
      Then "kubia" converges to 3 ready pods within 90 seconds
      And "kubia" never has more than 3 pods

  Rule: A new process does not do the old one's work again

    @cp_2 @k8s_n13
    Scenario: A crash of the controller-manager changes no pod
      When the controller-manager is killed
      Then "kubia" converges to 3 ready pods within 90 seconds
      And "kubia" keeps exactly its pods

    @rc_2 @cp_2
    Scenario: A crash of the controller-manager while a pod is replaced makes no pod too many
      Given one of the pods of "kubia" has been deleted
      When the controller-manager is killed
      Then "kubia" converges to 3 ready pods within 90 seconds
      And "kubia" never has more than 3 pods
