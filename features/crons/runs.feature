@cron_job
Feature: A CronJob makes a Job for each time that it is due
  A Job begins when it is created, a CronJob when its time comes, and then again and again. Of runs
  that were missed only the newest is made up for; a run by hand is none of the schedule's business.

  Rule: Nothing begins before its time

    @cj_1
    Scenario: A CronJob that was just created has nothing to do yet
      When the CronJob "new-year" is created
      Then "new-year" starts no Job for the run that was due last
      And "new-year" shows no "status.lastScheduleTime"
      And "new-year" never has more than 0 pods

    @cj_1
    Scenario: What was due before a CronJob was there is not made up for
      When the CronJob "batch-job-every-fifteen-minutes" is created
      Then "batch-job-every-fifteen-minutes" starts no Job for the run that was due last

  Rule: Each time that it is due has its Job

    @cj_2
    Scenario: Two minutes, two Jobs
      Given the CronJob "every-minute" has been accepted
      When the last 1 runs of "every-minute" are missed
      Then "every-minute" makes up for what it missed, and keeps its schedule for its next run
      And the last run of "every-minute" is the one that was due last
      And 2 events "SuccessfulCreate" tell of "every-minute"
      And an event "SawCompletedJob" tells of "every-minute"

    @k8s_c5
    Scenario: Of more than a hundred missed runs the newest is made up for
      Given the CronJob "every-quarter" has been accepted
      When the last 101 runs of "every-quarter" are missed
      Then "every-quarter" starts the Job that was due last
      And "every-quarter" starts no Job for the run before that
      And the last run of "every-quarter" is the one that was due last
      And an event "TooManyMissedTimes" tells of "every-quarter"

    @k8s_c6
    Scenario: A Job that it made itself is neither missed nor a surprise
      Given the CronJob "every-quarter" has been accepted
      When the last 1 runs of "every-quarter" are missed
      Then "every-quarter" starts the Job that was due last
      And "every-quarter" keeps 1 Jobs that are "Complete", and none goes on
      And no event "MissingJob" ever tells of "every-quarter"
      And no event "UnexpectedJob" ever tells of "every-quarter"

  Rule: A run is a Job of the template, whoever begins it

    @cj_4 @cj_11
    Scenario: A run by hand is a Job like any other
      Given the CronJob "new-year" has been accepted
      When "new-year" is run 1 times by hand
      Then "by-hand" completes with 1 successful pods
      And the Jobs of "new-year" and their pods are as its template says
      And "by-hand" shows "metadata.annotations[cronjob.kubernetes.io/instantiate]" as "manual"
      And "new-year" shows no "status.lastScheduleTime"

    @cj_4
    Scenario: A run of the schedule is a Job of the template
      Given the CronJob "every-quarter" has been accepted
      When the last 1 runs of "every-quarter" are missed
      Then "every-quarter" starts the Job that was due last
      And the Jobs of "every-quarter" and their pods are as its template says
      And "every-quarter" keeps 1 Jobs that are "Complete", and none goes on

    @cj_11
    Scenario: The schedule does not expect a run by hand
      Given the CronJob "batch-job-every-fifteen-minutes" has been accepted
      When "batch-job-every-fifteen-minutes" is run 1 times by hand
      Then "by-hand" goes on with 1 pods
      And an event "UnexpectedJob" tells of "batch-job-every-fifteen-minutes"

  Rule: A few runs are kept to be looked at

    @cj_12 @k8s_c8
    Scenario: The last three that were completed are kept
      Given the CronJob "new-year" has been accepted
      When "new-year" is run 5 times by hand
      Then an event "SuccessfulDelete" tells of "new-year"
      And "new-year" keeps 3 Jobs that are "Complete", and none goes on

    @cj_12 @k8s_c9
    Scenario: The last one that failed is kept
      Given the CronJob "unlucky" has been accepted
      When "unlucky" is run 3 times by hand
      Then an event "SuccessfulDelete" tells of "unlucky"
      And "unlucky" keeps 1 Jobs that are "Failed", and none goes on

  Rule: Whoever follows a CronJob is told of each step of its life, once

    @api @k8s_c11
    Scenario: A CronJob is made, changed and deleted
      Given the CronJob "hourly" has been accepted
      And "hourly" has been suspended
      When "hourly" is deleted with its pods
      Then its life is told from its making to its deletion, each step of it once
        | spec.suspend | true |
