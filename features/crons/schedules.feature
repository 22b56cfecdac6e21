@cron_job
Feature: A CronJob has a schedule of five fields
  Minute, hour, day of the month, month, and day of the week, in this order. Names, ranges, steps and
  words such as @hourly are taken as well; a time zone has a field of its own.

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
        | zone-inside    |

    @api @cj_5
    Scenario Outline: A schedule may be written in other ways
      When the CronJob "<name>" is created
      Then "<name>" shows "spec.schedule" as "<schedule>"

      Examples:
        | name        | schedule                   |
        | named-days  | */20 8-16 * JAN-JUN MON,FRI |
        | by-a-word   | @hourly                    |

    @api @k8s_c10
    Scenario: A time zone that does not exist is refused
      When the CronJob "on-the-moon" is created as it is printed
      Then it is refused for its field "spec.timeZone"

  Rule: There is one version of it

    @api @cj_10
    Scenario: A version that is not served any more is refused where that of today is accepted
      Given the CronJob "new-year" has been accepted
      When the CronJob "of-last-decade" is created as it is printed
      Then it is refused, because "batch/v1beta1" is not served

  Rule: A schedule means what it says

    @cj_3 @cj_6 @cj_7
    Scenario Outline: The run that is made up for is that of the last time that the schedule means
      Given the CronJob "<name>" has been accepted
      When the last 1 runs of "<name>" are missed
      Then "<name>" starts the Job of the last <moment>

      Examples:
        | name             | moment               |
        | every-quarter    | quarter of an hour   |
        | half-past        | minute 30 of an hour |
        | sunday-afternoon | Sunday at 15:00      |

  Rule: What is left out has a default

    @api @cj_12
    Scenario: A CronJob that says nothing of it has defaults
      When the CronJob "batch-job-every-fifteen-minutes" is created
      Then "batch-job-every-fifteen-minutes" shows "spec.concurrencyPolicy" as "Allow"
      And "batch-job-every-fifteen-minutes" shows "spec.suspend" as "false"
      And "batch-job-every-fifteen-minutes" shows "spec.successfulJobsHistoryLimit" as "3"
      And "batch-job-every-fifteen-minutes" shows "spec.failedJobsHistoryLimit" as "1"
