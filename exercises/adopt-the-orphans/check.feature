Feature: A ReplicaSet adopts the pods

  Scenario: It takes them over as they are
    Given the ReplicationController "swift" is in its steady state of 3 ready pods
    And "swift" has left its pods as orphans
    When the ReplicaSet "swift" is created
    Then "swift" converges to 3 ready pods
    And "swift" claims the orphans as they are
    And "swift" has made 0 pods in all and removed 0
