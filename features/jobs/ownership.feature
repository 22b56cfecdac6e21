@job
Feature: A Job knows its pods by their labels, and makes the bond anew when it is cut
  Like any controller. What it has lost it makes again, and what comes back to it it counts.

  Background:
    Given the Job "pair" is running 2 pods

  Rule: A pod without an owner that matches is adopted, and not replaced

    @k8s_j22 @fault_disown
    Scenario: A pod that is stripped of its owner works on for the same Job
      When one of the pods of "pair" is stripped of its owner
      Then "pair" goes on with 2 pods
      And "pair" claims that pod again
      And "pair" makes exactly 2 pods in all

  Rule: A pod that no longer matches is released, and replaced

    @k8s_j22 @fault_relabel_pod
    Scenario: A pod that leaves the selector works on for nobody
      When one of the pods of "pair" is relabelled out of its selector
      Then "pair" goes on with 2 pods
      And the relabelled pod is released by its controller
      And the relabelled pod is never touched
