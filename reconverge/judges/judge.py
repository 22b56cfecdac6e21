"""What a judge is: a fold over the timeline's entries that ends in one finding.

The same object serves a running scenario and a stored one. It is fed entries in order; it is told
the time when it asked to be; and it says what it wants done, if anything, to come to a verdict.
"""

from __future__ import annotations

from typing import Literal, Protocol, runtime_checkable

import msgspec

from reconverge.model import Ref
from reconverge.timeline import Entry
from reconverge.verdict import Finding


class Want(msgspec.Struct, frozen=True):
    """Base of the acts a judge can ask for; their outcome reaches it through the timeline."""


class WantSentinel(Want, frozen=True):
    """Plant what the controllers of `kind` must react to: a surplus pod, a stray ReplicaSet."""

    kind: str


class WantTouch(Want, frozen=True):
    """Change and restore an annotation of `node`, so that our watch of nodes has to show it."""

    node: Ref


class WantKnock(Want, frozen=True):
    """Spoil a field in `subject`'s status that its controller must write anew."""

    subject: Ref


class WantProbe(Want, frozen=True):
    """Ask what no watch tells. `probe` names the question, `target` the node, or the pod."""

    probe: Literal["node-address", "pods-reachable", "kubelet", "pod-answers", "pod-serves"]
    target: str


class WantLog(Want, frozen=True):
    """Read the log of a container, or of its previous instance; no name where there is only one."""

    pod: Ref
    container: str = ""
    previous: bool = False

    @property
    def probe(self) -> str:
        """What its answer is called on the timeline."""
        return "previous log" if self.previous else "log"

    @property
    def target(self) -> str:
        """Whose log it is, on the timeline."""
        return f"{self.pod.name}/{self.container}" if self.container else self.pod.name


class WantAnswer(Want, frozen=True):
    """Send the application of `pod` a request."""

    pod: Ref
    port: int

    @property
    def probe(self) -> str:
        """What its answer is called on the timeline."""
        return "application"

    @property
    def target(self) -> str:
        """Who was asked, on the timeline."""
        return f"{self.pod.name}:{self.port}"


class WantMetrics(Want, frozen=True):
    """Ask the kubelet of the pod's node for what it counts of a container; `metric` is a prefix."""

    pod: Ref
    container: str
    metric: str

    @property
    def probe(self) -> str:
        """What its answer is called on the timeline."""
        return "metrics"

    @property
    def target(self) -> str:
        """Of whom they are, on the timeline."""
        return f"{self.pod.name}/{self.container}"


class Progress(msgspec.Struct, frozen=True):
    """For a person who waits: what is awaited, what is seen now, and the reason if one is known."""

    awaited: str
    seen: str
    reason: str = ""

    @property
    def outlook(self) -> str:
        """What is seen; the reason says more than the details whose place it takes."""
        return f"{self.seen.partition('; ')[0]}; {self.reason}" if self.reason else self.seen


class Judge(Protocol):
    """One promise under judgement."""

    @property
    def due_s(self) -> float | None:
        """The timeline second at which `at` must be called if no entry comes before."""

    def feed(self, entry: Entry) -> Finding | None:
        """Take one entry into account; the finding, once there is one."""

    def at(self, now_s: float) -> Finding | None:
        """Take into account that it is `now_s` and nothing else has happened.

        Being told late changes nothing: it counts as having been told at `due_s`.
        """

    def wants(self) -> tuple[Want, ...]:
        """The acts to perform now; each is returned once."""

    def progress(self) -> Progress:
        """What is awaited and what is seen."""


@runtime_checkable
class Explaining(Protocol):
    """A judge that can say why it still waits. Dear: asked only when somebody looks."""

    def reason(self, now_s: float) -> str:
        """One sentence as of second `now_s` of the timeline; nothing where none is known."""


def catch_up(judge: Judge, until_s: float) -> Finding | None:
    """Tell `judge` of each second that fell due up to `until_s`; its finding, if that is one.

    A waiting thread may be late. What was due when an entry came was decided before it, so that
    the finding depends on the record alone, and is the same when it is judged again.
    """
    while (due_s := judge.due_s) is not None and due_s <= until_s:
        finding = judge.at(due_s)
        if finding is not None:
            return finding
        if judge.due_s is not None and judge.due_s <= due_s:
            return judge.at(until_s)  # it waits for an act; only its deadline can still pass
    return None
