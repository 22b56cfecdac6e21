"""A container whose image is not there: refused, absent, or between two attempts to pull it."""

from __future__ import annotations

from datetime import timedelta

from reconverge.judges.why.words import NOBODY, Cause, brief, left, whole_s
from reconverge.judges.why.world import World, stamp_of
from reconverge.model import ContainerStatus, Event, Pod

_PULLS = ("ErrImagePull", "ImagePullBackOff", "RegistryUnavailable")
# No later attempt can succeed where the kubelet may not pull, or cannot read the name.
_FINAL = ("ErrImageNeverPull", "InvalidImageName")
# pkg/kubelet/kubelet.go: imageBackOff, doubled after each failure.
BACKOFF_FIRST_S, BACKOFF_MAX_S = 10.0, 300.0


def without_image(pod: Pod, world: World) -> Cause | None:
    """Why a container of the pod waits for its image."""
    for status in (*pod.status.init_container_statuses, *pod.status.container_statuses):
        waiting = status.state.waiting
        if waiting is not None and waiting.reason in (*_PULLS, *_FINAL, "ImageInspectError"):
            return _cause(pod, status, waiting.reason, waiting.message, world)
    return None


def _cause(pod: Pod, status: ContainerStatus, reason: str, message: str, world: World) -> Cause:
    failures = [one for one in world.remarks(pod.uid, "Failed") if "pull image" in one.message]
    timer = _timer(failures, world) if reason in _PULLS else ""
    text = f"{pod.name} has no image ({reason}): {_digest(message) or status.image}"
    line = f"container {status.name} of {pod.name} waits for {status.image or 'its image'}"
    return Cause(
        kind=reason if reason in _FINAL else "image pull",
        sentence=f"{text}; {timer}" if timer else text,
        controller=NOBODY if reason in _FINAL else f"the kubelet on {pod.spec.node_name}",
        evidence=(world.shows(pod, line), *(world.shows_event(one) for one in failures[:1])),
    )


def _digest(message: str) -> str:
    """What went wrong, without the layers of software that pass it on."""
    return brief(message.rpartition("failed to do request: ")[2])


def _timer(failures: list[Event], world: World) -> str:
    """When the next pull is due: 10 s after the first failure, then twice as long each time."""
    stamp = stamp_of(failures[0]) if failures else None
    if stamp is None:
        return ""
    count = sum(one.count or 1 for one in failures)
    backoff_s = min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2 ** min(count - 1, 10))
    when = left(stamp + timedelta(seconds=backoff_s), world.now, overdue="is due")
    return f"next pull {when} (back-off {whole_s(backoff_s)})" if when else ""
