Feature: Five completions, two at a time

  Scenario: Two and then three at a time are five in the end
    Given the Job "five-in-twos" is running 2 pods
    When "five-in-twos" is allowed 3 pods at once
    Then "five-in-twos" completes with 5 successful pods
    And "five-in-twos" makes exactly 5 pods in all
    And "five-in-twos" makes no pod in vain
