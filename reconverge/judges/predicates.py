"""Questions to one snapshot, as values: what temporal promises are made of.

Each has a definition, `lack`, that says why it is not so; and a tally that follows the deliveries
and says the same. They are combined with AllOf, AnyOf and Not. A predicate that no watch could
have shown yet (a pod that was never seen) is not so.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconverge.judges.headcount import Headcount, PodState, count, numbered, seen
from reconverge.judges.numbers import PodsLabelled, Reports, RunsImage
from reconverge.judges.predicate import Predicate, spaced
from reconverge.judges.steady.words import readiness
from reconverge.judges.tally import Looked, Tally
from reconverge.judges.whereabouts import (
    Counts,
    Disrupted,
    LabelledByIndex,
    LooksReady,
    MadeForNode,
    NodeTainted,
    Replaced,
    RunsOn,
    Told,
)
from reconverge.model import Node, Ref, Snapshot, condition, is_true
from reconverge.timeline import Entry

_PODS = frozenset({"Pod"})


class HasPods(Predicate, frozen=True, kw_only=True):
    """The workload has at least `least` and at most `most` pods in that state; None is any."""

    workload: Ref
    state: PodState = "ready"
    least: int = 0
    most: int | None = None

    def words(self, adverb: str = "") -> str:
        return f'"{self.workload.name}" {spaced(adverb)}has {self._bounds()}'

    def _bounds(self) -> str:
        if self.most is None:
            return f"at least {numbered(self.least, self.state)}"
        if self.least == self.most:
            return numbered(self.most, self.state)
        least = f"at least {self.least} and " if self.least else ""
        return f"{least}at most {numbered(self.most, self.state)}"

    def lack(self, snapshot: Snapshot) -> str:
        return self.lack_of(count(snapshot, self.workload, self.state))

    def lack_of(self, pods: int) -> str:
        """Why it would not be so with that many pods."""
        is_within = pods >= self.least and (self.most is None or pods <= self.most)
        return "" if is_within else f'"{self.workload.name}" has {seen(pods, self.state)}'

    def tally(self) -> Tally:
        return _Counted(self)


class PodExists(Predicate, frozen=True, kw_only=True):
    """Exactly this pod is there, not a namesake; one that is being deleted still is."""

    pod: Ref

    def words(self, adverb: str = "") -> str:
        return f'pod "{self.pod.name}" {spaced(adverb)}exists'

    def lack(self, snapshot: Snapshot) -> str:
        return "" if snapshot.pod(self.pod.uid) is not None else f"{self.pod.name} does not exist"

    def tally(self) -> Tally:
        return Looked(self.lack, kinds=_PODS, namespace=self.pod.namespace)


class PodDeleted(Predicate, frozen=True, kw_only=True):
    """Somebody has deleted this pod: it is being deleted, or gone."""

    pod: Ref

    def words(self, adverb: str = "") -> str:
        return f'pod "{self.pod.name}" is {spaced(adverb)}deleted'

    def lack(self, snapshot: Snapshot) -> str:
        pod = snapshot.pod(self.pod.uid)
        is_so = pod.is_terminating if pod is not None else snapshot.is_gone(self.pod.uid)
        return "" if is_so else f"{self.pod.name} is not deleted"

    def tally(self) -> Tally:
        return Looked(self.lack, kinds=_PODS, namespace=self.pod.namespace)


class OwnedBy(Predicate, frozen=True, kw_only=True):
    """This very owner controls the pod."""

    pod: Ref
    owner: Ref

    def words(self, adverb: str = "") -> str:
        return f'"{self.owner.name}" {spaced(adverb)}owns pod "{self.pod.name}"'

    def lack(self, snapshot: Snapshot) -> str:
        pod = snapshot.pod(self.pod.uid)
        if pod is None:
            return f"{self.pod.name} does not exist"
        controller = pod.metadata.controller
        if controller is None:
            return f"nobody owns {self.pod.name}"
        owns = f"{controller.kind} {controller.name} owns {self.pod.name}"
        return "" if controller.uid == self.owner.uid else owns

    def tally(self) -> Tally:
        return Looked(self.lack, kinds=_PODS, namespace=self.pod.namespace)


class HasLabel(Predicate, frozen=True, kw_only=True):
    """The pod carries the label; `value` None is any value."""

    pod: Ref
    key: str
    value: str | None = None

    def words(self, adverb: str = "") -> str:
        label = self.key if self.value is None else f"{self.key}={self.value}"
        return f'pod "{self.pod.name}" is {spaced(adverb)}labelled "{label}"'

    def lack(self, snapshot: Snapshot) -> str:
        pod = snapshot.pod(self.pod.uid)
        if pod is None:
            return f"{self.pod.name} does not exist"
        value = pod.metadata.labels.get(self.key)
        if value is not None and self.value in (None, value):
            return ""
        return f"{self.pod.name} has " + (f"{self.key}={value}" if value else f"no {self.key}")

    def tally(self) -> Tally:
        return Looked(self.lack, kinds=_PODS, namespace=self.pod.namespace)


class InPhase(Predicate, frozen=True, kw_only=True):
    """The pod's phase: Pending, Running, Succeeded or Failed."""

    pod: Ref
    phase: str

    def words(self, adverb: str = "") -> str:
        return f'pod "{self.pod.name}" is {spaced(adverb)}{self.phase}'

    def lack(self, snapshot: Snapshot) -> str:
        pod = snapshot.pod(self.pod.uid)
        phase = pod.status.phase if pod is not None else "gone"
        return "" if phase == self.phase else f"{self.pod.name} is {phase}"

    def tally(self) -> Tally:
        return Looked(self.lack, kinds=_PODS, namespace=self.pod.namespace)


class NodeReady(Predicate, frozen=True, kw_only=True):
    """The control plane takes exactly this node, not a namesake, for ready."""

    node: Ref

    def words(self, adverb: str = "") -> str:
        return f'node "{self.node.name}" is {spaced(adverb)}Ready'

    def lack(self, snapshot: Snapshot) -> str:
        node = snapshot.get("Node", self.node.uid)
        if not isinstance(node, Node):
            return f"node {self.node.name} is not registered"
        return "" if node.is_ready else f"node {self.node.name} is {readiness(node)}"

    def tally(self) -> Tally:
        return Looked(self.lack, kinds=frozenset({"Node"}))


class InCondition(Predicate, frozen=True, kw_only=True):
    """The object's condition of that type is True, for `reason` if one is given."""

    of: Ref
    condition: str
    reason: str = ""

    def words(self, adverb: str = "") -> str:
        why = f" ({self.reason})" if self.reason else ""
        return f'"{self.of.name}" is {spaced(adverb)}{self.condition}{why}'

    def lack(self, snapshot: Snapshot) -> str:
        view = snapshot.get(self.of.kind, self.of.uid)
        rows = getattr(getattr(view, "status", None), "conditions", ())
        row = condition(rows, self.condition)
        if is_true(row) and self.reason in ("", row.reason if row is not None else ""):
            return ""
        seen = [f"{one.type} ({one.reason})" for one in rows if is_true(one)]
        return f"{self.of.name} is {' and '.join(seen) or 'in no condition'}"

    def tally(self) -> Tally:
        kinds = frozenset({self.of.kind})
        return Looked(self.lack, kinds=kinds, namespace=self.of.namespace)


class Not(Predicate, frozen=True, kw_only=True):
    """The opposite."""

    of: AnyPredicate

    def words(self, adverb: str = "") -> str:
        return self.of.words({"": "not", "always": "never"}.get(adverb, f"{adverb} not"))

    def lack(self, snapshot: Snapshot) -> str:
        return self.lack_of([self.of.lack(snapshot)])

    def lack_of(self, lacks: Iterable[str]) -> str:
        """Why it is not so, given what the inner predicate lacks."""
        return "" if any(lacks) else self.of.words()

    def tally(self) -> Tally:
        return _Combined(self, (self.of,))


class AllOf(Predicate, frozen=True, kw_only=True):
    """Each of them is so."""

    parts: tuple[AnyPredicate, ...]

    def words(self, adverb: str = "") -> str:
        return _joined(self.parts, " and ", adverb)

    def lack(self, snapshot: Snapshot) -> str:
        return self.lack_of([part.lack(snapshot) for part in self.parts])

    def lack_of(self, lacks: Iterable[str]) -> str:
        """Why it is not so, given what each part lacks."""
        return " and ".join(filter(None, lacks))

    def tally(self) -> Tally:
        return _Combined(self, self.parts)


class AnyOf(Predicate, frozen=True, kw_only=True):
    """At least one of them is so."""

    parts: tuple[AnyPredicate, ...]

    def words(self, adverb: str = "") -> str:
        return _joined(self.parts, " or ", adverb)

    def lack(self, snapshot: Snapshot) -> str:
        return self.lack_of([part.lack(snapshot) for part in self.parts])

    def lack_of(self, lacks: Iterable[str]) -> str:
        """Why it is not so, given what each part lacks."""
        found = list(lacks)
        return (" and ".join(found) or "there is nothing to choose from") if all(found) else ""

    def tally(self) -> Tally:
        return _Combined(self, self.parts)


AnyPredicate = (
    HasPods
    | PodExists
    | PodDeleted
    | OwnedBy
    | HasLabel
    | InPhase
    | NodeReady
    | InCondition
    | Reports
    | PodsLabelled
    | RunsImage
    | NodeTainted
    | RunsOn
    | Replaced
    | Disrupted
    | LooksReady
    | MadeForNode
    | Told
    | Counts
    | LabelledByIndex
    | Not
    | AllOf
    | AnyOf
)


class _Counted(Tally):
    """The pods that `HasPods` asks for."""

    def __init__(self, predicate: HasPods) -> None:
        self._predicate = predicate
        self._pods = Headcount(predicate.workload)
        self.kinds = self._pods.kinds
        self.namespace = predicate.workload.namespace

    @property
    def violation(self) -> str:
        return self._predicate.lack_of(self._pods.count(self._predicate.state))

    @property
    def is_certain(self) -> bool:
        return self._pods.is_certain

    def begin(self, snapshot: Snapshot) -> None:
        self._pods.begin(snapshot)

    def note(self, entry: Entry) -> None:
        self._pods.note(entry)


class _Combined(Tally):
    """The tallies of the parts of a predicate; each follows its own kinds."""

    def __init__(self, whole: Not | AllOf | AnyOf, parts: Iterable[AnyPredicate]) -> None:
        self._whole = whole
        self._parts = [part.tally() for part in parts]
        self.kinds = frozenset[str]().union(*(part.kinds for part in self._parts))
        spaces = {part.namespace for part in self._parts}
        self.namespace = spaces.pop() if len(spaces) == 1 else ""

    @property
    def violation(self) -> str:
        return self._whole.lack_of([part.violation for part in self._parts])

    @property
    def is_certain(self) -> bool:
        return all(part.is_certain for part in self._parts)

    def begin(self, snapshot: Snapshot) -> None:
        for part in self._parts:
            part.begin(snapshot)

    def note(self, entry: Entry) -> None:
        for part in self._parts:
            part.follow(entry, is_first=False)


def _joined(parts: Iterable[AnyPredicate], word: str, adverb: str) -> str:
    whole = word.join(part.words() for part in parts) or "nothing is asked"
    return f"{adverb} ({whole})" if adverb else whole
