@job
Feature: A Job may be given a time limit, and its pods another
  Two fields have one name. The limit of the Job spans all its pods, ends them and ends the Job; the
  limit in the pod template ends one pod, which the Job counts as a failure and replaces.

  Rule: Past its time a Job is at its end

    @job_20 @job_21 @k8s_j20
    Scenario: A Job that runs out of time has failed, and takes its pods along
      When the Job "out-of-time" is created
      Then "out-of-time" is "FailureTarget" before it is "Failed", for "DeadlineExceeded"
      And "out-of-time" fails for the reason "DeadlineExceeded"
      And no pod of "out-of-time" is left
      And an event "DeadlineExceeded" tells of "out-of-time"
      And an event "SuccessfulDelete" tells of "out-of-time"

  Rule: Past its time a pod is at its end, and its Job goes on

    @job_20 @job_21
    Scenario: A pod that runs out of time is a failure among others
      When the Job "pods-out-of-time" is created
      Then "pods-out-of-time" fails for the reason "BackoffLimitExceeded"
      And 2 pods of "pods-out-of-time" have failed for the reason "DeadlineExceeded"
      And an event "DeadlineExceeded" tells of a pod of "pods-out-of-time"
      And the log of a pod of "pods-out-of-time" lacks "Finished succesfully"
      And "pods-out-of-time" shows "status.failed" as "2"
