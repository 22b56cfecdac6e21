@node_loss
Feature: A node is emptied no faster than the pods that leave it are replaced
  A disruption budget says how many pods must stay ready. Who drains a node asks for each pod until
  the budget allows it.

  Rule: A drain keeps within the budget

    @fault_drain_node
    Scenario: Two of six pods are on the node, and one may be missing at a time
      Given the ReplicationController "kubia" is in its steady state of 6 ready pods
      And the disruption budget "five-of-six" is in force
      When a node that runs a pod of "kubia" is drained
      Then "kubia" converges to 6 ready pods
      And "kubia" never has fewer than 5 ready pods
      And none of the pods of "kubia" runs on that node
