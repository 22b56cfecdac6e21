@node_loss @exclusive
Feature: Nodes return whole in whatever order they are started
  A node that comes back with another node's address looks Ready and is not: pods on it cannot be
  reached. Whole means reachable.

  Rule: Nodes keep their identity

    @node_6
    Scenario: Two lost nodes return in the opposite order
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      And two nodes have been lost
      When they are started again, the last one first
      Then both nodes are whole again
      And "kubia" converges to 3 ready pods
      And "kubia" never has more than 3 pods
