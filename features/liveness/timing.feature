@liveness
Feature: When a probe is sent, and how many failures are too many
  A probe has a delay, a period, a limit for its answer and a number of failures that are borne.
  What the manifest does not say is filled in. A tick of the period comes before the first probe,
  so that it is sent within a period of the start, or of the end of the delay.

  Rule: What is not said is filled in, and that is how it is probed

    @lp_3 @lp_14 @lp_19 @lp_20 @lp_21 @lp_22
    Scenario: The pod of the chapter is probed at once, and then every ten seconds
      When the Pod "kubia-liveness" is created
      Then its liveness probe is kept with "delay 0 s, answer in 1 s, period 10 s, success 1, failure 3"
      And its application is asked for the first time within 11 seconds of its start
      And its application is asked three times in a row by its node, 10 seconds apart
      And its container is never restarted

  Rule: An answer must come in time

    @lp_20 @lp_28
    Scenario: An application that answers well and late is restarted
      When the Pod "answers-late" is created
      Then its liveness probe is kept with "delay 0 s, answer in 1 s, period 1 s, success 1, failure 3"
      And its liveness probe fails three times, saying "context deadline exceeded"
      And its container is restarted

    @lp_20 @lp_28
    Scenario: The same application lives on where it is given the time
      When the Pod "answers-late-and-may" is created
      Then the log of its container says "Received request" four times
      And its container is never restarted
      And no probe of it ever fails

  Rule: Only failures in a row are too many

    @lp_22 @lp_30
    Scenario: An application that fails every third time lives on
      When the Pod "sick-every-third-time" is created
      Then its liveness probe fails three times, saying "HTTP probe failed with statuscode: 500"
      And the log of its container says "Received request" 12 times
      And its container is never restarted

    @lp_30
    Scenario: With a threshold of one, a hiccup ends the container
      When the Pod "sick-every-third-time-and-may-not" is created
      Then its container is killed for its liveness probe
      And its container is restarted
      And the log of its previous container says "Received request" exactly three times

  Rule: A delay is for those who start slowly

    @lp_23
    Scenario: The first probe comes after the delay, and within a period of it
      When the Pod "kubia-liveness" is created with its part "kubia-liveness-probe-initial-delay"
      Then its liveness probe is kept with "delay 15 s, answer in 1 s, period 10 s, success 1, failure 3"
      And its application is asked for the first time 15 seconds to 26 seconds after its start
      And the record says that its part is that of "kubia-liveness-probe-initial-delay"

    @lp_24
    Scenario: Without a delay a slow starter is ended before it has started
      When the Pod "slow-starter" is created
      Then its liveness probe fails three times, saying "connection refused"
      And its container is restarted two times
      And the log of its previous container does not say "Kubia server starting"
      And the log of its container does not say "Kubia server starting"

    @lp_25
    Scenario: With a delay it comes to start
      When the Pod "slow-starter-with-a-delay" is created
      Then the log of its container says "Kubia server starting"
      And its application is asked three times in a row by its node, 1 second apart
      And its container is never restarted
      And no probe of it ever fails

    @lp_25 @k8s_p14
    Scenario: With a startup probe it comes to start, however long that takes
      When the Pod "slow-starter-with-a-startup-probe" is created
      Then its startup probe fails three times, saying "connection refused"
      And the log of its container says "Kubia server starting"
      And its application is asked three times in a row by its node, 1 second apart
      And its container is never restarted
