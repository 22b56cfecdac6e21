Feature: A ReplicationController with another selector

  Scenario: It lets its pods go, and makes others
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods
    When "kubia" is given the selector "app=kubia2"
    Then "kubia" converges to 3 ready pods
    And the former pods of "kubia" are let go
    And "kubia" makes 3 pods and removes 0
