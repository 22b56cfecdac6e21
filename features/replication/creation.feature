@replication_controller @replica_set
Feature: A ReplicationController or a ReplicaSet comes into being
  It makes the pods that are missing, and takes over those that are there.

  Rule: What is asked for is made

    @rc_16 @rc_9 @rs_2 @rs_8 @k8s_rc1 @k8s_rs1
    Scenario Outline: Three pods are asked for, and three are made
      When the <kind> "kubia" is created
      Then "kubia" converges to 3 ready pods
      And "kubia" has made 3 pods in all and removed 0
      And all pods of "kubia" are made from its template
      And each pod of "kubia" answers in its own name
      And an event "SuccessfulCreate" tells of "kubia"

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

    @rc_10 @rc_18 @rc_19 @rs_2 @rs_11 @k8s_rs7
    Scenario Outline: What it is made of, and how far it has come, can be read from it
      When the <kind> "kubia" is created
      Then "kubia" converges to 3 ready pods
      And "kubia" is described by
        | Name            | kubia                 |
        | Selector        | app=kubia             |
        | Desired         | 3                     |
        | Current         | 3                     |
        | Ready           | 3                     |
        | Replicas        | 3 current / 3 desired |
        | Pods Running    | 3                     |
        | Pods Failed     | 0                     |
        | Template Labels | app=kubia             |
        | Template Image  | mycool0905/kubia      |
      And an event "SuccessfulCreate" tells of "kubia"

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

    @rc_35
    Scenario: A selector that is left out is that of the template
      When the ReplicationController "unselective" is created
      Then "unselective" converges to 1 ready pods
      And "unselective" is described by
        | Selector | app=kubia |
        | Labels   | app=kubia |

    @rs_10
    Scenario: A ReplicaSet takes the template of a ReplicationController
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      When the ReplicaSet "kubia-set" is created
      Then "kubia-set" converges to 3 ready pods
      And the pods of "kubia" and "kubia-set" are of one make

    @rs_1
    Scenario: A ReplicaSet is what a Deployment makes
      When the Deployment "kubia" is created
      Then "kubia" converges to 3 ready pods
      And "kubia" keeps its pods through a ReplicaSet of its own

  Rule: What is there already is taken over

    @rc_22 @rs_2 @k8s_rc3 @k8s_rs3
    Scenario Outline: A pod that was there before is claimed, and only the others are made
      Given the Pod "forerunner" is ready
      When the <kind> "kubia" is created
      Then "kubia" converges to 3 ready pods
      And "kubia" claims the Pod "forerunner"
      And "kubia" has made 2 pods in all and removed 0

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |
