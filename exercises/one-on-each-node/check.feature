Feature: One pod on each node

  Scenario: A deleted pod comes back where it was
    Given the DaemonSet "node-agent" runs on each node
    When one of the pods of "node-agent" is deleted
    Then "node-agent" has one ready pod on each node that it selects
    And "node-agent" never has two pods on one node
    And the surviving pods of "node-agent" are never touched
