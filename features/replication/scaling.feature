@replication_controller
Feature: A ReplicationController follows the number it is asked for
  A changed number is a changed wish: the difference is created or removed, and no more than that.

  Rule: A larger number adds pods and keeps those that are there

    @rc_11 @rc_29
    Scenario: Scaling up makes the missing pods
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      When "kubia" is scaled to 10 pods
      Then "kubia" converges to 10 ready pods within 90 seconds
      And "kubia" never has more than 10 pods
      And the surviving pods of "kubia" are never touched

  Rule: A smaller number removes pods, and never one too many

    @rc_7 @rc_11 @rc_30
    Scenario: Scaling down removes the surplus
      Given the ReplicationController "kubia" is in its steady state of 10 ready pods
      When "kubia" is scaled to 3 pods
      Then "kubia" converges to 3 ready pods within 60 seconds
      And "kubia" never has fewer than 3 ready pods

    @rc_11
    Scenario: Scaling to nothing removes every pod
      Given the ReplicationController "kubia" is in its steady state of 2 ready pods
      When "kubia" is scaled to 0 pods
      Then "kubia" converges to 0 ready pods within 60 seconds
      And "kubia" never has more than 2 pods
