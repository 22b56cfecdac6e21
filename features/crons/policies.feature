@cron_job
Feature: A CronJob may be told when not to begin
  While it is suspended, while its last run goes on, or too long after its time. The starting
  deadline is about the Job's creation alone; a run that it rules out leaves no mark anywhere.

  Rule: A suspended CronJob begins nothing

    @cj_13 @k8s_c2
    Scenario: A run that is due while it is suspended is not begun
      Given the CronJob "asleep" has been accepted
      When the last 1 runs of "asleep" are missed
      Then "asleep" starts no Job for the run that was due last
      And for "asleep" the missed runs are still missed

    @cj_13
    Scenario: Once it is resumed the newest of the runs that it missed is begun
      Given the CronJob "asleep" has been accepted
      And the last 2 runs of "asleep" have been missed
      When "asleep" is resumed
      Then "asleep" starts the Job that was due last
      And "asleep" starts no Job for the run before that

  Rule: A run begins in time or not at all

    @cj_8 @cj_13
    Scenario: A run that is still in time is begun
      Given the CronJob "punctual" has been accepted
      And a run of "punctual" has come due, and 2 seconds have passed
      When "punctual" is resumed
      Then "punctual" starts the Job that was due last

    @cj_8 @cj_9 @cj_13
    Scenario: A run that is too late is left out, and nothing tells of it
      Given the CronJob "punctual" has been accepted
      And a run of "punctual" has come due, and 16 seconds have passed
      When "punctual" is resumed
      Then "punctual" starts no Job for the run that was due last
      And "punctual" shows no "status.lastScheduleTime"
      And "punctual" starts the Job that is due next

  Rule: Whether two runs may go on together is a policy

    @k8s_c1
    Scenario: Allowed to overlap, they do
      Given the CronJob "overlapping" has been accepted
      When the last 1 runs of "overlapping" are missed
      Then "overlapping" starts the Job that was due last
      And "overlapping" makes up for what it missed, and keeps its schedule for its next run
      And "overlapping" has 2 pods at work together
      And "overlapping" never runs twice for one minute

    @k8s_c3
    Scenario: Forbidden to overlap, the later one is left out
      Given the CronJob "exclusive" has been accepted
      When the last 1 runs of "exclusive" are missed
      Then "exclusive" makes up for what it missed, and keeps its schedule for its next run
      And "exclusive" never has two Jobs at a time
      And an event "JobAlreadyActive" tells of "exclusive"

    @k8s_c4
    Scenario: To be replaced, the earlier one is ended
      Given the CronJob "replacing" has been accepted
      When the last 1 runs of "replacing" are missed
      Then "replacing" makes up for what it missed, and keeps its schedule for its next run
      And "replacing" never has two Jobs at a time
      And an event "SuccessfulDelete" tells of "replacing"
