Feature: Runs that do not pile up

  Scenario: The later one is left out
    Given the CronJob "exclusive" has been accepted
    When the last 1 runs of "exclusive" are missed
    Then "exclusive" makes up for what it missed, and keeps its schedule for its next run
    And "exclusive" never has two Jobs at a time
