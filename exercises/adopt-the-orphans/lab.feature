Feature: A ReplicaSet adopts the pods by hand

  Scenario: They were adopted, and not made anew
    Given the ReplicationController "swift" is in its steady state of 3 ready pods
    When the learner has done it by hand
    Then no pod was deleted to get there
    And the ReplicaSet "swift" owns exactly the pods it began with
    And "swift" converges to 3 ready pods
