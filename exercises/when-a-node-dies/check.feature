@node_loss
Feature: What becomes of which pod when a node dies

  Scenario: The counted pod is replaced, the lone one is not
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods
    And the Pod "lone" is ready
    And the node of "lone" has been lost and 3 pods of "kubia" are ready elsewhere
    When that node is started again
    Then that node is whole again, and has itself put away what was lost with it
    And "kubia" keeps exactly the pods that stood in, and nobody replaces "lone"
