@control_plane @job
Feature: Of the pods that have ended the cluster keeps the newest, up to a number
  The pod of a Job stays when its work is done, or in vain, for whoever wants to know. Nobody removes
  it until the cluster has too many of them: 12500, unless its controllers are told otherwise.

  Rule: The oldest of too many are removed, and none beyond that

    @k8s_n11
    Scenario: More pods have failed than the cluster keeps
      Given the Job "all-in-vain" has failed for the reason "FailedIndexes"
      And the Job "three-at-once" has completed with 3 successful pods
      When the cluster keeps only 3 pods that have ended
      Then no pod of "all-in-vain" is left
      And none of the pods of "three-at-once" is ever deleted
