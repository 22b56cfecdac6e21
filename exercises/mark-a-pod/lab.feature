Feature: A pod is marked by hand

  Scenario: It is labelled, and stays a pod of its controller
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods
    When the learner has done it by hand
    Then no pod was deleted to get there
    And the ReplicationController "kubia" owns exactly the pods it began with
    And one of the pods it began with is labelled "type=special"
