Feature: A pod is taken out for debugging

  Scenario: It is released and runs on, and three serve
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods
    When one of the pods of "kubia" is labelled "app=debug" by hand, overwriting
    Then "kubia" converges to 3 ready pods
    And the relabelled pod is released by its controller
    And the relabelled pod is never touched
