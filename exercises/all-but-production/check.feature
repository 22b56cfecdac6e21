Feature: All but production

  Scenario: Exactly those are claimed
    Given the ReplicaSet "not-production" is in its steady state of 2 ready pods
    When pods labelled "app=kubia, env=qa / app=kubia, env=production / app=kubia / app=x, env=qa" are created beside "not-production"
    Then "not-production" converges to 2 ready pods
    And "not-production" claims only those labelled "app=kubia, env=qa / app=kubia"
