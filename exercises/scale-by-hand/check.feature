Feature: A ReplicationController is scaled

  Scenario: Two more are made, and the three are left alone
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods
    When "kubia" is scaled to 5 pods
    Then "kubia" converges to 5 ready pods
    And the surviving pods of "kubia" are never touched
    And "kubia" makes 2 pods and removes 0
