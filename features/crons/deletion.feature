@cron_job
Feature: What a CronJob has made depends on it, and it follows what becomes of that
  Its Jobs are its own, and their pods are theirs.

  Background:
    Given the CronJob "hourly" has been accepted
    And a run of "hourly" that it had missed goes on

  Rule: With a CronJob go its Jobs, and with those their pods

    @cj_14
    Scenario: A CronJob is deleted while it runs
      When "hourly" is deleted with its pods
      Then it is gone, and its pods with it
      And its Jobs are gone as well

  Rule: A Job that somebody has deleted is not made again

    @k8s_c7
    Scenario: The Job of a run is deleted
      When the Job that "hourly" has at work is deleted
      Then "hourly" shows no "status.active"
      And "hourly" never runs twice for one minute
      And an event "MissingJob" tells of "hourly"
