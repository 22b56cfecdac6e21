Feature: Production and devel at once

  Scenario: Exactly those are claimed
    Given the ReplicaSet "production-or-devel" is in its steady state of 2 ready pods
    When pods labelled "env=production / env=devel / env=qa / app=kubia" are created beside "production-or-devel"
    Then "production-or-devel" converges to 2 ready pods
    And "production-or-devel" claims only those labelled "env=production / env=devel"
