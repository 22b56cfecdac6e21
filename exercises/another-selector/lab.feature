Feature: A ReplicationController is given another selector by hand

  Scenario: It lets its pods go, and makes others
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods
    When the learner has done it by hand
    Then the ReplicationController "kubia" is the very one it began with
    And no pod was deleted to get there
    And the pods it began with are labelled "app=kubia"
    And the pods it began with are all released, and run on
    And "kubia" converges to 3 ready pods
