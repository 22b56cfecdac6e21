Feature: A Job that gives up

  Scenario: Two tries, and then it has failed
    When the Job "gives-up" is created
    Then "gives-up" fails for the reason "BackoffLimitExceeded"
    And 2 pods of "gives-up" have ended as "Failed", each with exit code 1 and reason "Error"
    And "gives-up" makes exactly 2 pods in all
