@node_loss
Feature: Pods that have to leave a node are replaced, and none comes back to it
  A node that is drained, or tainted, runs well. Who may stay is said by the pods.

  Rule: An evicted pod is replaced on another node

    @node_7
    Scenario: The pods of a drained node are replaced elsewhere
      Given the ReplicationController "kubia" is in its steady state of 3 ready pods
      And a node that runs a pod of "kubia" is cordoned
      When its pods of "kubia" are evicted
      Then they are marked as evicted
      And "kubia" converges to 3 ready pods
      And none of the pods of "kubia" runs on that node

  Rule: A taint drives out who does not tolerate it, or when they no longer do

    @k8s_n1 @k8s_n2 @k8s_n3 @k8s_n5
    Scenario: A taint drives out one pod at once, another in time, and a third never
      Given the pods "stranger", "guest" and "resident" are ready on one node
      When that node is tainted "closed:NoExecute"
      Then "stranger" has to go while "guest" stays
      And "guest" stays for 4 seconds, and has to go then
      And "resident" never has to go

    @k8s_n6
    Scenario: Each pod has the time that it asks for itself
      Given the pods "guest", "visitor" and "resident" are ready on one node
      When that node is tainted "closed:NoExecute"
      Then "guest" stays for 4 seconds, and has to go then
      And "visitor" stays for 9 seconds, and has to go then
      And "resident" never has to go

    @k8s_n4
    Scenario: Who still has time stays when the taint is taken away
      Given the pods "stranger", "guest" and "resident" are ready on one node
      And that node has been tainted "closed:NoExecute" and "stranger" has to go
      When the taint is taken away
      Then "guest" stays for 6 seconds
      And it is told that the eviction of "guest" was cancelled
