Feature: A new image in the template, by hand

  Scenario: It was edited, and then its pods were deleted
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods
    When the learner has done it by hand
    Then the ReplicationController "kubia" is the very one it began with
    And none of the pods it began with is left
    And the pods of the ReplicationController "kubia" are of the image "luksa/kubia"
    And "kubia" converges to 3 ready pods
