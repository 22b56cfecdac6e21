Feature: A pod is handed over to another controller

  Scenario: A label hands it over
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods
    And the ReplicationController "other" is in its steady state of 2 ready pods
    When one of the pods of "kubia" is relabelled "app=other" out of it
    Then "kubia" converges to 3 ready pods
    And "other" converges to 2 ready pods
    And "other" claims the pod that was relabelled
