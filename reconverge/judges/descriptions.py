"""What `kubectl get` and `kubectl describe` print of a workload, read from the recorded objects.

Each line is a function of the object and its pods, under the name that kubectl gives it. Source:
pkg/printers/internalversion and describeReplicationController, describeReplicaSet in
k8s.io/kubectl/pkg/describe, Kubernetes 1.34.
"""

from __future__ import annotations

from collections import Counter

from reconverge.judges.promise import Promise
from reconverge.judges.states import StateJudge
from reconverge.judges.steady import Steadiness
from reconverge.model import Ref, ReplicaSet, ReplicationController, Requirement, Selector, Snapshot

# By phase alone, those being deleted included (getPodStatusForController); kubectl prints all four
# in one line "Pods Status".
_PHASES = {"Running": "Running", "Pending": "Waiting", "Succeeded": "Succeeded", "Failed": "Failed"}
_NONE = "<none>"


class DescribedAs(Promise, frozen=True, kw_only=True):
    """A ReplicationController or ReplicaSet is printed with these lines, whatever others it has."""

    workload: Ref
    lines: dict[str, str]

    def sentence(self) -> str:
        rows = "; ".join(f"{name}: {text}" for name, text in self.lines.items())
        return f'"{self.workload.name}" is described by {rows}'

    def judge(self, *, deadline_s: float) -> StateJudge:
        kinds = ("Pod", self.workload.kind)
        return StateJudge(self, self.weigh, kinds=kinds, deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        found = described(snapshot, self.workload)
        lacking = tuple(
            f"{name} is {found.get(name, 'not among its lines')}, not {text}"
            for name, text in self.lines.items()
            if found.get(name) != text
        )
        return Steadiness(lacking, "; ".join(f"{name}: {found[name]}" for name in found))


def described(snapshot: Snapshot, workload: Ref) -> dict[str, str]:
    """The lines by their names; none where there is no such workload."""
    view = snapshot.get(workload.kind, workload.uid)
    if not isinstance(view, ReplicationController | ReplicaSet):
        return {}
    status, template = view.status, view.spec.template
    containers = template.spec.containers if template is not None else ()
    labels = template.metadata.labels if template is not None else {}
    return {
        "Name": view.name,
        "Labels": _labels(view.metadata.labels),
        "Selector": _selector(view.selector),
        "Desired": str(view.replicas),
        "Current": str(status.replicas),
        "Ready": str(status.ready_replicas),
        "Replicas": f"{status.replicas} current / {view.replicas} desired",
        **_pods_status(snapshot, workload),
        "Template Labels": _labels(labels),
        "Template Image": ",".join(one.image for one in containers) or _NONE,
    }


def _pods_status(snapshot: Snapshot, workload: Ref) -> dict[str, str]:
    counts = Counter(pod.status.phase for pod in snapshot.pods_of(workload))
    return {f"Pods {word}": str(counts[phase]) for phase, word in _PHASES.items()}


def _selector(selector: Selector) -> str:
    """As metav1.FormatLabelSelector prints it: sorted by key."""
    rows = {key: f"{key}={value}" for key, value in selector.match_labels.items()}
    rows |= {row.key: _requirement(row) for row in selector.match_expressions}
    return ",".join(rows[key] for key in sorted(rows)) or _NONE


def _requirement(row: Requirement) -> str:
    values = ",".join(sorted(row.values))
    match row.operator:
        case "Exists":
            return row.key
        case "DoesNotExist":
            return f"!{row.key}"
        case "In":
            return f"{row.key} in ({values})"
        case _:
            return f"{row.key} notin ({values})"


def _labels(labels: dict[str, str]) -> str:
    return ",".join(f"{key}={labels[key]}" for key in sorted(labels)) or _NONE
