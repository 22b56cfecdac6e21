@replication_controller @replica_set
Feature: What a workload is made of can be changed while it runs
  A selector, a number and a template: the number moves pods that are there, the selector lets them
  go, and the template speaks of those to come only.

  Rule: A changed template is for pods to come

    @rc_14 @rc_28 @rs_2 @k8s_rs5
    Scenario Outline: Another template changes no pod
      Given the <kind> "kubia" is in its steady state of 3 ready pods
      When "kubia" is given the image "luksa/kubia"
      Then "kubia" converges to 3 ready pods
      And "kubia" keeps exactly its pods
      And the surviving pods of "kubia" run "mycool0905/kubia" all the while
      And "kubia" has been changed exactly once

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

    @rc_14
    Scenario: A further label in the template changes no pod
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      When the template of "kubia" is labelled "tier=front"
      Then "kubia" converges to 3 ready pods
      And "kubia" keeps exactly its pods
      And there are 0 pods labelled "tier=front", and it stays so for 2 seconds

    @rc_14 @rs_2 @k8s_rs5
    Scenario Outline: A pod that is made later is made from the template of then
      Given the <kind> "kubia" is in its steady state of 3 ready pods
      And "kubia" has been given the image "luksa/kubia"
      When one of the pods of "kubia" is deleted
      Then "kubia" converges to 3 ready pods
      And what is new of "kubia" is made from its template
      And the surviving pods of "kubia" run "mycool0905/kubia" all the while

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

  Rule: A changed selector lets the pods go, and new ones are made for it

    @rc_12 @rc_13 @rc_28
    Scenario: Another selector leaves the old pods to themselves
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      When "kubia" is given the selector "app=kubia2"
      Then "kubia" converges to 3 ready pods
      And the former pods of "kubia" are let go
      And the surviving pods of "kubia" are never touched
      And "kubia" makes 3 pods and removes 0

    @rc_12
    Scenario: A selector cannot change without the labels of the template
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      When the selector "app=kubia2" alone is asked of "kubia"
      Then it is refused, saying "`selector` does not match template `labels`"
      And "kubia" converges to 3 ready pods
      And all pods of "kubia" are made from its template

    @rs_22
    Scenario: The selector of a ReplicaSet is for life
      Printed texts change the selectors of ReplicationControllers; that of a ReplicaSet cannot be
      changed any more. Delete it without its pods, and make another.

      Given the ReplicaSet "kubia" is in its steady state of 3 ready pods
      When the selector "app=kubia2" is asked of "kubia"
      Then it is refused, saying "field is immutable"
      And "kubia" converges to 3 ready pods
      And all pods of "kubia" are made from its template

    @rc_28
    Scenario: Number, selector and template change at once
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      When "kubia" is redefined as 2 pods of "luksa/kubia" labelled "app=kubia2"
      Then "kubia" converges to 2 ready pods
      And the former pods of "kubia" are let go
      And all pods of "kubia" are made from its template
      And "kubia" has been changed exactly once
