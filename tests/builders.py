"""Small builders of wire JSON and a scripted timeline, for tests that tell a judge a story.

Everything is written as the API server would send it, so that a story passes through the same
decoding as a real watch. Time stands still unless a test moves it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, cast

import msgspec

from reconverge.judges.controllers import CONTROLLERS
from reconverge.judges.effects import AnyEffect
from reconverge.judges.judge import Judge, Want, WantKnock, WantSentinel, WantTouch
from reconverge.judges.promise import Promise
from reconverge.model import Ref
from reconverge.timeline import (
    AnyRecord,
    Challenged,
    Entry,
    Gap,
    Injected,
    Judged,
    Lost,
    Noted,
    Observed,
    Opened,
    Probed,
    Promised,
    Resumed,
    Synced,
    Timeline,
)
from reconverge.verdict import Finding

Json = dict[str, object]
Change = Literal["listed", "added", "modified", "deleted"]

NAMESPACE = "exp"
KUBIA = Ref("ReplicationController", NAMESPACE, "kubia", "rc-1")
START = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic_s(self) -> float:
        return self.now_s

    def wall(self) -> datetime:
        return START + timedelta(seconds=self.now_s)

    def wait(self, condition: threading.Condition, *, timeout_s: float) -> bool:
        del condition
        self.now_s += timeout_s
        return False


def meta(name: str, uid: str, version: int, **more: object) -> Json:
    return {
        "name": name,
        "namespace": NAMESPACE,
        "uid": uid,
        "resourceVersion": str(version),
        "creationTimestamp": "2026-01-01T00:00:00Z",
        **more,
    }


def owned_by(owner: Ref) -> list[Json]:
    return [{"kind": owner.kind, "name": owner.name, "uid": owner.uid, "controller": True}]


def pod(
    uid: str,
    version: int,
    *,
    owner: Ref | None = KUBIA,
    labels: Mapping[str, str] | None = None,
    ready: bool = True,
    phase: str = "Running",
    terminating: bool = False,
    node: str = "worker",
    restarts: int = 0,
    container_id: str = "",
    namespace: str = NAMESPACE,
    status: Json | None = None,
    spec: Json | None = None,
    header: Json | None = None,
) -> Json:
    """A pod named `uid`, by default a ready pod of kubia with one container `main`.

    `header`, `spec` and `status` replace fields of the pod's metadata, spec and status.
    """
    more: Json = {"labels": dict({"app": "kubia"} if labels is None else labels)}
    if owner is not None:
        more["ownerReferences"] = owned_by(owner)
    if terminating:
        more["deletionTimestamp"] = "2026-01-01T00:01:00Z"
    container = {
        "name": "main",
        "ready": ready,
        "restartCount": restarts,
        "containerID": container_id or f"containerd://{uid}-{restarts}",
        "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}},
    }
    return {
        "metadata": {**meta(uid, uid, version, **more), "namespace": namespace, **(header or {})},
        "spec": {"nodeName": node, "containers": [{"name": "main"}], **(spec or {})},
        "status": {
            "phase": phase,
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
            "containerStatuses": [container],
            **(status or {}),
        },
    }


def workload(
    version: int,
    *,
    ref: Ref = KUBIA,
    replicas: int = 3,
    ready: int | None = None,
    current: int | None = None,
    generation: int = 1,
    observed: int | None = None,
    selector: Mapping[str, str] | None = None,
    conditions: list[Json] | None = None,
) -> Json:
    """A ReplicationController or ReplicaSet, by default one whose status agrees with its spec."""
    labels = dict({"app": "kubia"} if selector is None else selector)
    is_set = ref.kind == "ReplicaSet"
    return {
        "metadata": {**meta(ref.name, ref.uid, version), "generation": generation},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels} if is_set else labels},
        "status": {
            "replicas": replicas if current is None else current,
            "readyReplicas": replicas if ready is None else ready,
            "observedGeneration": generation if observed is None else observed,
            "conditions": conditions or [],
        },
    }


def node(
    name: str,
    version: int,
    *,
    uid: str = "",
    ready: Literal["True", "False", "Unknown"] | None = "True",
    reason: str = "",
    taints: tuple[str, ...] = (),
) -> Json:
    row = {"type": "Ready", "status": ready, "reason": reason}
    return {
        "metadata": {**meta(name, uid or name, version), "namespace": ""},
        "spec": {"taints": [{"key": key, "effect": "NoExecute"} for key in taints]},
        "status": {"conditions": [row] if ready is not None else []},
    }


class Story:
    """A scripted timeline: each verb appends the record that the engine would append."""

    def __init__(self, *, path: Path | None = None) -> None:
        self.clock = FakeClock()
        self.timeline = Timeline(self.clock, path=path)
        self.version = 0
        self._injections = 0
        self.append(
            lambda at_s: Opened(
                at_s=at_s, scenario="a story", seed=1, namespace=NAMESPACE, started=START
            )
        )

    def append(self, make: Callable[[float], AnyRecord]) -> Entry:
        return self.timeline.append(make)

    def at(self, at_s: float) -> Story:
        """Move the clock to second `at_s` of the timeline."""
        self.clock.now_s = at_s
        return self

    def next_version(self) -> int:
        self.version += 1
        return self.version

    def see(self, kind: str, change: Change, wire: Json) -> Entry:
        metadata = cast(Json, wire["metadata"])
        version = int(cast(str, metadata["resourceVersion"]))
        self.version = max(self.version, version)
        return self.append(
            lambda at_s: Observed(
                at_s=at_s,
                kind=kind,
                change=change,
                uid=cast(str, metadata["uid"]),
                resource_version=version,
                object=msgspec.Raw(msgspec.json.encode(wire)),
            )
        )

    def pod(self, uid: str, change: Change = "modified", **more: object) -> Entry:
        return self.see("Pod", change, pod(uid, self.next_version(), **more))  # type: ignore[arg-type]

    def workload(self, change: Change = "modified", **more: object) -> Entry:
        ref = cast(Ref, more.get("ref", KUBIA))
        wire = workload(self.next_version(), **more)  # type: ignore[arg-type]
        return self.see(ref.kind, change, wire)

    def node(self, name: str, change: Change = "modified", **more: object) -> Entry:
        return self.see("Node", change, node(name, self.next_version(), **more))  # type: ignore[arg-type]

    def gap(self, kind: str = "Pod", *, since_s: float | None = None, namespace: str = "") -> Entry:
        return self.append(
            lambda at_s: Gap(
                at_s=at_s,
                kind=kind,
                since_s=at_s if since_s is None else since_s,
                reason="too old resource version",
                namespace=namespace,
            )
        )

    def synced(self, kind: str = "Pod", *, namespace: str = "") -> Entry:
        version = self.version
        return self.append(
            lambda at_s: Synced(at_s=at_s, kind=kind, resource_version=version, namespace=namespace)
        )

    def lost(self, kind: str = "Pod", *, since_s: float | None = None) -> Entry:
        return self.append(
            lambda at_s: Lost(
                at_s=at_s,
                kind=kind,
                since_s=at_s if since_s is None else since_s,
                reason="connection refused",
            )
        )

    def resumed(self, kind: str = "Pod") -> Entry:
        version = self.version
        return self.append(lambda at_s: Resumed(at_s=at_s, kind=kind, resource_version=version))

    def note(self, text: str = "nothing happens") -> Entry:
        return self.append(lambda at_s: Noted(at_s=at_s, text=text))

    def inject(
        self, effect: AnyEffect, *, targets: tuple[Ref, ...] = (), fault: Json | None = None
    ) -> str:
        self._injections += 1
        name = f"fault-{self._injections}"
        self.append(
            lambda at_s: Injected(
                at_s=at_s,
                id=name,
                fault=msgspec.Raw(msgspec.json.encode(fault or {})),
                effect=msgspec.Raw(msgspec.json.encode(effect)),
                sentence="harm",
                targets=targets,
            )
        )
        return name

    def challenged(
        self,
        step: Literal["sentinel", "knock"],
        subject: Ref,
        *,
        version: int | None = None,
        error: str = "",
        is_unreached: bool = False,
    ) -> Entry:
        return self.append(
            lambda at_s: Challenged(
                at_s=at_s,
                step=step,
                subject=subject,
                resource_version=self.version if version is None else version,
                error=error,
                is_unreached=is_unreached,
            )
        )

    def probed(
        self, probe: str, target: str, *, ok: bool = True, answer: str = "", asked_s: float | None
    ) -> Entry:
        return self.append(
            lambda at_s: Probed(
                at_s=at_s, probe=probe, target=target, ok=ok, answer=answer, asked_s=asked_s
            )
        )

    def promise(self, promise: Promise, *, deadline_s: float, start: int = 0) -> str:
        name = f"promise-{len(self.timeline)}"
        self.append(
            lambda at_s: Promised(
                at_s=at_s,
                id=name,
                promise=msgspec.Raw(msgspec.json.encode(promise)),
                sentence=promise.sentence(),
                deadline_s=deadline_s,
                start=start,
            )
        )
        return name

    def judged(self, name: str, finding: Finding) -> None:
        self.append(lambda at_s: Judged(at_s=at_s, id=name, finding=finding))

    def steady(self, *uids: str, version_of: Ref = KUBIA) -> None:
        """List `uids` as the ready pods of a workload whose status says so."""
        for uid in uids:
            self.pod(uid, "listed", owner=version_of)
        self.synced("Pod")
        self.workload("listed", ref=version_of, replicas=len(uids))
        self.synced(version_of.kind)


class Audience:
    """A judge fed from a story as the engine would feed it, with its wants noted."""

    def __init__(self, story: Story, judge: Judge, *, start: int = 0) -> None:
        self.story, self.judge = story, judge
        self.index = start
        self.finding: Finding | None = None
        self.wanted: list[Want] = []
        self.served = 0

    def serve(self, do: Callable[[Want], None], *, until_s: float) -> Finding | None:
        """Let time pass up to then, and `do` what is wanted, each once, as the engine would."""
        while self.hear() is None:
            if self.served < len(self.wanted):
                do(self.wanted[self.served])
                self.served += 1
                continue
            due_s = self.judge.due_s
            if due_s is None or due_s > until_s:
                return None
            self.wait(due_s)
        return self.finding

    def hear(self) -> Finding | None:
        """Feed what is new on the timeline."""
        for entry in self.story.timeline.entries(self.index):
            if self.finding is not None:
                break
            self.index = entry.index + 1
            self.finding = self.judge.feed(entry)
            self._ask()
        return self.finding

    def wait(self, until_s: float) -> Finding | None:
        """Feed what is new, then let time pass, telling the judge of each second it asked for."""
        self.hear()
        for _ in range(100):
            due_s = self.judge.due_s
            if self.finding is not None or due_s is None or due_s > until_s:
                break
            self.story.at(max(due_s, self.story.timeline.now_s()))
            self.finding = self.judge.at(self.story.timeline.now_s())
            self._ask()
        if self.finding is None:
            self.story.at(max(until_s, self.story.timeline.now_s()))
        return self.finding

    def _ask(self) -> None:
        if self.finding is None:
            self.wanted += self.judge.wants()

    def verdict(self) -> Finding:
        assert self.finding is not None, f"no finding yet: {self.judge.progress()}"
        return self.finding


class Responder:
    """Does what a judge wants, as the engine and a controller would; parts can be switched off."""

    def __init__(self, audience: Audience, *, subject: Ref = KUBIA) -> None:
        self.audience = audience
        self.story = audience.story
        self.subject = subject
        self.removes = True
        self.answers = True
        self.delivers_pods = True
        self.delivers_workload = True
        self.deaf_to: set[str] = set()  # kinds besides pods and the workload
        self.refuses = ""
        self.refuses_knock = ""
        self.is_unreached_until_s = 0.0
        self.late_record = False
        self.state: dict[str, object] = {}
        self._sentinels = 0
        self._served = 0

    def serve(self) -> Finding | None:
        """Feed what is new and do what is wanted, until nothing more is."""
        self.audience.hear()
        while self.audience.finding is None and self._served < len(self.audience.wanted):
            want = self.audience.wanted[self._served]
            self._served += 1
            if isinstance(want, WantSentinel):
                self.plant(want.kind)
            elif isinstance(want, WantKnock):
                self._knock()
            elif isinstance(want, WantTouch):
                self.touch(want.node)
            self.audience.hear()
        return self.audience.finding

    def run(self, until_s: float) -> Finding | None:
        """Serve and let time pass in turns."""
        self.serve()
        while self.audience.finding is None:
            due_s = self.audience.judge.due_s
            if due_s is None or due_s > until_s:
                break
            self.audience.wait(due_s)
            self.serve()
        if self.audience.finding is None:
            self.story.at(max(until_s, self.story.timeline.now_s()))
        return self.audience.finding

    def plant(self, kind: str) -> None:
        self._sentinels += 1
        owner = Ref(kind, NAMESPACE, "sentinels", f"sentinels-{kind}")
        uid = f"sentinel-{id(self)}-{self._sentinels}"
        ref = Ref(CONTROLLERS[kind].sentinel, NAMESPACE, uid, uid)
        if self.story.timeline.now_s() < self.is_unreached_until_s:
            self.story.challenged("sentinel", ref, error="no answer", is_unreached=True)
            return
        if self.refuses:
            self.story.challenged("sentinel", ref, error=self.refuses)
            return
        if ref.kind != "Pod":
            self._plant_other(ref)
            return
        wire = pod(uid, self.story.next_version(), owner=owner, labels={"is": "sentinel"})
        planted = self.story.version
        if not self.late_record:
            self.story.challenged("sentinel", ref, version=planted)
        if self.delivers_pods:
            self.story.see("Pod", "added", wire)
        if self.delivers_pods and self.removes:
            self.story.pod(uid, "deleted", owner=owner)
        if self.late_record:
            self.story.challenged("sentinel", ref, version=planted)

    def _plant_other(self, ref: Ref) -> None:
        planted = self.story.next_version()
        self.story.challenged("sentinel", ref, version=planted)
        if ref.kind not in self.deaf_to:
            self.story.see(ref.kind, "added", {"metadata": meta(ref.name, ref.uid, planted)})

    def touch(self, node: Ref) -> None:
        if self.refuses:
            self.story.challenged("sentinel", node, error=self.refuses)
            return
        touched = self.story.next_version()
        view = self.story.timeline.latest().get("Node", node.uid)
        if "Node" not in self.deaf_to and view is not None:
            wire = msgspec.to_builtins(view)
            wire["metadata"]["resourceVersion"] = str(touched)
            self.story.see("Node", "modified", wire)
        self.story.challenged("sentinel", node, version=touched)

    def _knock(self) -> None:
        if self.refuses_knock:
            self.story.challenged("knock", self.subject, version=0, error=self.refuses_knock)
            return
        if self.delivers_workload:
            self.story.workload(ref=self.subject, **{**self.state, "observed": 0})
        knocked = self.story.version if self.delivers_workload else self.story.next_version()
        if not self.late_record:
            self.story.challenged("knock", self.subject, version=knocked)
        if self.answers and self.delivers_workload:
            self.story.workload(ref=self.subject, **self.state)
        if self.late_record:
            self.story.challenged("knock", self.subject, version=knocked)
