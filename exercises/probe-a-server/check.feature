Feature: A liveness probe that asks over HTTP

  Scenario: An application that answers with errors gets a new container in the same pod
    Given the Pod "kubia-liveness" is ready
    When the application of "kubia-liveness" begins to answer with errors
    Then its container is killed for its liveness probe
    And its container is restarted in the same pod within 80 seconds
    And another container has taken its place, in the same pod on the same node
