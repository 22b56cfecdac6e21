Feature: The shop stays open
  Customers come at all hours; pods come and go.

  Background:
    Given the shop is open

  Rule: Customers are served while pods are lost

    Scenario: A pod that is lost without a word is replaced
      When one of the pods of "web" is deleted without grace
      Then "web" converges to 3 ready pods within 60 seconds
      And "web" never has fewer than 2 ready pods
      And the surviving pods of "web" are never touched

    Scenario: The oldest pod leaves politely, as in a drain
      When the oldest pod of "web" is evicted
      Then "web" converges to 3 ready pods within 60 seconds
      And "web" is never served from fewer than 2 pods at once

  Rule: The database keeps its names

    Scenario: A lost database comes back under its own name
      When one of the pods of "database" is deleted
      Then "database" converges to 2 ready pods within 60 seconds
      And the surviving pods of "database" are never touched
