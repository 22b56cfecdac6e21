"""A container that runs and fails a probe: which one, how often, and how many times are enough.

What the kubelet says of probes outlives them: an event counts only for the instance that runs now,
and only if it can have led to the present state.
"""

from __future__ import annotations

import re
from datetime import timedelta

from reconverge.judges.why.words import Cause, brief, counted
from reconverge.judges.why.world import World, stamp_of
from reconverge.model import ContainerSpec, ContainerStatus, Event, Pod, Probe, condition

# pkg/kubelet/prober/prober.go, recordContainerEvent.
_UNHEALTHY = re.compile(r"(?P<probe>Readiness|Liveness|Startup) probe (failed|errored)[^:]*: ?")
# Stamps are whole seconds.
_GRAIN_S = 1.0


def failing(pod: Pod, world: World) -> Cause | None:
    """The probe that a running container of the pod fails, by the kubelet's newest word."""
    for status in pod.status.container_statuses:
        if status.state.running is None or status.ready:
            continue
        for event in world.remarks(pod.uid, "Unhealthy"):
            found = _UNHEALTHY.match(event.message)
            if found is not None and _is_about(event, status):
                cause = _cause(pod, status, event, found["probe"], world)
                if cause is not None:
                    return cause
    return None


def _is_about(event: Event, status: ContainerStatus) -> bool:
    path = event.involved_object.field_path
    return not path or path == f"spec.containers{{{status.name}}}"


def _cause(
    pod: Pod, status: ContainerStatus, event: Event, name: str, world: World
) -> Cause | None:
    spec = next((one for one in pod.spec.containers if one.name == status.name), None)
    probe = _probe(spec, name)
    if probe is None or not _is_fresh(pod, status, event, probe):
        return None
    said = _UNHEALTHY.sub("", event.message, count=1)
    kill = _kill(status, pod, name, world)
    how = (
        f"is being killed for failing its {name.lower()} probe"
        if kill is not None
        else f"fails its {name.lower()} probe{_count(pod, name, probe, world)}"
    )
    line = f"container {status.name} of {pod.name} runs and is not ready"
    return Cause(
        kind=f"{name} probe",
        sentence=f"{pod.name} {how}: {brief(said)}",
        controller=f"the kubelet on {pod.spec.node_name}",
        evidence=(
            world.shows(pod, line),
            *(world.shows_event(one) for one in (event, kill) if one is not None),
        ),
    )


def _kill(status: ContainerStatus, pod: Pod, name: str, world: World) -> Event | None:
    """The kubelet's word that it is about to end the instance that runs."""
    event = world.newest(pod.uid, "Killing")
    begin = status.state.running.started_at if status.state.running is not None else None
    stamp = stamp_of(event) if event is not None else None
    if event is None or begin is None or stamp is None or stamp < begin:
        return None
    is_it = f"{status.name} failed {name.lower()} probe" in event.message
    return event if is_it else None


def _is(event: Event, name: str) -> bool:
    return event.message.startswith(f"{name} probe")


def _probe(spec: ContainerSpec | None, name: str) -> Probe | None:
    if spec is None:
        return None
    probes = {
        "Readiness": spec.readiness_probe,
        "Liveness": spec.liveness_probe,
        "Startup": spec.startup_probe,
    }
    return probes[name]


def _is_fresh(pod: Pod, status: ContainerStatus, event: Event, probe: Probe) -> bool:
    """Whether it speaks of this instance, and of failures that can have made the pod unready."""
    stamp, running = stamp_of(event), status.state.running
    if stamp is None or running is None:
        return False
    if running.started_at is not None and stamp < running.started_at:
        return False
    row = condition(pod.status.conditions, "Ready")
    changed = row.last_transition_time if row is not None else None
    if changed is None:
        return True
    span_s = probe.failure_threshold * (probe.period_seconds + probe.timeout_seconds)
    return stamp >= changed - timedelta(seconds=span_s + _GRAIN_S)


def _count(pod: Pod, name: str, probe: Probe, world: World) -> str:
    """How many failures, and how many are enough; nothing where the events do not tell.

    Events of one object are limited in number (client-go, 25 in a row), so a count may be too low.
    """
    said = (one for one in world.remarks(pod.uid, "Unhealthy") if _is(one, name))
    failures, threshold = sum(one.count or 1 for one in said), probe.failure_threshold
    if name == "Readiness":
        return f" ({counted(failures, 'failure')}, {threshold} make it unready)"
    kills = world.remarks(pod.uid, "Killing")
    past = sum(one.count or 1 for one in kills if f"failed {name.lower()} probe" in one.message)
    now = failures - past * threshold
    return f" (failure {now} of {threshold})" if 0 < now <= threshold else ""
