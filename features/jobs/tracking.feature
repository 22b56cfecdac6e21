@job
Feature: A Job counts a pod by the finalizer that it has put on it
  A pod that goes before it was counted would be work that nobody knows of. So no pod of a Job can
  go, or count, without it.

  Rule: Work that was not counted is done again

    @fault_strip_finalizer
    Scenario: A pod that lost its finalizer succeeds in vain
      Given the task of the Job "short-task" is under way
      When the pod of "short-task" is stripped of the finalizer by which it is counted
      Then the task of "short-task" is done by 1 pod after 0 that failed
      And "short-task" makes exactly 2 pods in all
