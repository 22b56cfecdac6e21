@replication_controller
Feature: The restart of an agent or of the cluster's front door touches no pod
  Containers run without either of them.

  Background:
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods

  Rule: Pods outlive those who look after them

    @cp_4 @control_plane
    Scenario: A restart of kube-apiserver
      When kube-apiserver is restarted
      Then "kubia" converges to 3 ready pods within 90 seconds

    @cp_5 @k8s_n15 @node_loss
    Scenario: A restart of a kubelet
      When the kubelet of a node that runs a pod of "kubia" is restarted
      Then "kubia" converges to 3 ready pods within 90 seconds
      And the surviving pods of "kubia" are never touched

  Rule: A node whose kubelet is silent is given up, though its containers run

    @node_1 @node_3 @cp_6 @node_loss
    Scenario: A stopped kubelet
      When the kubelet of a node that runs a pod of "kubia" is stopped
      Then that node is found to be NotReady
      And "kubia" converges to 3 ready pods
      And the pods of "kubia" on other nodes are never touched

    @fault_freeze_kubelet @node_loss
    Scenario: A frozen kubelet
      When the kubelet of a node that runs a pod of "kubia" is frozen
      Then that node is found to be NotReady
      And "kubia" converges to 3 ready pods
