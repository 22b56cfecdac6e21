@daemon_set @node_loss
Feature: A daemon belongs to its node, whole or lost
  Its pod can stand nowhere else, so nothing is gained by sending it away.

  Rule: The daemon of a lost node stays, and none is made elsewhere

    @node_8 @node_14 @ds_15
    Scenario: The daemon of a stopped node is kept while other pods are replaced
      Given the DaemonSet "node-agent" runs on each node
      And the ReplicaSet "kubia" is in its steady state of 3 ready pods
      When a node that runs a pod of "kubia" is stopped
      Then "kubia" converges to 3 ready pods
      And "node-agent" keeps exactly its pods
      And "node-agent" counts one node fewer, and a pod where none belongs

  Rule: What every node needs runs on every node, those of the control plane included

    @ds_2 @k8s_n16 @elsewhere
    Scenario: A kube-proxy that is killed comes back on its node
      When the kube-proxy of a node is killed
      Then its container there is started again
      And the cluster's "kube-proxy" has a pod on every node, and counts as many

  Rule: A node that joins gets its daemon at once

    @ds_7
    Scenario: A node that is registered anew gets a new pod
      Given the DaemonSet "node-agent" runs on each node
      And a node has left the cluster, and nothing of "node-agent" is left of it
      When that node is started again
      Then that node is whole again
      And "node-agent" has one ready pod on each node that it selects
      And "node-agent" has a new pod on that node, and its other pods are never touched
