@node_loss
Feature: The pods of a lost node are replaced elsewhere, and the node comes back whole
  How soon a node is given up is a setting of the cluster, and so are the deadlines here. Today it is
  the node that becomes Unknown: its pods are shown to run until they are asked to go, and stay
  terminating until their kubelet is back.

  Rule: Pods on a lost node are replaced on the others, once it has been given up

    @node_1 @node_3 @node_4 @rc_2
    Scenario: A stopped node is given up, and then its pods are replaced
      Given the ReplicationController "kubia" is in its steady state of 10 ready pods
      When a node that runs a pod of "kubia" is stopped
      Then its pods of "kubia" are shown to run until it is given up, and have to go then
      And "kubia" converges to 10 ready pods
      And "kubia" never has more than 10 pods
      And the pods of "kubia" on other nodes are never touched

  Rule: A node that returns is whole, and nothing that was lost with it comes back

    @node_2 @node_5 @node_6 @k8s_n7 @k8s_n8 @kubelet
    Scenario: A node that was given up returns
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      And the Pod "lone" is ready
      And the node of "lone" has been lost and 3 pods of "kubia" are ready elsewhere
      When that node is started again
      Then that node is whole again, and has itself put away what was lost with it
      And "kubia" keeps exactly the pods that stood in, and nobody replaces "lone"

  Rule: A task that was lost with its node is begun again on another, if it is a Job's

    @node_9 @node_10 @node_16 @k8s_n12
    Scenario: A Job is done once its lost pod is gone, though the node is still down
      Given the task of the Job "fifteen-seconds" is under way
      And the Pod "lone-task" is ready
      And a node that runs a pod of "fifteen-seconds" has been lost, and its task is begun elsewhere
      When that node is declared out of service
      Then what was lost with it is gone while that node is NotReady, and nobody replaces "lone-task"
      And the task of "fifteen-seconds" is done by 1 pod after 1 that failed

  Rule: Who promises that a name is borne by one pod at most makes no second

    @stateful_set @k8s_n9
    Scenario: A StatefulSet does not stand in for a pod that may be running still
      Given the StatefulSet "steadfast" is in its steady state of 3 ready pods
      And the ReplicationController "kubia" is in its steady state of 3 ready pods
      When a node that runs a pod of "kubia" is stopped
      Then "kubia" converges to 3 ready pods
      And "steadfast" shows "status.readyReplicas" as "2"
      And "steadfast" makes 0 pods and removes 1

  Rule: A node that has left the cluster takes its pods with it

    @node_15
    Scenario: The pods of a removed node are collected, and replaced elsewhere
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      When a node that runs a pod of "kubia" is removed from the cluster
      Then its pods of "kubia" are collected
      And "kubia" converges to 3 ready pods
      And the pods of "kubia" on other nodes are never touched

    @node_15
    Scenario: A node that the cluster has forgotten loses its pods, though its machine runs on
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      When the Node object of a node that runs a pod of "kubia" is deleted
      Then its pods of "kubia" are collected
      And "kubia" converges to 3 ready pods
      And the pods of "kubia" on other nodes are never touched
