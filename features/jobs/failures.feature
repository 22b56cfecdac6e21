@job
Feature: A Job may be told which failures count
  Some are put right by another try in the same pod, some by none, and some pods are not to be
  replaced before they are gone.

  Rule: Another try in the same pod is no failure of the Job

    @k8s_j18
    Scenario: A task that fails at first succeeds in its own pod
      When the Job "fails-at-first" is created
      Then the container of "fails-at-first" is restarted 1 times after exit code 1, ever more slowly
      And "fails-at-first" completes with 1 successful pods
      And "fails-at-first" makes exactly 1 pods in all
      And "fails-at-first" shows no "status.failed"

  Rule: Another try in another pod is a failure of the Job

    @k8s_j15 @k8s_j19
    Scenario: Tasks that fail at first succeed in pods that know of it
      When the Job "second-try" is created
      Then "second-try" is "SuccessCriteriaMet" before it is "Complete", for "CompletionsReached"
      And "second-try" completes with 2 successful pods
      And 2 pods of "second-try" have ended as "Failed", each with exit code 1 and reason "Error"
      And "second-try" makes exactly 4 pods in all
      And "second-try" never has two pods at one index

    @k8s_j3
    Scenario: An exit code that is to be ignored counts for nothing
      When the Job "forgiven" is created
      Then "forgiven" completes with 1 successful pods
      And 1 pods of "forgiven" have ended as "Failed", each with exit code 42 and reason "Error"
      And "forgiven" shows no "status.failed"
      And "forgiven" makes exactly 2 pods in all

    @k8s_j4
    Scenario: A pod that was evicted counts for nothing, if the Job says so
      Given the Job "undisturbed" is running 2 pods
      When the pods of "undisturbed" are evicted
      Then "undisturbed" completes with 2 successful pods
      And "undisturbed" shows no "status.failed"
      And "undisturbed" makes exactly 4 pods in all

  Rule: A failure without hope ends the Job at once

    @k8s_j2
    Scenario: An exit code that the policy names is not tried again
      When the Job "hopeless" is created
      Then "hopeless" is "FailureTarget" before it is "Failed", for "PodFailurePolicy"
      And "hopeless" fails for the reason "PodFailurePolicy"
      And "hopeless" makes exactly 1 pods in all

  Rule: A pod that has to be gone is replaced when it is

    @k8s_j7
    Scenario: There are never two pods for one task, not even for a moment
      Given the Job "replaced-when-gone" is running 1 pods
      When one of the pods of "replaced-when-gone" is deleted
      Then "replaced-when-gone" goes on with 1 pods
      And "replaced-when-gone" never has more than 1 pods, terminating ones included
      And "replaced-when-gone" shows "status.failed" as "1"
