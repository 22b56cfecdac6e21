@replication_controller @replica_set
Feature: ReplicationControllers and ReplicaSets replace the pods they lose
  They count the pods that their selector finds and that they own. Whatever makes them fewer, a
  deletion or a label, they make new ones; those that are left they do not touch. The two differ in
  what a selector can say, and in little else.

  Rule: A lost pod is replaced, and only a lost pod

    @rc_1 @rc_2 @rc_3 @rc_9 @rc_17 @rs_2
    Scenario Outline: Lost pods are replaced
      Given the <kind> "kubia" is in its steady state of 3 ready pods
      When <blast radius> of the pods of "kubia" is deleted
      Then "kubia" converges to 3 ready pods within 60 seconds
      And the surviving pods of "kubia" are never touched
      And "kubia" makes <made> pods and removes 0
      And what is new of "kubia" is made from its template

      Examples:
        | kind                  | blast radius | made |
        | ReplicationController | one          | 1    |
        | ReplicationController | a majority   | 2    |
        | ReplicaSet            | one          | 1    |

    @rc_2
    Scenario: A ReplicationController starts over when nothing is left
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      When all of the pods of "kubia" are deleted
      Then "kubia" converges to 3 ready pods within 60 seconds
      And "kubia" makes 3 pods and removes 0
      And every replacement of "kubia" is ready within 30 seconds of the loss

    @rc_2 @rc_9
    Scenario: One correction, and then nothing more is done
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      When one of the pods of "kubia" is deleted
      Then "kubia" has 3 ready pods within 60 seconds and stays so for 5 seconds
      And "kubia" makes 1 pods and removes 0
      And "kubia" never has more than 4 pods, terminating ones included
      And no pod is ever moved to another node

    @rc_2
    Scenario: A pod that is gone without grace is replaced as well
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      When one of the pods of "kubia" is deleted without grace
      Then "kubia" converges to 3 ready pods within 60 seconds
      And the surviving pods of "kubia" are never touched
      And nobody but their kubelets writes to the surviving pods of "kubia"

  Rule: The loss is noticed at once, and shows

    @rc_18 @rc_21 @rs_2
    Scenario Outline: The replacement is there long before the lost pod is gone
      Given the <kind> "kubia" is in its steady state of 3 ready pods
      When one of the pods of "kubia" is deleted
      Then "kubia" has 4 pods, terminating ones included, within 5 seconds
      And "kubia" reports 2 ready pods in between
      And "kubia" converges to 3 ready pods within 60 seconds
      And "kubia" asks for 3 pods all the while

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

  Rule: A pod that leaves the selector is replaced, not destroyed

    @rc_20 @rc_25 @rs_2 @rs_9 @k8s_rc4 @k8s_rs3
    Scenario Outline: A pod relabelled out of the selector is released and runs on
      Given the <kind> "kubia" is in its steady state of 3 ready pods
      When one of the pods of "kubia" is relabelled out of its selector
      Then "kubia" converges to 3 ready pods within 60 seconds
      And the relabelled pod is released by its controller
      And the relabelled pod is never touched
      And "kubia" makes 1 pods and removes 0

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

    @rc_26 @rs_2 @k8s_rc4 @k8s_rs3
    Scenario Outline: A pod that comes back is claimed again, and one is too many
      Given the <kind> "kubia" is in its steady state of 3 ready pods
      And one of the pods of "kubia" has left its selector
      When the pod that has left gets its labels back
      Then "kubia" converges to 3 ready pods within 60 seconds
      And "kubia" claims the pod that had left
      And "kubia" has made 1 pods in all and removed 1

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

  Rule: By hand, a label that has a value keeps it, unless it is to be overwritten

    @rc_24
    Scenario: A label with a value is not changed by the way
      Whoever speaks to the cluster itself, and not by way of the command, is not asked.

      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      When one of the pods of "kubia" is labelled "app=foo" by hand
      Then it is refused, saying "'app' already has a value (kubia), and --overwrite is false"
      And "kubia" converges to 3 ready pods
      And all pods of "kubia" are made from its template

    @rc_24 @rc_25
    Scenario: A label with a value is changed where that is asked for
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      When one of the pods of "kubia" is labelled "app=foo" by hand, overwriting
      Then "kubia" converges to 3 ready pods
      And the relabelled pod is released by its controller
      And the relabelled pod is never touched
