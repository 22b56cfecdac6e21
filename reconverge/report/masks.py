"""Two runs never share a pod name, a UID or an address: what is left when these are masked.

A pod is called by its place: `pod 2 of kubia` is the second of kubia's pods, ranked as targets are
chosen (age, then node), at a stated instant; whatever came later is `a new pod of kubia`. Nodes are
numbered by name. Everything else that differs from run to run by itself loses its value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from reconverge.blast import ranked
from reconverge.model import Named, Pod, Ref, Snapshot
from reconverge.timeline import Observed, Opened, Timeline

_NAME = re.compile(r"[a-z0-9](?:[-.a-z0-9]*[a-z0-9])?")
_UID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
_RANK = re.compile(r"\bpod \d+ of\b")
_MEASURED = re.compile(r"\b\d+(?:\.\d+)?(?= (?:s|entries)\b)")


class Masks:
    """The names of one timeline, by what they stand for; `at` is the world that ranks the pods."""

    def __init__(self, timeline: Timeline, at: Snapshot) -> None:
        self._names = _strangers(timeline) | roles(at)
        opened = timeline[0].record
        if isinstance(opened, Opened):
            self._names[opened.namespace] = "NAMESPACE"

    def masked(self, text: str) -> str:
        """The text without what differs by itself."""
        text = _MEASURED.sub("N", _ADDRESS.sub("ADDRESS", _UID.sub("UID", text)))
        return _NAME.sub(lambda found: self._names.get(found[0], found[0]), text)

    def plain(self, text: str) -> str:
        """The same, with pods of one owner all alike."""
        return _RANK.sub("a pod of", self.masked(text))


def roles(snapshot: Snapshot) -> dict[str, str]:
    """What each pod and node is called, by name."""
    names = {node.name: f"node {rank}" for rank, node in enumerate(snapshot.nodes(), start=1)}
    owned: dict[str, list[Pod]] = {}
    for pod in snapshot.pods():
        owner = owner_of(pod, snapshot)
        if owner is not None:
            owned.setdefault(owner.name, []).append(pod)
    for name, pods in owned.items():
        numbered = enumerate(ranked(pods), start=1)
        names |= {pod.name: f"pod {rank} of {name}" for rank, pod in numbered}
    return names


def role_of(target: Ref, known: Mapping[str, str]) -> str:
    """What a target is called; one that is neither pod nor node by its kind and name."""
    return known.get(target.name, f"{target.kind} {target.name}")


def owner_of(view: Named, snapshot: Snapshot) -> Ref | None:
    """Who keeps it in the end: a Deployment rather than its ReplicaSet, whose name is random."""
    controller = view.metadata.controller
    if controller is None:
        return None
    namespace = view.metadata.namespace
    owner = Ref(controller.kind, namespace, controller.name, controller.uid)
    above = snapshot.get(owner.kind, owner.uid)
    return owner if above is None else owner_of(above, snapshot) or owner


def _strangers(timeline: Timeline) -> dict[str, str]:
    """Every pod that was ever seen, as if it had come later."""
    names: dict[str, str] = {}
    for entry in timeline.entries():
        if isinstance(entry.record, Observed) and isinstance(entry.view, Pod):
            owner = owner_of(entry.view, entry.snapshot)
            if owner is not None:
                names.setdefault(entry.view.name, f"a new pod of {owner.name}")
    return names
