Feature: A Job is scaled by hand while it runs

  Scenario: The two work on, and a third begins
    Given the Job "five-in-twos" is running 2 pods
    When the learner has done it by hand
    Then the Job "five-in-twos" is the very one it began with
    And no pod was deleted to get there
    And the Job "five-in-twos" asks for 3 pods
    And "five-in-twos" goes on with 3 pods
