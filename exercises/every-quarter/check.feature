Feature: A Job every quarter of an hour

  Scenario: The run that was due last is that of a quarter
    Given the CronJob "every-quarter" has been accepted
    When the last 1 runs of "every-quarter" are missed
    Then "every-quarter" starts the Job of the last quarter of an hour
