@job
Feature: A Job is given what its manifest leaves out
  The chapter's Job says nothing about its selector or how often it may be tried. Both are filled in
  when it is created; the selector is made of the Job's own UID, not of the labels of its template.

  Rule: A Job selects by its own UID

    @job_8
    Scenario: The pods of nobody that carry the template's labels stay nobody's
      Given the Pod "bystander" is ready
      When the Job "batch-job" is created
      Then "batch-job" goes on with 1 pods
      And "batch-job" selects exactly the pods that carry its own UID
      And "batch-job" never owns the pod "bystander"

    @api @job_8
    Scenario: A selector of one's own is refused
      When the Job "selector-by-hand" is created as it is printed
      Then it is refused for its field "spec.selector"

  Rule: What is left out has a default

    @api @job_23
    Scenario: A Job that does not say how often it may fail has a default
      When the Job "batch-job" is created
      Then "batch-job" shows "spec.backoffLimit" as "6"
