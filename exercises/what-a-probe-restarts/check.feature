Feature: What a failed probe restarts

  Scenario: The same pod gets a new container
    Given the Pod "kubia-liveness" is ready
    When the application of "kubia-liveness" begins to answer with errors
    Then its container is restarted in the same pod within 80 seconds
    And another container has taken its place, in the same pod on the same node
    And the pod is never deleted
