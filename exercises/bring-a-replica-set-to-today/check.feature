Feature: A ReplicaSet of today

  Scenario: It replaces a lost pod
    Given the ReplicaSet "kubia" is in its steady state of 3 ready pods
    When one of the pods of "kubia" is deleted
    Then "kubia" converges to 3 ready pods
    And the surviving pods of "kubia" are never touched
