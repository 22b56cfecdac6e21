Feature: A repaired ReplicationController

  Scenario: It keeps three pods
    When the ReplicationController "kubia" is created
    Then "kubia" converges to 3 ready pods
