@job
Feature: A Job that is deleted decides what becomes of its pods
  Whoever deletes it says so. Who says nothing leaves them behind: that is what the API's own
  default means for a Job, unlike for all younger kinds.

  Background:
    Given the Job "pair" is running 2 pods

  Rule: Its pods go with it where that is asked for

    @job_25 @k8s_j17 @k8s_j21
    Scenario: A Job is deleted with its pods
      When "pair" is deleted with its pods
      Then it is gone, and its pods with it

  Rule: Without a word on its pods they stay behind

    @job_25
    Scenario: A Job is deleted, and nothing is said of its pods
      When "pair" is deleted without a word on its pods
      Then it is gone, and its pods run on as orphans
      And its pods are never touched

  Rule: Whoever follows a Job is told of each step of its life, once

    @k8s_j26
    Scenario: A Job is made, changed and deleted
      Given "pair" has been allowed 1 pods at once
      When "pair" is deleted with its pods
      Then it is gone, and its pods with it
      And its life is told from its making to its deletion, each step of it once
        | status.active    | 2 |
        | spec.parallelism | 1 |
