Feature: A probe that asks the right page

  Scenario: It lives on
    When the Pod "guarded" is created
    Then its application is asked five times in a row by its node, 1 second apart
    And its container is never restarted
    And no probe of it ever fails
