@probes
Feature: What became of probes since the chapter was written
  The health service of gRPC is a mechanism of its own; redirects are followed as far as the host;
  a probe may grant another grace than its pod.

  Rule: gRPC is a mechanism like the others

    @lp_4 @k8s_p11
    Scenario: An application that says it serves is alive
      When the Pod "speaks-grpc" is created
      Then its application is asked five times in a row by its node, 1 second apart
      And its container is never restarted
      And no probe of it ever fails

    @k8s_p12
    Scenario: An application that is asked at another port is restarted
      When the Pod "grpc-elsewhere" is created
      Then its liveness probe fails three times, saying "failed to connect service"
      And its container is killed for its liveness probe
      And its container is restarted

  Rule: A redirect is followed on the same host, and is a success where it leads to another

    @lp_5 @k8s_p20
    Scenario: A redirect to a page that is an error ends the container
      When the Pod "leads-to-an-error" is created
      Then its liveness probe fails three times, saying "HTTP probe failed with statuscode: 500"
      And its container is restarted

    @lp_5 @k8s_p20
    Scenario: A redirect to another host is a success, and is remarked on
      When the Pod "leads-elsewhere" is created
      Then its application is asked five times in a row by its node, 1 second apart
      And its kubelet says "ProbeWarning"
      And its container is never restarted

  Rule: The grace of the probe goes before that of the pod

    @k8s_p17 @k8s_p18
    Scenario Outline: A container that fails its <probe> probe is given the grace of that probe
      When the Pod "grace-of-its-<probe>-probe" is created
      Then its container is killed for its <probe> probe
      And its container is restarted
      And its previous container was killed 2 seconds after it was asked to end

      Examples:
        | probe    |
        | liveness |
        | startup  |
