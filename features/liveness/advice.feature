@liveness
Feature: What becomes of those who probe unwisely
  The chapter's advice, shown by what follows where it is not taken.

  Rule: A probe has a path of its own

    @lp_26
    Scenario: Who is probed at a page that demands a login is restarted
      When the Pod "probed-at-its-front-page" is created
      Then its liveness probe fails three times, saying "HTTP probe failed with statuscode: 401"
      And its container is restarted

    @lp_26
    Scenario: Who is probed at a path that is made for it lives on
      When the Pod "probed-at-health" is created
      Then its application is asked five times in a row by its node, 1 second apart
      And its container is never restarted
      And no probe of it ever fails

  Rule: A loop inside the probe only puts off what its threshold is for

    @lp_30
    Scenario Outline: With <how> the container is ended after <requests> requests
      When the Pod "<name>" is created
      Then its container is killed for its liveness probe
      And its container is restarted
      And the log of its previous container says "Received request" exactly <requests> times

      Examples:
        | how          | name                 | requests |
        | no loop      | probe-without-a-loop | 6        |
        | a loop of it | probe-with-a-loop    | 12       |

  Rule: A probe asks the application alone

    @lp_27
    Scenario: A database that is gone takes with it whoever is probed for its sake
      Given the database "database" serves
      And the ReplicationController "storefront" is in its steady state of 2 ready pods
      And the ReplicationController "dependent-storefront" is in its steady state of 2 ready pods
      When "database" is scaled to 0 pods
      Then each pod of "dependent-storefront" is restarted two times
      And the surviving pods of "storefront" are never touched

  Rule: A probe costs next to nothing

    @lp_29
    Scenario: A probe that wants all of its processor slows the application down
      Given the Pod "light-probe" is ready
      When the Pod "heavy-probe" is created
      Then its container "kubia" is held up for more than 40 percent
      And container "kubia" of "light-probe" is held up for less than 25 percent
