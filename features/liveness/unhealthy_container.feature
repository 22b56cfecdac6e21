@liveness
Feature: A container that fails its liveness probe is restarted
  The kubelet probes the container, not the pod: the pod stays what and where it is, and a new
  container takes the place of the one that was killed.

  Rule: The container is replaced, the pod is not

    @lp_1 @lp_6 @lp_16 @lp_17
    Scenario: An application that answers with errors gets a new container in the same pod
      Given the Pod "kubia-liveness" is ready
      When the application of "kubia-liveness" begins to answer with errors
      Then its container is restarted in the same pod within 80 seconds
      And its previous container ended with exit code 137 and reason "Error"
      And the log of its previous container contains "Kubia server starting"

    @lp_6
    Scenario: Whatever happens to its container, the pod stays what and where it is
      Given the Pod "kubia-liveness" is ready
      When the application of "kubia-liveness" begins to answer with errors
      Then its container is restarted in the same pod within 80 seconds
      And the pod is never deleted
      And no pod is ever moved to another node
      And no restart is ever forgotten
