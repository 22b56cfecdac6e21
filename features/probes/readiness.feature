@probes
Feature: A readiness probe decides whether a pod is asked, never whether it lives
  A container that fails it is left alone, for as long as that lasts.

  Rule: A pod is ready once its probe has succeeded, and not before

    @k8s_p1
    Scenario: The delay of the probe is a delay of the pod
      When the Pod "ready-after-a-delay" is created
      Then it becomes ready 15 seconds to 20 seconds after its start
      And its container is never restarted

    @k8s_p2 @k8s_p10
    Scenario Outline: A pod whose probe fails is not ready, and lives on
      When the Pod "<name>" is created
      Then its readiness probe fails ten times, saying "<reason>"
      And it is never ready
      And its container is never restarted

      Examples:
        | name                 | reason                                 |
        | never-ready          | HTTP probe failed with statuscode: 500 |
        | readiness-takes-long | timed out after 1s                     |

    @k8s_p7
    Scenario: A pod whose port is open is alive, though it is not ready
      When the Pod "mute-and-alive" is created
      Then its readiness probe fails five times, saying "context deadline exceeded"
      And it is never ready
      And its container is never restarted

  Rule: A pod that is to end is asked no more, and nobody looks whether it lives

    @k8s_p19
    Scenario: A pod fails its probes while it ends
      Given the Pod "leaves-slowly" runs
      When the Pod "leaves-slowly" is deleted
      Then it is not ready while it ends
      And its liveness probe does not fail until it is gone
