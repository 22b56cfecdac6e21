Feature: A pod is handed over by hand

  Scenario: That very pod has another controller
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods
    When the learner has done it by hand
    Then no pod was deleted to get there
    And the ReplicationController "other" has taken over one of the pods it began with
    And "other" converges to 1 ready pods
    And "kubia" converges to 3 ready pods
