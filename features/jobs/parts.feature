@job
Feature: A Job may divide its work into numbered parts
  Each part is one completion index: it is done by a pod that knows its number and is called after
  it. What becomes of the parts decides what becomes of the whole.

  Rule: Each part is done once

    @k8s_j8
    Scenario: Four parts are done by four pods, each under its own number
      When the Job "four-parts" is created
      Then "four-parts" completes with 4 successful pods
      And "four-parts" shows "status.completedIndexes" as "0-3"
      And "four-parts" never has two pods at one index
      And "four-parts" makes exactly 4 pods in all

    @k8s_j9
    Scenario: Who looks for the pod of a part finds it by its label
      When the Job "four-parts" is created
      Then "four-parts" completes with 4 successful pods
      And each pod of "four-parts" is labelled with its index

  Rule: A part may decide for the whole

    @k8s_j10
    Scenario: With all parts the whole is done, and it was the policy that said so
      When the Job "all-parts-decide" is created
      Then "all-parts-decide" is "SuccessCriteriaMet" before it is "Complete", for "SuccessPolicy"
      And "all-parts-decide" completes with 3 successful pods
      And "all-parts-decide" shows "status.completedIndexes" as "0-2"
      And "all-parts-decide" makes exactly 3 pods in all

    @k8s_j11 @k8s_j12
    Scenario Outline: With the part that decides the whole is done
      When the Job "<name>" is created
      Then "<name>" is "SuccessCriteriaMet" before it is "Complete", for "SuccessPolicy"
      And "<name>" completes with 1 successful pods
      And "<name>" shows "status.completedIndexes" as "<index>"
      And "<name>" makes exactly 3 pods in all

      Examples:
        | name               | index |
        | first-part-decides | 0     |
        | any-part-decides   | 1     |

  Rule: A part may fail on its own

    @k8s_j13
    Scenario: The other parts are seen through when some fail
      When the Job "odd-parts-fail" is created
      Then "odd-parts-fail" fails for the reason "FailedIndexes"
      And "odd-parts-fail" shows "status.failedIndexes" as "1,3"
      And "odd-parts-fail" shows "status.completedIndexes" as "0,2"
      And "odd-parts-fail" makes exactly 6 pods in all
      And "odd-parts-fail" never has two pods at one index

    @k8s_j14
    Scenario: The whole fails with one part more than may fail
      When the Job "one-failure-is-enough" is created
      Then "one-failure-is-enough" fails for the reason "MaxFailedIndexesExceeded"
      And "one-failure-is-enough" shows "status.failedIndexes" as "0"
      And "one-failure-is-enough" makes exactly 1 pods in all

    @k8s_j16
    Scenario: A part without hope is not tried again
      When the Job "hopeless-part" is created
      Then "hopeless-part" fails for the reason "FailedIndexes"
      And "hopeless-part" shows "status.failedIndexes" as "1"
      And "hopeless-part" makes exactly 2 pods in all
