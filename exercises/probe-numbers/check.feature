Feature: How often, how long, how many times

  Scenario: The probe is kept as it was written, and answered
    When the Pod "attentive" is created
    Then its liveness probe is kept with "delay 0 s, answer in 1 s, period 2 s, success 1, failure 4"
    And its application is asked three times in a row by its node, 2 seconds apart
    And its container is never restarted
