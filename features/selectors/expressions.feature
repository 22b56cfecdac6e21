@replica_set
Feature: A selector of expressions says more than one of labels
  It can ask for one of several values, for any value, and for a label that is not there. All that
  it asks for must hold at once.

  Rule: Only what meets every expression is claimed

    @rs_4 @rs_5 @rs_6 @rs_14 @rs_15 @rs_16 @rs_18 @rs_20 @rs_21
    Scenario Outline: Of the pods that nobody owns exactly those that match are claimed
      Given the ReplicaSet "<selector>" is in its steady state of 2 ready pods
      When pods labelled "<pods>" are created beside "<selector>"
      Then "<selector>" converges to 2 ready pods
      And "<selector>" claims only those labelled "<matching>"

      Examples:
        | selector            | pods                                                                      | matching                       |
        | production-or-devel | env=production / env=devel / env=qa / app=kubia                            | env=production / env=devel     |
        | not-production      | app=kubia, env=qa / app=kubia, env=production / app=kubia / app=x, env=qa  | app=kubia, env=qa / app=kubia  |
        | any-env             | env=a / env=b / app=kubia                                                  | env=a / env=b                  |
        | no-env              | app=kubia / app=kubia, env=x / app=x                                       | app=kubia                      |
        | kubia-of-any-env    | app=kubia, env=b / app=kubia / app=x, env=b / app=x                        | app=kubia, env=b               |
        | kubia-in-production | app=kubia, env=production / app=kubia, env=qa / app=x, env=production / app=x | app=kubia, env=production    |

  Rule: What no longer meets them is let go and replaced

    @rs_4 @rs_5 @rs_6 @rs_15 @rs_16 @rs_18 @rs_20 @rs_21
    Scenario Outline: A pod that is relabelled out of the expressions is replaced
      Given the ReplicaSet "<selector>" is in its steady state of 2 ready pods
      When one of the pods of "<selector>" is relabelled "<change>" out of it
      Then "<selector>" converges to 2 ready pods
      And the relabelled pod is released by its controller
      And the relabelled pod is never touched

      Examples:
        | selector            | change         |
        | production-or-devel | env=qa         |
        | not-production      | env=production |
        | any-env             | no env         |
        | no-env              | env=x          |
        | kubia-of-any-env    | app=x          |
        | kubia-of-any-env    | no env         |
        | kubia-in-production | env=qa         |

    @rs_5 @rs_6 @rs_15 @rs_16
    Scenario Outline: A pod that is relabelled within the expressions stays
      Given the ReplicaSet "<selector>" is in its steady state of 2 ready pods
      When one of the pods of "<selector>" is labelled "<change>"
      Then "<selector>" converges to 2 ready pods
      And "<selector>" keeps exactly its pods
      And the relabelled pod is never touched

      Examples:
        | selector            | change         |
        | production-or-devel | env=production |
        | not-production      | env=qa         |
        | any-env             | env=b          |

    @rs_6
    Scenario: A ReplicationController cannot take two values for one group
      Given the ReplicationController "devel-only" is in its steady state of 2 ready pods
      When one of the pods of "devel-only" is relabelled "env=production" out of it
      Then "devel-only" converges to 2 ready pods
      And the relabelled pod is released by its controller

  Rule: An expression that asks for one value is a label in other words

    @rs_13
    Scenario: One value of one key
      Given the ReplicaSet "kubia" with the fragment "kubia-resplicaset-matchexpressions" is in its steady state of 3 ready pods
      When one of the pods of "kubia" is relabelled "app=foo" out of it
      Then "kubia" converges to 3 ready pods
      And the relabelled pod is released by its controller
      And the relabelled pod is never touched
      And "kubia" is described by
        | Selector | app in (kubia) |
