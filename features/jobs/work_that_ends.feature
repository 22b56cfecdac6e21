@job
Feature: A Job sees its work through to the end
  Other controllers keep pods running for ever. A Job wants a number of successes, and no pod
  more than it takes to have them.

  Rule: The work is done once, and then it is done

    @job_2
    Scenario: A Job starts at once and ends with its success
      When the Job "short-task" is created
      Then "short-task" goes on with 1 pods
      And "short-task" completes with 1 successful pods
      And an event "Completed" tells of "short-task"
