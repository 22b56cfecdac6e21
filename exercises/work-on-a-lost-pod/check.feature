Feature: The pod of a Job is deleted

  Scenario: The work is begun again
    Given the Job "survivor" is running 1 pods
    When one of the pods of "survivor" is deleted
    Then "survivor" completes with 1 successful pods
    And "survivor" makes exactly 2 pods in all
