Feature: A label that no selector asks for

  Scenario: Nothing is made, and nothing is removed
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods
    When one of the pods of "kubia" is labelled "type=special"
    Then "kubia" converges to 3 ready pods
    And "kubia" keeps exactly its pods
