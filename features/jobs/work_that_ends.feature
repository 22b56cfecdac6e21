@job
Feature: A Job sees its work through to the end
  Other controllers keep pods running for ever. A Job wants a number of successes, and no pod
  more than it takes to have them. What has ended stays to be looked at until the Job goes. That it
  will end is said (SuccessCriteriaMet, FailureTarget) before the end is (Complete, Failed).

  Rule: The work begins at once

    @job_6 @job_7 @job_10
    Scenario: A Job has a running pod of its own as soon as it is there
      When the Job "batch-job" is created
      Then "batch-job" goes on with 1 pods
      And an event "SuccessfulCreate" tells of "batch-job"
      And the pods of "batch-job" bear its name and are tracked by it
      And "batch-job" has a "status.startTime"
      And "batch-job" shows no "status.succeeded"

    @job_7 @job_16
    Scenario: A Job that may run two pods at once makes them together
      When the Job "multi-completion-batch-job" is created
      Then "multi-completion-batch-job" goes on with 2 pods
      And the first 2 pods of "multi-completion-batch-job" are created together

  Rule: The work is done once, and then it is done

    @job_2 @job_13
    Scenario: A Job starts at once and ends with its success
      When the Job "short-task" is created
      Then "short-task" is "SuccessCriteriaMet" before it is "Complete", for "CompletionsReached"
      And "short-task" completes with 1 successful pods
      And an event "Completed" tells of "short-task"
      And "short-task" has a "status.completionTime"
      And "short-task" shows no "status.active"

    @job_1
    Scenario: What has ended well is not begun again
      When the Job "short-task" is created
      Then 1 pod of "short-task" succeeds and stays so for 20 seconds
      And 1 pods of "short-task" have ended as "Succeeded", each with exit code 0 and reason "Completed"
      And "short-task" completes with 1 successful pods
      And "short-task" makes exactly 1 pods in all

    @job_11 @job_12 @job_13
    Scenario: The work of the chapter takes two minutes, and its log outlives it
      When the Job "batch-job" is created
      Then "batch-job" completes with 1 successful pods
      And the pods of "batch-job" have worked for 120 seconds
      And 1 pods of "batch-job" have ended as "Succeeded", each with exit code 0 and reason "Completed"
      And the log of a pod of "batch-job" contains "Batch job starting"
      And the log of a pod of "batch-job" contains "Finished succesfully"

    @job_24
    Scenario: A Job that has ended does not miss its pods
      Given the Job "short-task" has completed with 1 successful pods
      When a pod of "short-task" that has ended is deleted
      Then "short-task" completes with 1 successful pods
      And "short-task" never has more than 0 pods
      And no pod of "short-task" is left

  Rule: Work that is lost is done again

    @job_5
    Scenario: The loss of its pod does not keep a Job from its end
      Given the Job "survivor" is running 1 pods
      When one of the pods of "survivor" is deleted
      Then "survivor" completes with 1 successful pods
      And "survivor" shows "status.failed" as "1"
      And "survivor" makes exactly 2 pods in all
      And "survivor" backs off for longer after each failure
