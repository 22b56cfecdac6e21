Feature: A time limit for a Job

  Scenario: Past its time it is at its end
    When the Job "limited" is created
    Then "limited" fails for the reason "DeadlineExceeded"
    And no pod of "limited" is left
