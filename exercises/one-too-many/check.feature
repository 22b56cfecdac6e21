Feature: A fourth pod with the label

  Scenario: It is adopted, and one goes
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods
    When another pod that "kubia" selects is created
    Then the surplus pod is not deleted until "kubia" owns it
    And "kubia" converges to 3 ready pods
    And "kubia" makes 0 pods and removes 1
