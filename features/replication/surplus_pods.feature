@replication_controller
Feature: A ReplicationController removes the pods that are too many
  One pod too many is as wrong as one too few. The surplus goes, what was asked for stays.

  Background:
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods

  Rule: A surplus pod is removed, and the ready ones stay

    @rc_4 @rc_5
    Scenario: Somebody else's pod with the same labels is adopted and removed
      When another pod that "kubia" selects is created
      Then "kubia" converges to 3 ready pods within 60 seconds
      And the surviving pods of "kubia" are never touched

    @rc_4
    Scenario: What is removed was adopted before
      When another pod that "kubia" selects is created
      Then the surplus pod is not deleted until "kubia" owns it
      And "kubia" converges to 3 ready pods within 60 seconds

  Rule: What the selector does not ask about changes nothing

    @rc_23
    Scenario: A label outside the selector leaves every pod where it is
      When one of the pods of "kubia" is labelled "type=special"
      Then "kubia" converges to 3 ready pods within 60 seconds
      And "kubia" keeps exactly its pods
      And the relabelled pod is never touched
