@deployment
Feature: A revision that cannot get well does not drive out the one that is well
  A Deployment replaces pods as fast as new ones become ready. Where none does, it stops there. (A
  container that runs for a moment and ends is ready for that moment, unless it is probed.)

  Rule: Ready pods are kept until others are ready in their place

    @fault_change_spec
    Scenario Outline: The new revision <illness>
      Given the Deployment "shop" is in its steady state of 3 ready pods
      When "shop" is given a container that <illness>
      Then "shop" stays at 4 pods, 3 of them ready, for 5 seconds
      And "shop" never has fewer than 3 ready pods

      Examples:
        | illness          |
        | cannot be pulled |
        | is never ready   |

  Rule: A probe is part of the template, so that a change of it is a rollout

    @fault_change_spec
    Scenario: Pods are replaced when their liveness probe is changed
      Given the Deployment "probed-shop" is in its steady state of 3 ready pods
      When "probed-shop" is given a liveness probe every 2 seconds
      Then "probed-shop" converges to 3 ready pods
      And "probed-shop" never has fewer than 3 ready pods
