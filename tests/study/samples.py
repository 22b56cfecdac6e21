"""Manifests with one flaw each, and sound ones: the table that the rules are held against."""

from __future__ import annotations

# Printed with a flaw on purpose: a cluster refuses them, which scenarios show.
REFUSED = (
    "of-last-decade",
    "refused",
    "with-replicas",
    "four-fields",
    "minute-sixty",
    "eighth-weekday",
    "zone-inside",
    "on-the-moon",
    "selector-by-hand",
    "restarted-by-default",
    "restarted-for-ever",
    "two-handlers",
    "unselective",
    "cronjob",
    "kubia-replicaset",
    "ssd-monitor-daemonset",
    "kubia-liveness-probe-initial-delay",
    "kubia-resplicaset-matchexpressions",
    *(
        f"{flaw}-{kind}"
        for flaw in ("restarted-on-failure", "with-pods-out-of-time")
        for kind in ("daemonset", "replicaset", "replicationcontroller")
    ),
)

_POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: kubia
spec:
  containers:
  - name: kubia
    image: mycool0905/kubia
"""
_RC = """\
apiVersion: v1
kind: ReplicationController
metadata:
  name: kubia
spec:
  replicas: 3
  selector:
    app: kubia
  template:
    metadata:
      labels:
        app: kubia
    spec:
      containers:
      - name: kubia
        image: mycool0905/kubia
"""
_RS = _RC.replace("apiVersion: v1", "apiVersion: apps/v1").replace(
    "kind: ReplicationController", "kind: ReplicaSet"
)
_RS = _RS.replace("    app: kubia\n  template", "    matchLabels: {app: kubia}\n  template")
_SET = _RS.replace(
    "matchLabels: {app: kubia}",
    "matchExpressions:\n    - {key: app, operator: In, values: [kubia]}",
)
_JOB = """\
apiVersion: batch/v1
kind: Job
metadata:
  name: batch-job
spec:
  completions: 5
  template:
    spec:
      restartPolicy: OnFailure
      containers:
      - name: main
        image: luksa/batch-job
"""
_CRON = """\
apiVersion: batch/v1
kind: CronJob
metadata:
  name: every-quarter
spec:
  schedule: "0,15,30,45 * * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: OnFailure
          containers:
          - name: main
            image: luksa/batch-job
"""
_DS = _RS.replace("kind: ReplicaSet", "kind: DaemonSet").replace("  replicas: 3\n", "")
_PROBE = "    ports: [{containerPort: 8080, name: web}]\n    livenessProbe:\n"
_HTTP = "      httpGet: {path: /, port: 8080}\n"

SOUND = (
    _POD,
    _POD + _PROBE + _HTTP,
    _POD + _PROBE + "      tcpSocket: {port: web}\n",
    _POD + "    livenessProbe: {exec: {command: [cat, /healthy]}}\n",
    _RC,
    _RS,
    _SET,
    _SET.replace("{key: app, operator: In, values: [kubia]}", "{key: app, operator: Exists}"),
    _DS,
    _JOB,
    _CRON,
    _CRON.replace('"0,15,30,45 * * * *"', '"@hourly"'),
    _CRON.replace('"0,15,30,45 * * * *"', '"*/20 8-16 * JAN-JUN MON,FRI"'),
    _CRON.replace('"0,15,30,45 * * * *"', '"0 0 29 2 *"'),
    _CRON.replace("spec:\n  schedule", "spec:\n  timeZone: Asia/Seoul\n  schedule"),
    _RC + "---\n" + _RS,
)

# Code, a part of its sentence, its line, and the text.
FLAWED = (
    ("RCS001", "no valid YAML", 4, "kind: Pod\nmetadata:\n name: a\n  labels: b\n"),
    ("RCS001", "no valid YAML", 2, 'kind: Pod\nname: "kubia\n'),
    ("RCS003", 'the key "app" is given twice', 5, "a:\n  b:\n    app: 1\n    c: 1\n    app: 2\n"),
    ("RCS004", "it has no apiVersion and no kind", 1, "name: kubia\n"),
    ("RCS004", "a manifest is a mapping", 1, "- one\n- two\n"),
    ("RCS004", "no metadata.name", 1, "apiVersion: v1\nkind: Pod\nmetadata: {}\n"),
    ("RCS006", "indented by a tab", 3, "kind: Pod\nmetadata:\n\tname: kubia\n"),
    ("RCS101", "did you mean replicas?", 6, _RC.replace("replicas:", "replica:")),
    ("RCS101", 'no field "tempo"', 6, _RC.replace("replicas:", "tempo:")),
    (
        "RCS102",
        "its place is spec.template.spec",
        6,
        _DS.replace("  selector:", "  nodeSelector: {disk: ssd}\n  selector:", 1),
    ),
    (
        "RCS102",
        '"backoffLimit" has no effect in spec.template.spec',
        9,
        _JOB.replace("      restartPolicy", "      backoffLimit: 2\n      restartPolicy"),
    ),
    ("RCS103", "must be a whole number", 6, _RC.replace("replicas: 3", "replicas: three")),
    (
        "RCS103",
        "must be a text (in quotes), and true is a truth value",
        12,
        _RC.replace("        app: kubia\n", "        app: true\n").replace(
            "    app: kubia\n  t", "    app: 'true'\n  t"
        ),
    ),
    (
        "RCS103",
        "must be a list",
        6,
        _POD.replace(
            "  - name: kubia\n    image: mycool0905/kubia\n", "    name: kubia\n    image: x\n"
        ),
    ),
    (
        "RCS104",
        "spec.containers[0].name is missing",
        7,
        _POD.replace("name: kubia\n    image", "image"),
    ),
    (
        "RCS104",
        "spec.selector is missing",
        5,
        _RS.replace("  selector:\n    matchLabels: {app: kubia}\n", ""),
    ),
    (
        "RCS104",
        "spec.schedule is missing",
        5,
        _CRON.replace('  schedule: "0,15,30,45 * * * *"\n', ""),
    ),
    ("RCS105", "is not served since Kubernetes 1.16", 1, _RS.replace("apps/v1", "apps/v1beta2")),
    ("RCS105", "which never existed", 1, _CRON.replace("batch/v1", "batch/v1beta2")),
    ("RCS106", "ReplicaSet is not served as v1", 1, _RS.replace("apps/v1", "v1")),
    ("RCS106", 'has no kind "Replicaset"', 2, _RS.replace("ReplicaSet", "Replicaset")),
    (
        "RCS107",
        '"my_kubia" is no name',
        4,
        _POD.replace("name: kubia\nspec", "name: my_kubia\nspec"),
    ),
    ("RCS108", 'cannot be "onFailure"', 9, _JOB.replace("OnFailure", "onFailure")),
    (
        "RCS108",
        'cannot be "forbid"',
        6,
        _CRON.replace("  schedule", "  concurrencyPolicy: forbid\n  schedule"),
    ),
    (
        "RCS201",
        "asks for app=kubia2, but its template labels pods app=kubia",
        8,
        _RC.replace("    app: kubia\n  t", "    app: kubia2\n  t"),
    ),
    ("RCS201", "asks for app=kubia2", 8, _RS.replace("{app: kubia}", "{app: kubia2}")),
    ("RCS201", "asks for app In (shop)", 9, _SET.replace("[kubia]", "[shop]")),
    (
        "RCS202",
        "gives its pods no labels",
        10,
        _RC.replace("      labels:\n        app: kubia\n", "      name: kubia\n"),
    ),
    (
        "RCS203",
        "uses matchLabels",
        8,
        _RC.replace("    app: kubia\n  t", "    matchLabels: {app: kubia}\n  t"),
    ),
    (
        "RCS203",
        "uses matchExpressions",
        8,
        _SET.replace("apps/v1", "v1").replace("ReplicaSet", "ReplicationController"),
    ),
    (
        "RCS204",
        "needs matchLabels",
        8,
        _RS.replace("    matchLabels: {app: kubia}", "    app: kubia"),
    ),
    ("RCS205", "the operator In needs values", 9, _SET.replace(", values: [kubia]", "")),
    ("RCS101", "did you mean values", 9, _SET.replace("values: [kubia]", "value: kubia")),
    ("RCS206", "it takes no values", 9, _SET.replace("operator: In", "operator: Exists")),
    ("RCS207", '"*" is no value of a label', 8, _RC.replace("app: kubia\n", "app: '*'\n")),
    ("RCS207", '"my app" is no key of a label', 8, _RC.replace("app: kubia\n", "my app: kubia\n")),
    ("RCS208", "is empty", 7, _RS.replace("    matchLabels: {app: kubia}", "    {}")),
    (
        "RCS301",
        "asks port 80, but its container declares 8080 only",
        11,
        _POD + _PROBE + "      httpGet: {path: /, port: 80}\n",
    ),
    ("RCS302", 'the port named "http"', 11, _POD + _PROBE + "      tcpSocket: {port: http}\n"),
    ("RCS303", "does not say how to probe", 10, _POD + _PROBE + "      periodSeconds: 3\n"),
    (
        "RCS304",
        "has 2 mechanisms (httpGet, tcpSocket)",
        12,
        _POD + _PROBE + _HTTP + "      tcpSocket: {port: 8080}\n",
    ),
    (
        "RCS305",
        "wants 3 successes in a row",
        12,
        _POD + _PROBE + _HTTP + "      successThreshold: 3\n",
    ),
    (
        "RCS401",
        "which is the default, with which work could never end",
        8,
        _JOB.replace("      restartPolicy: OnFailure\n", ""),
    ),
    ("RCS401", "have the restartPolicy Always, with which", 9, _JOB.replace("OnFailure", "Always")),
    ("RCS401", "with which work could never end", 11, _CRON.replace("OnFailure", "Always")),
    (
        "RCS402",
        "allows Always only",
        14,
        _RC.replace("    spec:\n", "    spec:\n      restartPolicy: Never\n"),
    ),
    (
        "RCS403",
        "may run 9 pods at once but needs only 5",
        7,
        _JOB.replace("  template", "  parallelism: 9\n  template"),
    ),
    (
        "RCS404",
        "it ends one pod",
        9,
        _JOB.replace("      restartPolicy", "      activeDeadlineSeconds: 9\n      restartPolicy"),
    ),
    (
        "RCS405",
        "the API server refuses it here",
        14,
        _RC.replace("    spec:\n", "    spec:\n      activeDeadlineSeconds: 9\n"),
    ),
    (
        "RCS406",
        "gives itself a selector",
        7,
        _JOB.replace("  template", "  selector: {matchLabels: {app: a}}\n  template"),
    ),
    ("RCS501", "it has 4 fields instead of 5", 6, _CRON.replace("0,15,30,45 * *", "0 *")),
    ("RCS501", "is no schedule", 6, _CRON.replace("0,15,30,45", "60")),
    ("RCS501", "days of the week are 0 to 6", 6, _CRON.replace('* * * *"', '* * * 7"')),
    ("RCS501", "@fortnightly is none of", 6, _CRON.replace("0,15,30,45 * * * *", "@fortnightly")),
    (
        "RCS502",
        "names a day that does not exist",
        6,
        _CRON.replace("0,15,30,45 * * * *", "0 0 31 2 *"),
    ),
    ("RCS503", "carries a time zone", 6, _CRON.replace('"0,15', '"TZ=Asia/Seoul 0,15')),
    (
        "RCS504",
        "the controller looks only every 10 seconds",
        6,
        _CRON.replace("  schedule", "  startingDeadlineSeconds: 5\n  schedule"),
    ),
    (
        "RCS505",
        'no time zone "Seoul"',
        6,
        _CRON.replace("  schedule", "  timeZone: Seoul\n  schedule"),
    ),
    ("RCS601", "the nodes are the number", 6, _RS.replace("kind: ReplicaSet", "kind: DaemonSet")),
)
