@replication_controller @replica_set
Feature: A selector that makes no sense is refused
  A workload whose own pods it would not find makes pods for ever; one that finds all, takes all.

  Rule: A selector finds the pods of its own template

    @api @rc_36 @rs_23
    Scenario Outline: A template that its selector does not match is refused
      When the <kind> "of-another-label" is created as it is printed
      Then it is refused for its field "spec.template.metadata.labels"
      And it is refused, saying "`selector` does not match template `labels`"

      Examples:
        | kind                  |
        | ReplicationController |
        | ReplicaSet            |

    @api @rs_23
    Scenario Outline: A ReplicaSet that does not say what it selects is refused
      When the ReplicaSet "<name>" is created as it is printed
      Then it is refused, saying "<reason>"

      Examples:
        | name              | reason                                   |
        | without-selector  | spec.selector: Required value            |
        | of-nothing        | empty selector is invalid for deployment |

  Rule: A ReplicationController asks for labels and their values, and for nothing else

    @api @rs_3 @rs_7
    Scenario Outline: What is no map of labels, or no label, is refused
      When the ReplicationController "<name>" is created as it is printed
      Then it is refused, saying "<reason>"

      Examples:
        | name           | reason                                      |
        | of-label-rows  | spec.selector                               |
        | of-expressions | spec.selector                               |
        | of-a-wildcard  | a valid label must be                       |
        | of-no-value    | `selector` does not match template `labels` |

  Rule: An expression has values where its operator needs them, and only there

    @api @rs_14 @rs_17 @rs_19
    Scenario Outline: Values that are missing, or too many, are refused
      When the ReplicaSet "<name>" is created as it is printed
      Then it is refused, saying "<reason>"

      Examples:
        | name                | reason                                                                                         |
        | in-nothing          | values: Required value: must be specified when `operator` is 'In' or 'NotIn'                   |
        | exists-with-values  | values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'          |
        | exists-with-a-value | unknown field                                                                                  |
        | absent-with-values  | values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'          |
