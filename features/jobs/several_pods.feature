@job
Feature: A Job of several pods runs them in turn or side by side
  How many must succeed, and how many may run at once, are two numbers; who names only the first
  gets one pod after the other. The second may be changed on the way, the first may not.

  Rule: One pod at a time, unless it is said otherwise

    @job_14
    Scenario: Three pods in turn
      When the Job "three-in-turn" is created
      Then "three-in-turn" completes with 3 successful pods
      And "three-in-turn" never has more than 1 pods
      And "three-in-turn" makes exactly 3 pods in all

  Rule: Never more pods than are allowed, or are still needed

    @job_14 @job_15 @job_17 @k8s_j1
    Scenario: Five pods, two at a time
      When the Job "five-in-twos" is created
      Then "five-in-twos" has no more than 2 pods until one of them has succeeded
      And "five-in-twos" completes with 5 successful pods
      And "five-in-twos" never has more than 2 pods
      And "five-in-twos" makes no pod in vain
      And 5 events "SuccessfulCreate" tell of "five-in-twos"

    @job_19
    Scenario: Five pods, two and then three at a time, are five pods in the end
      Given the task of the Job "five-in-twos" is under way
      When "five-in-twos" is allowed 3 pods at once
      Then "five-in-twos" completes with 5 successful pods
      And 5 pods of "five-in-twos" have ended as "Succeeded", each with exit code 0 and reason "Completed"
      And "five-in-twos" makes exactly 5 pods in all
      And "five-in-twos" makes no pod in vain

  Rule: How many run at once may be changed while they run

    @job_18
    Scenario: One more pod is allowed
      Given the Job "multi-completion-batch-job" is running 2 pods
      When "multi-completion-batch-job" is allowed 3 pods at once
      Then "multi-completion-batch-job" goes on with 3 pods
      And "multi-completion-batch-job" makes exactly 3 pods in all
      And the surviving pods of "multi-completion-batch-job" are never touched

    @job_18
    Scenario Outline: Fewer pods are allowed
      Given the Job "pair" is running 2 pods
      When "pair" is allowed <number> pods at once
      Then "pair" goes on with <number> pods
      And "pair" never has more than 2 pods

      Examples:
        | number |
        | 1      |
        | 0      |

  Rule: How many pods run it counts anew, whatever its status says

    @k8s_j25
    Scenario: Somebody writes into the status of a Job that more pods run
      Given the Job "pair" is running 2 pods
      When the status of "pair" is overwritten to count 7 "active"
      Then "pair" goes on with 2 pods
      And "pair" makes exactly 2 pods in all
