@kubelet
Feature: A container that crashes is started again, and one that stands still only if it is probed
  A crash is seen by who keeps the container; no probe is needed. A process that is merely suspended
  looks alive to everybody but its own probes.

  Rule: However a container comes to its end, the kubelet starts another in the same pod

    @fault_kill_containers
    Scenario Outline: A container that is sent <signal> from outside is followed by another
      Given the Pod "without-a-probe" is ready
      When its container is sent <signal> from outside
      Then its container is restarted
      And another container has taken its place, in the same pod on the same node
      And its previous container ended with exit code <code> and reason "<reason>"

      Examples:
        | signal  | code | reason    |
        | SIGKILL | 137  | Error     |
        | SIGTERM | 0    | Completed |

  Rule: Who stands still is found out by its liveness probe

    @fault_freeze_containers
    Scenario: A frozen container is killed for its liveness probe, and replaced
      Given the Pod "probed-at-health" is ready
      When its container is frozen
      Then its container is killed for its liveness probe
      And its container is restarted
      And its previous container ended with exit code 137 and reason "Error"

  Rule: Who takes more than its limit pays for it, and nobody else does

    @fault_exhaust_memory
    Scenario: A container whose memory runs out is ended by the kernel, and started again
      Given the Pod "limited" is ready
      When its memory is exhausted
      Then its container is restarted
      And its previous container ended with exit code 137 and reason "OOMKilled"

    @fault_burn_processor @elsewhere
    Scenario: A container whose processor is kept busy is held up
      Given the Pod "limited" is ready
      When its processor is kept busy for 20 seconds
      Then its container "kubia" is held up for more than 20 percent
      And its container is never restarted
