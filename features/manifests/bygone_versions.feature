@manifests
Feature: A manifest of a bygone API version
  Printed manifests outlive the versions they were written for. As printed, nobody takes them any
  more; what is applied in their stead is never changed in silence.

  Rule: A version that is not served is refused, whatever else is right

    @api @rs_8 @cj_10
    Scenario Outline: A manifest of a bygone version is refused as it is printed
      When the <kind> "<name>" is created as it is printed
      Then it is refused, because "<version>" is not served

      Examples:
        | kind       | name                            | version       |
        | ReplicaSet | kubia                           | apps/v1beta2  |
        | DaemonSet  | ssd-monitor                     | apps/v1beta2  |
        | CronJob    | batch-job-every-fifteen-minutes | batch/v1beta2 |

  Rule: The version of today is taken in its stead, and the record says so

    @rs_8
    Scenario: A ReplicaSet of a bygone version works in its present one
      Given the ReplicaSet "kubia" is in its steady state of 3 ready pods
      When one of the pods of "kubia" is deleted
      Then "kubia" converges to 3 ready pods within 60 seconds
      And the record says that "apps/v1" was taken instead of "apps/v1beta2"
