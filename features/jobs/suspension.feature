@job
Feature: A Job can be suspended and resumed
  A suspended Job keeps what it has done and has no pods. Resumed, it goes on.

  Rule: A suspended Job has no pods

    @k8s_j5
    Scenario: A Job that is created suspended does not begin
      When the Job "resting" is created
      Then "resting" goes on with 0 pods
      And "resting" is "Suspended" for the reason "JobSuspended"
      And "resting" makes exactly 0 pods in all

    @k8s_j6 @k8s_j27
    Scenario: A Job that is suspended on its way gives up its pods
      Given the Job "pair" is running 2 pods
      When "pair" is suspended
      Then "pair" goes on with 0 pods
      And no pod of "pair" is left
      And "pair" is "Suspended" for the reason "JobSuspended"
      And "pair" shows "status.ready" as "0"

  Rule: A resumed Job sees its work through

    @k8s_j5
    Scenario: A Job that is resumed begins, and ends
      Given the Job "resting" is running 0 pods
      When "resting" is resumed
      Then "resting" completes with 1 successful pods
      And "resting" makes exactly 1 pods in all
