Feature: A ReplicationController keeps three pods

  Scenario: Three pods come up
    When the ReplicationController "kubia" is created
    Then "kubia" converges to 3 ready pods

  Scenario: A lost pod is replaced, and only that
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods
    When one of the pods of "kubia" is deleted
    Then "kubia" converges to 3 ready pods
    And the surviving pods of "kubia" are never touched
    And "kubia" makes 1 pods and removes 0
