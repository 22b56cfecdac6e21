"""A namespace in which the API server is asked what it would refuse, and nothing is ever stored.

A dry run passes the same admission as the real thing: the fence around a hand-in (fences.py) judges
the pods that its controllers would make, too, before any of them tries.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager

from reconverge.clock import RealClock
from reconverge.cluster.door import Cluster, JsonObject
from reconverge.cluster.errors import Conflict, Rejected
from reconverge.faults.journal import Journal
from reconverge.model import Snapshot
from reconverge.namespaces import Home
from reconverge.pytest_plugin.clusters import Ground
from reconverge.recording import SHOWN_WITHIN_S
from reconverge.study.flaws import Flaw
from reconverge.study.written import HandIn, Written
from reconverge.timeline import Timeline
from reconverge.waiting import wait_until_seen

_UNSAFE = "violates PodSecurity"
# Words of the quota's and of the limits' admission (plugin/pkg/admission, Kubernetes 1.34).
_TOO_MUCH = ("exceeded quota", "maximum cpu usage", "maximum memory usage")


class Gate:
    """Asks `cluster` in `namespace`, which is fenced. May be asked from several threads."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self._cluster = cluster
        self._namespace = namespace

    def refused(self, hand_in: HandIn) -> tuple[Flaw, ...]:
        """What the API server would not take, in its own words: each object, then its pods."""
        return tuple(flaw for one in hand_in.objects if (flaw := self._refused(one)))

    def _refused(self, one: Written) -> Flaw | None:
        problem = self._problem(one.served)
        if problem:
            return _flaw(one, problem)
        pod = _pod_of(one)
        problem = self._problem(pod) if pod else ""
        # Of a pod by itself only the fence is asked: a template may lack what its controller adds.
        return _flaw(one, problem) if _is_fence(problem) else None

    def _problem(self, manifest: JsonObject) -> str:
        try:
            self._cluster.create(manifest, namespace=self._namespace, is_dry_run=True)
        except Rejected as error:
            return error.what
        except Conflict:  # a namesake lives there; the hand-in gets a namespace of its own
            return ""
        return ""


def scenario_of_gate() -> str:
    """What the namespace of this process's gate is labelled as."""
    return f"study-{os.getpid()}"


@contextmanager
def gate_on(ground: Ground, *, is_awaited: bool) -> Iterator[Gate]:
    """A gate on that cluster; `is_awaited`: at the end wait until nothing of it is left."""
    name, clock = f"study-{secrets.token_hex(3)}", RealClock()
    with ground.watched(), closing(Journal(ground.journal, clock=clock)) as journal:
        home = Home(
            ground.cluster, journal, name, clock=clock, scenario=scenario_of_gate(), is_fenced=True
        )
        try:
            home.create()
            _await_account(ground.cluster, name)
            yield Gate(ground.cluster, name)
        finally:
            home.leave(Snapshot(), is_awaited=is_awaited)


def _await_account(cluster: Cluster, namespace: str) -> None:
    """Before it is there, the API server refuses every pod."""
    timeline = Timeline(RealClock())
    recorder = cluster.record(timeline, kinds=("ServiceAccount",), namespaces=(namespace,))
    try:
        wait_until_seen(
            timeline,
            lambda entry: bool(tuple(entry.snapshot.objects("ServiceAccount"))),
            start=0,
            within_s=SHOWN_WITHIN_S,
        )
    finally:
        recorder.stop()


def _pod_of(one: Written) -> JsonObject:
    """A pod as its controller would make it; empty for what makes none, and for a pod."""
    if one.kind == "Pod" or not one.pod_spec:
        return {}
    labels = one.map_at((*one.template_path, "metadata")).get("labels", {})
    metadata = {"name": "template", "labels": labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": one.pod_spec}


def _is_fence(problem: str) -> bool:
    return _UNSAFE in problem or any(words in problem for words in _TOO_MUCH)


def _flaw(one: Written, problem: str) -> Flaw:
    if _UNSAFE in problem:
        return one.flaw("RCS706", one.template_path, path=problem.partition(": ")[2])
    if _is_fence(problem):
        return one.flaw("RCS710", (), problem=problem)
    return one.flaw("RCS801", (), problem=problem)
