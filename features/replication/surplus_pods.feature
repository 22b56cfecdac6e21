@replication_controller @replica_set
Feature: ReplicationControllers and ReplicaSets remove the pods that are too many
  One pod too many is as wrong as one too few. The surplus goes, what was asked for stays. What
  counts is decided by labels, not by what runs in a pod, nor by who made it.

  Rule: A surplus pod is claimed, and then one goes

    @rc_4 @rc_5 @rc_8 @rs_2
    Scenario Outline: A pod with the labels counts, whatever runs in it
      Given the <kind> "kubia" is in its steady state of 3 ready pods
      When pods labelled "app=kubia" are created beside "kubia"
      Then "kubia" converges to 3 ready pods within 60 seconds
      And "kubia" claims only those labelled "app=kubia"
      And "kubia" makes 0 pods and removes 1
      And the surviving pods of "kubia" are never touched

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

    @rc_4
    Scenario: What is removed was adopted before
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      When another pod that "kubia" selects is created
      Then the surplus pod is not deleted until "kubia" owns it
      And "kubia" converges to 3 ready pods within 60 seconds

    @rc_6 @rs_2
    Scenario Outline: A pod that is relabelled into the selector is claimed, and one goes
      Given the Pod "stranger" is ready
      And the <kind> "kubia" is in its steady state of 3 ready pods
      When the Pod "stranger" is labelled "app=kubia"
      Then "kubia" converges to 3 ready pods within 60 seconds
      And "kubia" claims the pod that was relabelled
      And "kubia" has made 0 pods in all and removed 1

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

  Rule: What the selector does not find is nobody's

    @rc_8 @rs_2
    Scenario Outline: A pod without the labels does not count, though the same runs in it
      Given the <kind> "kubia" is in its steady state of 3 ready pods
      When a pod of "mycool0905/kubia" labelled "app=other" is created beside "kubia"
      Then "kubia" converges to 3 ready pods within 60 seconds
      And "kubia" claims none of them
      And "kubia" keeps exactly its pods

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

    @rc_22 @rs_2 @rs_9
    Scenario Outline: A pod without the labels outlives the last pod that has them
      Given the Pod "stranger" is ready
      And the <kind> "kubia" is in its steady state of 2 ready pods
      When "kubia" is scaled to 0 pods
      Then "kubia" converges to 0 ready pods within 60 seconds
      And the Pod "stranger" is never touched

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

    @rc_1 @rc_20 @rs_2
    Scenario Outline: The loss of a pod that is nobody's moves nobody
      Given the Pod "stranger" is ready
      And the <kind> "kubia" is in its steady state of 3 ready pods
      When the Pod "stranger" is deleted
      Then "kubia" converges to 3 ready pods within 60 seconds
      And "kubia" makes 0 pods and removes 0
      And there are 0 pods labelled "app=stranger", and it stays so for 2 seconds

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

    @rc_26 @rs_2
    Scenario Outline: A pod that has left the selector is not replaced any more
      Given the <kind> "kubia" is in its steady state of 3 ready pods
      And one of the pods of "kubia" has left its selector
      And "kubia" has 3 ready pods again
      When the pod that has left is deleted
      Then "kubia" converges to 3 ready pods within 60 seconds
      And "kubia" makes 0 pods and removes 0

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

  Rule: What the selector does not ask about changes nothing

    @rc_23 @rs_2 @rs_9
    Scenario Outline: A label outside the selector leaves every pod where it is
      Given the <kind> "kubia" is in its steady state of 3 ready pods
      When one of the pods of "kubia" is labelled "type=special"
      Then "kubia" converges to 3 ready pods within 60 seconds
      And "kubia" keeps exactly its pods
      And the relabelled pod is never touched

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

  Rule: Labels decide who may claim, ownership decides whose it is

    @rc_27 @rs_2
    Scenario Outline: A label hands a pod over from one workload to another
      Given the <kind> "kubia" is in its steady state of 3 ready pods
      And the <kind> "other" is in its steady state of 2 ready pods
      When one of the pods of "kubia" is relabelled "app=other" out of it
      Then "kubia" converges to 3 ready pods
      And "other" converges to 2 ready pods
      And "other" claims the pod that was relabelled

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

    @rc_37
    Scenario: Two that ask for the same labels do not fight
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      And another ReplicationController like "kubia" is in its steady state as "twin" of 3 ready pods
      When one of the pods of "kubia" is deleted
      Then "kubia" converges to 3 ready pods
      And "twin" keeps exactly its pods
      And there are 6 pods labelled "app=kubia", and it stays so for 2 seconds

  Rule: What is too many is counted, and not read from a status

    @k8s_rs7
    Scenario: Somebody writes into the status of a ReplicaSet that it has more pods
      Given the ReplicaSet "kubia" is in its steady state of 3 ready pods
      When the status of "kubia" is overwritten to count 7 "replicas"
      Then "kubia" converges to 3 ready pods
      And "kubia" keeps exactly its pods
