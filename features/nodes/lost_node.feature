@node_loss
Feature: The pods of a lost node are replaced elsewhere, and the node comes back whole
  How soon a node is given up is a setting of the cluster, and so are the deadlines here.

  Background:
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods

  Rule: Pods on a lost node are replaced on the others

    @node_1 @node_3 @rc_2
    Scenario: A stopped node is given up and its pods are replaced
      When a node that runs a pod of "kubia" is stopped
      Then that node is found to be NotReady
      And "kubia" converges to 3 ready pods
      And the pods of "kubia" on other nodes are never touched

  Rule: A node that returns is whole, and nothing is left over

    @node_5 @node_6
    Scenario: A node that was given up returns
      Given a node that runs a pod of "kubia" has been lost and 3 pods are ready elsewhere
      When that node is started again
      Then that node is whole again
      And "kubia" converges to 3 ready pods
      And "kubia" never has more than 3 pods
