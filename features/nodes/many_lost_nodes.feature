@node_loss @exclusive
Feature: When too much of the cluster is down, nobody is sent away any more
  That so many nodes are lost at once is unlikely; more likely it is the control plane that has lost
  sight of them. Pods that run well would be killed for nothing.

  Rule: Beyond a share of the nodes, pods of a lost node stay

    @node_13
    Scenario: The third of five nodes that is lost keeps its pods
      Given the ReplicationController "kubia" is in its steady state of 6 ready pods
      And two nodes have been lost
      When a node that runs a pod of "kubia" is stopped
      Then that node is found to be NotReady
      And its pods of "kubia" are left there beyond the time after which they would have to go
