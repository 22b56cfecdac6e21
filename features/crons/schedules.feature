@cron_job
Feature: A CronJob has a schedule of five fields
  Minute, hour, day of the month, month, and day of the week, in this order.

  Rule: A schedule that means no time is refused

    @api @cj_5
    Scenario Outline: A schedule with a flaw is refused where a sound one is accepted
      Given the CronJob "batch-job-every-fifteen-minutes" has been accepted
      When the CronJob "<name>" is created as it is printed
      Then it is refused for its field "spec.schedule"

      Examples:
        | name           |
        | four-fields    |
        | minute-sixty   |
        | eighth-weekday |
