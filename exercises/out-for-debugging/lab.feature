Feature: A pod is taken out for debugging by hand

  Scenario: It was relabelled, and not deleted
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods
    When the learner has done it by hand
    Then no pod was deleted to get there
    And one of the pods it began with is released, and runs on
    And "kubia" converges to 3 ready pods
