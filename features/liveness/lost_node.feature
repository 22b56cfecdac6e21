@node_loss
Feature: A container is probed and restarted by the kubelet of its node, and by nobody else
  Restarting a container is the business of the node that it runs on. Where the node is lost,
  nobody probes, and nobody restarts: to replace the pod is the business of its controller.

  Rule: Where there is no kubelet there is no restart

    @lp_31 @kubelet
    Scenario: The pods on a lost node are not restarted any more
      Given the ReplicationController "restless" is in its steady state of 3 ready pods
      When a node that runs a pod of "restless" is stopped
      Then that node is found to be NotReady
      And a pod of "restless" on another node is restarted
      And the pods of "restless" on that node are not restarted any more
