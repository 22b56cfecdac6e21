@replication_controller
Feature: A ReplicationController replaces the pods it loses
  It counts the pods that its selector finds and that it owns. Whatever makes them fewer, a
  deletion or a label, it makes new ones; those that are left it does not touch.

  Background:
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods

  Rule: A lost pod is replaced, and only a lost pod

    @rc_2 @rc_3 @rc_17
    Scenario Outline: Lost pods are replaced
      When <blast radius> of the pods of "kubia" is deleted
      Then "kubia" converges to 3 ready pods within 60 seconds
      And the surviving pods of "kubia" are never touched
      And "kubia" never has more than 3 pods
      And every replacement of "kubia" is ready within 30 seconds of the loss

      Examples:
        | blast radius |
        | one          |
        | a majority   |

    @rc_2
    Scenario: A ReplicationController starts over when nothing is left
      When all of the pods of "kubia" are deleted
      Then "kubia" converges to 3 ready pods within 60 seconds
      And "kubia" never has more than 3 pods

    @rc_2
    Scenario: The replacement is there to stay
      When one of the pods of "kubia" is deleted
      Then "kubia" has 3 ready pods within 60 seconds and stays so for 10 seconds
      And "kubia" never has more than 4 pods, terminating ones included
      And no pod is ever moved to another node

    @rc_2
    Scenario: A pod that is gone without grace is replaced as well
      When one of the pods of "kubia" is deleted without grace
      Then "kubia" converges to 3 ready pods within 60 seconds
      And the surviving pods of "kubia" are never touched
      And nobody but their kubelets writes to the surviving pods of "kubia"

  Rule: A pod that leaves the selector is replaced, not destroyed

    @rc_25
    Scenario: A pod relabelled out of the selector is released and runs on
      When one of the pods of "kubia" is relabelled out of its selector
      Then "kubia" converges to 3 ready pods within 60 seconds
      And the relabelled pod is released by its controller
      And the relabelled pod is never touched
