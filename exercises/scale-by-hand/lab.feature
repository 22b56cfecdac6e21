Feature: A ReplicationController is scaled by hand

  Scenario: Two more are made, and the three run on
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods
    When the learner has done it by hand
    Then the ReplicationController "kubia" is the very one it began with
    And no pod was deleted to get there
    And the ReplicationController "kubia" asks for 5 pods
    And "kubia" converges to 5 ready pods
