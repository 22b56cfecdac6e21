"""A container that cannot be created, or does not stay: what it needs, how it ended, what is next.

Back-offs are read from the kubelet's own words, so they are right whatever it is set to.
"""

from __future__ import annotations

import re
from datetime import timedelta

from reconverge.judges.why.words import Cause, brief, counted, left, whole_s
from reconverge.judges.why.world import World
from reconverge.model import ContainerStatus, Event, Pod, Terminated

# What a message of the kubelet or of admission names as absent.
MISSING = re.compile(r'(?P<kind>secret|configmap|serviceaccount)s? "(?P<name>[^"]+)" not found')
_NOT_CREATED = (
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
    "PostStartHookError",
)
_NOT_PREPARED = ("FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox")
# pkg/kubelet/kuberuntime/kuberuntime_manager.go, doBackOff.
_BACKOFF = re.compile(r"back-off (?P<span>[0-9.hms]+) restarting")
_SPAN = re.compile(r"([0-9.]+)(h|ms|m|s)")
_UNIT_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
# pkg/kubelet/kuberuntime/kuberuntime_manager.go, computePodActions.
_KILLED = re.compile(r"failed (?P<probe>liveness|startup) probe")


def statuses_of(pod: Pod) -> tuple[ContainerStatus, ...]:
    """Those that run first, first."""
    return (*pod.status.init_container_statuses, *pod.status.container_statuses)


def not_created(pod: Pod, world: World) -> Cause | None:
    """A container that the kubelet cannot make: mostly for a ConfigMap or Secret that is absent."""
    for status in statuses_of(pod):
        waiting = status.state.waiting
        if waiting is not None and waiting.reason in _NOT_CREATED:
            what = f"cannot create its container ({waiting.reason}): {brief(waiting.message)}"
            line = f"container {status.name} of {pod.name} waits: {waiting.reason}"
            evidence = (world.shows(pod, line),)
            return _lacking(pod, waiting.message, what, world).after(*evidence)
    return None


def not_prepared(pod: Pod, world: World) -> Cause | None:
    """A volume or sandbox that the kubelet cannot provide, as it says last of all."""
    if not pod.spec.node_name or any(one.state.waiting is None for one in statuses_of(pod)):
        return None
    event = world.newest(pod.uid)
    if event is None or event.reason not in _NOT_PREPARED:
        return None
    what = f"cannot be prepared ({event.reason}): {brief(event.message)}"
    evidence = world.shows(pod, f"{pod.name} is {pod.status.phase} on {pod.spec.node_name}")
    return _lacking(pod, event.message, what, world).after(evidence, world.shows_event(event))


def _lacking(pod: Pod, message: str, otherwise: str, world: World) -> Cause:
    kubelet = f"the kubelet on {pod.spec.node_name}"
    found = MISSING.search(message)
    if found is None:
        kind = otherwise.partition(":")[0]
        return Cause(kind=kind, sentence=f"{pod.name} {otherwise}", controller=kubelet)
    kind, name = found["kind"], found["name"]
    view = _provided(pod, kind, name, world)
    if view:
        sentence = f'{pod.name} lacked {kind} "{name}", which exists now: the kubelet tries again'
        return Cause(kind=f"new {kind}", sentence=sentence, controller=kubelet)
    return Cause(
        kind=f"missing {kind}",
        sentence=f'{pod.name} needs {kind} "{name}", which does not exist',
        controller=f"whoever creates {kind} {name}",
    )


def _provided(pod: Pod, kind: str, name: str, world: World) -> bool:
    """Whether the object is known to exist by now: some kinds are not watched."""
    known = {"secret": "Secret", "configmap": "ConfigMap", "serviceaccount": "ServiceAccount"}
    namespace = pod.metadata.namespace
    return world.snapshot.named(known[kind], name, namespace=namespace) is not None


def crashing(pod: Pod, world: World) -> Cause | None:
    """A container that ended and is to run again: how it ended, and when it is started."""
    for status in statuses_of(pod):
        ended = _end(pod, status)
        if ended is not None:
            return _crash(pod, status, ended, world)
    return None


def _end(pod: Pod, status: ContainerStatus) -> Terminated | None:
    """The end that the kubelet answers with a restart; None where the container is not down."""
    waiting, now = status.state.waiting, status.state.terminated
    if waiting is not None and waiting.reason == "CrashLoopBackOff":
        return status.last_state.terminated or Terminated(exit_code=0)
    is_init = status in pod.status.init_container_statuses
    is_done = now is not None and now.exit_code == 0
    if now is None or pod.spec.restart_policy == "Never":
        return None
    if is_done and (is_init or pod.spec.restart_policy == "OnFailure"):
        return None
    return now


def _crash(pod: Pod, status: ContainerStatus, ended: Terminated, world: World) -> Cause:
    kill = _kill(pod, status, ended, world)
    how = f"exit code {ended.exit_code}" + (f", {ended.reason}" if ended.reason else "")
    restarts = counted(status.restart_count, "restart")
    if kill is not None:
        probe = _KILLED.search(kill.message)
        what = f"is killed for failing its {probe['probe'] if probe else ''} probe"
    else:
        what = "crashes" if ended.exit_code else "ends and shall not"
    timer = _timer(status, ended, world)
    line = f"container {status.name} of {pod.name} ended last with {how}"
    event = world.newest(pod.uid, "BackOff")
    return Cause(
        kind="crash",
        sentence=f"{pod.name} {what} ({how}), {restarts}" + (f"; {timer}" if timer else ""),
        controller=f"the kubelet on {pod.spec.node_name}",
        evidence=(
            world.shows(pod, line),
            *(world.shows_event(one) for one in (kill, event) if one is not None),
        ),
    )


def _kill(pod: Pod, status: ContainerStatus, ended: Terminated, world: World) -> Event | None:
    """The kubelet's word that this very instance was killed for a probe."""
    event = world.newest(pod.uid, "Killing")
    if event is None or _KILLED.search(event.message) is None or status.name not in event.message:
        return None
    if event.last_timestamp is None or ended.started_at is None:
        return None
    return event if event.last_timestamp >= ended.started_at else None


def _timer(status: ContainerStatus, ended: Terminated, world: World) -> str:
    """The back-off counts from the end of the last instance (Backoff.IsInBackOffSince)."""
    message = status.state.waiting.message if status.state.waiting is not None else ""
    found = _BACKOFF.search(message)
    if found is None or ended.finished_at is None:
        return ""
    span_s = span_of(found["span"])
    when = left(ended.finished_at + timedelta(seconds=span_s), world.now, overdue="is due")
    return f"next restart {when} (back-off {whole_s(span_s)})" if when else ""


def span_of(text: str) -> float:
    """A duration as Go writes it, such as 1m20s, in seconds."""
    return sum(float(number) * _UNIT_S[unit] for number, unit in _SPAN.findall(text))
