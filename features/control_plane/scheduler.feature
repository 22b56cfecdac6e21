@control_plane @replication_controller
Feature: New pods need a scheduler, and running pods need none
  Without a scheduler new pods are created and stay pending. One that comes back assigns them all.

  Rule: Whatever is pending is assigned

    @rc_11 @cp_3 @k8s_n14
    Scenario: Pods that were asked for without a scheduler run once there is one
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      And the scheduler is stopped
      And "kubia" has been scaled to 8 pods
      When the scheduler is started again
      Then "kubia" converges to 8 ready pods within 90 seconds
      And "kubia" never has fewer than 3 ready pods
