@job
Feature: A Job says how its containers restart
  What is right for a server, to be restarted for ever, is wrong for work that ends.

  Rule: Work that ends is not restarted for ever

    @api @job_9
    Scenario Outline: A Job must say how its containers restart
      When the Job "<name>" is created as it is printed
      Then it is refused for its field "spec.template.spec.restartPolicy"

      Examples:
        | name                 |
        | restarted-for-ever   |
        | restarted-by-default |
