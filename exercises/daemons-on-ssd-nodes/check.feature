@node_labels
Feature: One daemon on each node with an SSD

  Scenario: A node that gets the label gets a pod
    Given the DaemonSet "ssd-monitor" runs nowhere
    When a node is labelled "disk=ssd"
    Then "ssd-monitor" has one ready pod on each node that it selects
    And "ssd-monitor" has its only pod on that node
