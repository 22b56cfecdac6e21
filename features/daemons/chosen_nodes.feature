@daemon_set @node_labels
Feature: A DaemonSet follows the labels of the nodes
  Its pods stand where its node selector finds a label, and go with it. Other pods are put by such a
  label only once, and then they stay.

  Rule: Where no node has the label there is no pod

    @ds_10
    Scenario: The printed manifest runs nowhere
      When the DaemonSet "ssd-monitor" is created
      Then "ssd-monitor" has one ready pod on each node that it selects
      And "ssd-monitor" counts no pods, and nothing is told about it

  Rule: The label brings a pod, and takes it away

    @ds_8 @ds_11
    Scenario: A node that gets the label gets a pod
      Given the DaemonSet "ssd-monitor" runs nowhere
      When a node is labelled "disk=ssd"
      Then "ssd-monitor" has one ready pod on each node that it selects
      And "ssd-monitor" has its only pod on that node
      And an event "SuccessfulCreate" tells of "ssd-monitor"

    @ds_8 @ds_12 @k8s_ds2
    Scenario Outline: A node that loses the label loses its pod
      Given the DaemonSet "disk-watch" runs on two nodes labelled "disk=ssd"
      When one of them <change>
      Then "disk-watch" has one ready pod on each node that it selects
      And "disk-watch" has its only pod on the other, never touched
      And an event "SuccessfulDelete" tells of "disk-watch"

      Examples:
        | change                 |
        | is labelled "disk=hdd" |
        | loses its label "disk" |

    @k8s_ds3
    Scenario: An affinity to nodes is followed like a selector of nodes
      Given the DaemonSet "disk-affine" runs on two nodes labelled "disk=ssd"
      When one of them is labelled "disk=hdd"
      Then "disk-affine" has one ready pod on each node that it selects
      And "disk-affine" has its only pod on the other, never touched

    @ds_12 @k8s_ds2
    Scenario: A node that gets the label again gets a new pod
      Given the DaemonSet "disk-watch" runs on two nodes labelled "disk=ssd"
      And one of them has been labelled "disk=hdd", and has no pod of "disk-watch" any more
      When it is labelled as before
      Then "disk-watch" has one ready pod on each node that it selects
      And "disk-watch" has 2 ready pods on the nodes labelled at first

  Rule: Nodes that are closed to other pods are not closed to daemons

    @ds_3 @ds_16 @node_loss
    Scenario: A cordoned node gets its daemon, and nothing else
      Given a node is cordoned
      And the ReplicationController "kubia" is in its steady state of 3 ready pods
      When the DaemonSet "node-agent" is created
      Then "node-agent" has one ready pod on each node that it selects
      And that node has a pod of "node-agent" and none of "kubia"
