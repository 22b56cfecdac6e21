@control_plane @replication_controller
Feature: Nothing is lost, and nothing done twice, when the control plane fails in the middle of work
  What has been decided stands in its database. Whoever comes next goes on from there.

  Background:
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods

  Rule: Work that was half done is finished, and not begun anew

    @fault_kill_controller
    Scenario: The controller-manager crashes when it has made the second of three pods
      When all of the pods of "kubia" are deleted, and the controller-manager is killed as soon as the second replacement is made
      Then "kubia" converges to 3 ready pods within 90 seconds
      And "kubia" makes 3 pods and removes 0

    @fault_kill_controller
    Scenario: Controllers and scheduler crash at once
      When the controller-manager and the scheduler are killed at once
      Then "kubia" converges to 3 ready pods within 90 seconds
      And "kubia" keeps exactly its pods

  Rule: A control plane that stands still for a moment has forgotten nothing

    @fault_freeze_controller
    Scenario Outline: <process> stands still, and pods run on
      When <process> stands still for 8 seconds
      Then "kubia" converges to 3 ready pods within 90 seconds
      And "kubia" keeps exactly its pods

      Examples:
        | process        |
        | kube-scheduler |
        | kube-apiserver |
        | etcd           |

  Rule: Each controller minds its own kind

    @fault_switch_off_controller
    Scenario: A controller that is switched off takes no other with it
      When the controller "replicaset-controller" is switched off
      Then "kubia" converges to 3 ready pods within 90 seconds
      And "kubia" keeps exactly its pods
