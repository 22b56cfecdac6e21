Feature: Work that ends

  Scenario: It begins at once, and ends once
    When the Job "batch-job" is created
    Then "batch-job" completes with 1 successful pods
    And "batch-job" makes exactly 1 pods in all
    And the log of a pod of "batch-job" contains "Finished succesfully"
