Feature: A new image in the template

  Scenario: It changes no pod
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods
    When "kubia" is given the image "luksa/kubia"
    Then "kubia" converges to 3 ready pods
    And "kubia" keeps exactly its pods

  Scenario: A pod that is made later is made of it
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods
    And "kubia" has been given the image "luksa/kubia"
    When one of the pods of "kubia" is deleted
    Then "kubia" converges to 3 ready pods
    And what is new of "kubia" is made from its template
