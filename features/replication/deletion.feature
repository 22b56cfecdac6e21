@replication_controller @replica_set
Feature: What becomes of pods when their owner is deleted
  They go with it, or they stay and are nobody's; whoever deletes it decides. The garbage collector
  does it, not the controller of the owner, which is gone by then.

  Rule: Pods go with their owner

    @rc_32 @rs_2 @rs_12 @rc_22
    Scenario Outline: An owner takes its pods with it, and nobody else's
      Given the Pod "stranger" is ready
      And the <kind> "swift" is in its steady state of 3 ready pods
      When "swift" is deleted with its pods
      Then it is gone, and its pods with it
      And the Pod "stranger" is never touched

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

    @rc_26 @rs_2
    Scenario Outline: A pod that has left the selector outlives its former owner
      Given the <kind> "swift" is in its steady state of 2 ready pods
      And one of the pods of "swift" has left its selector
      And "swift" has 2 ready pods again
      When "swift" is deleted with its pods
      Then it is gone, and its pods with it
      And the pod that had left is never touched

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

    @k8s_g1
    Scenario: An owner that has not come to rest takes its pods with it
      Given the ReplicationController "swift" is in its steady state of 2 ready pods
      And "swift" has been scaled to 6 pods
      When "swift" is deleted with its pods
      Then it is gone, and its pods with it
      And there are 0 pods labelled "app=swift", and it stays so for 3 seconds

    @k8s_g4
    Scenario Outline: An owner that is to go last goes last
      Given the <kind> "swift" is in its steady state of 3 ready pods
      When "swift" is deleted after its pods
      Then it is gone, and its pods with it
      And it is never gone before its pods

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

  Rule: Who is deleted by a label takes its pods with it, and nobody else's

    @k8s_rs6
    Scenario: The ReplicaSets of an old release are deleted at once
      Given the ReplicaSet "old-shop" is in its steady state of 2 ready pods
      And the ReplicaSet "old-till" is in its steady state of 1 ready pods
      And the ReplicaSet "new-shop" is in its steady state of 2 ready pods
      When the ReplicaSets labelled "release=old" are deleted with their pods
      Then each of them is gone, and its pods with it
      And "new-shop" keeps exactly its pods

  Rule: Pods stay behind as orphans

    @rc_33 @rs_2 @rs_12 @k8s_g2
    Scenario Outline: An owner leaves its pods as they are
      Given the <kind> "swift" is in its steady state of 3 ready pods
      When "swift" is deleted without its pods
      Then it is gone, and its pods run on as orphans
      And there are 3 pods labelled "app=swift", and it stays so for 5 seconds
      And its pods are never touched

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

    @rc_33
    Scenario: An orphan is not replaced
      Given the ReplicationController "other" is in its steady state of 1 ready pods
      And the ReplicationController "swift" is in its steady state of 3 ready pods
      And "swift" has left its pods as orphans
      When one of the orphans is deleted
      Then there are 2 pods labelled "app=swift", and it stays so for 5 seconds
      And "other" converges to 1 ready pods

    @rc_34 @rs_2 @rs_24
    Scenario Outline: Another owner takes the orphans over
      A ReplicaSet can follow a ReplicationController in this way, and no pod is lost.

      Given the <former> "swift" is in its steady state of 3 ready pods
      And "swift" has left its pods as orphans
      When the <latter> "swift" is created
      Then "swift" converges to 3 ready pods
      And "swift" claims the orphans as they are
      And "swift" has made 0 pods in all and removed 0

      Examples:
        | former                | latter                |
        | ReplicationController | ReplicationController |
        | ReplicaSet            | ReplicaSet            |
        | ReplicationController | ReplicaSet            |

  Rule: Where nobody decides, the kind does
    A ReplicationController leaves its pods, as in the days before the garbage collector; every kind
    that came later takes them with it.

    @rc_32 @k8s_g3
    Scenario: A ReplicationController leaves its pods
      Given the ReplicationController "swift" is in its steady state of 3 ready pods
      When "swift" is deleted without a word on its pods
      Then it is gone, and its pods run on as orphans

    @rs_12
    Scenario: A ReplicaSet takes its pods with it
      Given the ReplicaSet "swift" is in its steady state of 3 ready pods
      When "swift" is deleted without a word on its pods
      Then it is gone, and its pods with it

  Rule: Whoever follows a workload is told of each step of its life, once

    @k8s_rc5
    Scenario: A ReplicationController is made, changed, scaled and deleted
      Given the ReplicationController "swift" is in its steady state of 1 ready pods
      And "swift" has been given the image "mycool0905/kubia"
      And "swift" has been scaled to 2 pods
      When "swift" is deleted with its pods
      Then it is gone, and its pods with it
      And its life is told from its making to its deletion, each step of it once
        | status.readyReplicas                  | 1                |
        | spec.template.spec.containers.0.image | mycool0905/kubia |
        | spec.replicas                         | 2                |
