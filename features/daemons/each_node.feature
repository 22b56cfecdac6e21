@daemon_set
Feature: A DaemonSet runs one pod on each node
  Others run a number of pods somewhere. Here the nodes are the number. Today each pod is made for
  its node and the scheduler puts it there, which it once was not asked to; and a lost pod is replaced
  once it has ended, where others replace it at once.

  Rule: There are as many pods as nodes, one on each

    @ds_1 @ds_3 @ds_9
    Scenario: Every node that a pod tolerates has one
      When the DaemonSet "node-agent" is created
      Then "node-agent" has one ready pod on each node that it selects
      And "node-agent" counts as many pods as there are such nodes
      And "node-agent" never has two pods on one node

    @ds_6
    Scenario: There is no number of pods to change
      Given the DaemonSet "node-agent" runs on each node
      When "node-agent" is asked for 2 pods
      Then it is refused, for there is no such number
      And "node-agent" never has two pods on one node
      And "node-agent" has one ready pod on each node that it selects

    @api @ds_6
    Scenario: A number of pods is no part of a DaemonSet
      When the DaemonSet "with-replicas" is created as it is printed
      Then it is refused for its field "spec.replicas"

  Rule: What is lost comes back where it was

    @ds_4 @ds_5 @k8s_ds1
    Scenario: A deleted pod is replaced on its node, once it has ended
      Given the DaemonSet "node-agent" runs on each node
      When one of the pods of "node-agent" is deleted
      Then "node-agent" has one ready pod on each node that it selects
      And the surviving pods of "node-agent" are never touched
      And the deleted pod has ended before another is made on its node
      And each pod of "node-agent" was made for its node, and put there by the scheduler

    @ds_5
    Scenario: A pod that leaves the selector is released, and a second one is made beside it
      Given the DaemonSet "node-agent" runs on each node
      When one of the pods of "node-agent" is relabelled out of its selector
      Then "node-agent" has one ready pod on each node that it selects
      And the relabelled pod is released by its controller
      And the relabelled pod is never touched

    @k8s_ds4
    Scenario: A failed pod is removed and replaced
      Given the DaemonSet "node-agent" runs on each node
      When one of the pods of "node-agent" is marked as failed
      Then "node-agent" has one ready pod on each node that it selects
      And the failed pod is gone
      And an event "FailedDaemonPod" tells of "node-agent"

    @ds_14 @kubelet
    Scenario: A daemon whose process ends is started again, and everybody can see it
      Given the DaemonSet "node-agent" runs on each node
      When the process of one of the pods of "node-agent" is asked to end
      Then a new container runs in that pod
      And what it had said, "SSD OK", can still be read

  Rule: Daemons go with their owner, or stay without it

    @ds_13
    Scenario: A deleted DaemonSet takes its pods with it
      Given the DaemonSet "node-agent" runs on each node
      When the DaemonSet "node-agent" is deleted with its pods
      Then neither it nor any of its pods is left

    @ds_13
    Scenario: A deleted DaemonSet leaves its pods where that is wished
      Given the DaemonSet "node-agent" runs on each node
      When the DaemonSet "node-agent" is deleted without its pods
      Then its pods run on, and nobody owns them

    @k8s_ds9
    Scenario: The DaemonSets of an old release are deleted at once
      Given the DaemonSet "old-agent" runs on each node
      And the DaemonSet "old-exporter" runs on each node
      And the DaemonSet "new-agent" runs on each node
      When the DaemonSets labelled "release=old" are deleted with their pods
      Then each of them is gone, and its pods with it
      And "new-agent" keeps exactly its pods

  Rule: What it says of itself is its controller's word, and no reason to act

    @k8s_ds10
    Scenario: Somebody writes into the status of a DaemonSet that no pod is ready
      Given the DaemonSet "node-agent" runs on each node
      When the status of "node-agent" is overwritten to count 0 "numberReady"
      Then "node-agent" has one ready pod on each node that it selects
      And "node-agent" keeps exactly its pods

  Rule: A new revision reaches every node, one after another

    @k8s_ds6
    Scenario: While a new image is rolled out at most one node has no pod
      Given the DaemonSet "node-agent" runs on each node
      When "node-agent" rolls out the image "luksa/kubia"
      Then "node-agent" has one ready pod on each node that it selects
      And "node-agent" never lacks more than one ready pod
      And "node-agent" never has two pods on one node

  Rule: A roll-out that may surge takes no pod away before the new one is ready

    @k8s_ds8 @fault_delete_pods
    Scenario: Pods are deleted while a new image is rolled out
      Given the DaemonSet "seamless" runs on each node
      When "seamless" rolls out the image "mycool0905/kubia", and one of its pods is deleted every 1 second for 4 seconds
      Then "seamless" has one ready pod on each node that it selects
      And no node is without a ready pod of "seamless", unless one was deleted there
      And "seamless" never makes a pod beside a ready one on more than 1 node
      And "seamless" never has two pods of one revision on one node

  Rule: A roll-out that is taken back touches no pod that it had not reached

    @k8s_ds7
    Scenario: The image of a roll-out does not exist
      Given the DaemonSet "node-agent" runs on each node
      And the image of a roll-out of "node-agent" does not exist, and holds it up
      When the roll-out is taken back
      Then "node-agent" has one ready pod on each node that it selects
      And the pods that the roll-out had not reached are never touched

  Rule: One that is told so replaces no pod of its own accord

    @k8s_ds5
    Scenario: A new image changes no pod
      Given the DaemonSet "on-request" runs on each node
      When "on-request" rolls out the image "luksa/kubia"
      Then "on-request" has one ready pod on each node that it selects
      And "on-request" keeps exactly its pods

    @k8s_ds5
    Scenario: A pod that is deleted comes back with the new image
      Given the DaemonSet "on-request" runs on each node
      And "on-request" has been given the image "luksa/kubia"
      When one of the pods of "on-request" is deleted
      Then "on-request" has one ready pod on each node that it selects
      And what is new of "on-request" is made from its template
      And the surviving pods of "on-request" are never touched
