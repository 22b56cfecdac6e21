Feature: A probe for a slow starter

  Scenario: It starts, and is asked every second from then on
    When the Pod "slow" is created
    Then the log of its container says "Kubia server starting"
    And its application is asked three times in a row by its node, 1 second apart
    And its container is never restarted
