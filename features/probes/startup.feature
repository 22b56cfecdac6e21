@probes
Feature: A startup probe holds the others back until the application has started
  It is for those who start slowly: it may fail often, and the others then need not.

  Rule: Nobody else asks before it has succeeded

    @k8s_p14
    Scenario: A liveness probe that would fail does not, as long as the container starts
      When the Pod "never-started" is created
      Then its startup probe fails ten times, saying "/tmp/started"
      And its liveness probe never fails
      And its container is never restarted
      And it is never ready

    @k8s_p15
    Scenario: A liveness probe begins once the container has started
      Given the Pod "never-started" runs
      When the file "/tmp/started" is made in its container
      Then its liveness probe fails three times, saying "Liveness probe failed"
      And its container is killed for its liveness probe

    @k8s_p16
    Scenario: A readiness probe begins once the container has started
      Given the Pod "ready-once-started" runs
      When the file "/tmp/started" is made in its container
      Then it is ready within 10 seconds
      And its container is never restarted

  Rule: Too many failures end the container

    @k8s_p13
    Scenario: A container that never starts is restarted
      When the Pod "startup-fails" is created
      Then its startup probe fails three times, saying "/tmp/started"
      And its container is killed for its startup probe
      And its container is restarted
