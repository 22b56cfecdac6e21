@node_loss
Feature: A node that is cut off works on, and nobody hears of it
  The control plane cannot tell a node that is dead from one that it does not hear. It gives both
  up; but the pods of the latter run, and serve whoever can still reach them.

  Background:
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods

  Rule: Who is cut off from the control plane alone serves everybody else

    @fault_cut_network
    Scenario: Pods that the control plane has lost sight of serve on, and are replaced all the same
      When a node that runs a pod of "kubia" is cut off from the control plane
      Then its pods of "kubia" serve on while that node is NotReady
      And "kubia" converges to 3 ready pods
      And the pods of "kubia" on other nodes are never touched

    @fault_cut_network @elsewhere
    Scenario: To be heard it is not enough to hear
      When a node that runs a pod of "kubia" hears the control plane, and is not heard by it
      Then its pods of "kubia" serve on while that node is NotReady

  Rule: A node whose network is mended puts away what was replaced meanwhile

    @fault_cut_network
    Scenario: A node that was cut off from everybody returns
      Given a node that runs a pod of "kubia" has been cut off, and 3 pods are ready elsewhere
      When its network is mended
      Then that node is whole again, and has itself put away what was lost with it
      And "kubia" converges to 3 ready pods

  Rule: A node that stands still is given up like one that is down

    @fault_pause_node
    Scenario: The pods of a paused node are replaced elsewhere
      When a node that runs a pod of "kubia" is paused
      Then that node is found to be NotReady
      And "kubia" converges to 3 ready pods

  Rule: A poor network costs time, and no pod

    @fault_lose_packets
    Scenario: A node that loses a tenth of its packets is not given up
      When a node that runs a pod of "kubia" loses 10 percent of its packets
      Then "kubia" converges to 3 ready pods within 90 seconds
      And "kubia" keeps exactly its pods
      And that node is never found to be NotReady

  Rule: Containers outlive the one who started them

    @fault_restart_runtime
    Scenario: A restart of the container runtime touches no pod
      When the container runtime of a node that runs a pod of "kubia" is restarted
      Then "kubia" converges to 3 ready pods within 90 seconds
      And the surviving pods of "kubia" are never touched
