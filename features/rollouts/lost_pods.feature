Feature: Deployments and StatefulSets replace the pods they lose
  A Deployment leaves its pods to the ReplicaSet of its newest revision; a StatefulSet gives each of
  its pods a name that no other bears, and a lost one its name again.

  Rule: What is lost is replaced, and no more than that

    @deployment @ro_1
    Scenario: A Deployment is whole again through its newest ReplicaSet
      Given the Deployment "shop" is in its steady state of 3 ready pods
      When a majority of the pods of "shop" are deleted
      Then "shop" converges to 3 ready pods
      And the surviving pods of "shop" are never touched

    @stateful_set @ro_2
    Scenario: A StatefulSet fills the place that has become free
      Given the StatefulSet "ledger" is in its steady state of 3 ready pods
      When one of the pods of "ledger" is deleted
      Then "ledger" converges to 3 ready pods
      And the surviving pods of "ledger" are never touched
