"""How long pods take: to start, to become ready, to be restarted, to go.

What no setting bounds (pulling an image, starting a container, a controller's own work) is an
allowance of ours and is called so. All files named are of k8s.io/kubernetes; they read the same
from 1.29 to 1.36 except where it is said.
"""

from __future__ import annotations

import math
from datetime import datetime

from reconverge.bound import Bound, Term
from reconverge.judges.timing.defaults import minor_of
from reconverge.judges.timing.scene import Scene
from reconverge.model import ContainerSpec, ContainerStatus, Pod, PodSpec, Probe, Toleration
from reconverge.model.settings import ClusterSettings, Setting

ALLOWANCE = "allowance of reconverge"
# Generous for a laptop under load; Kubernetes promises nothing here.
START_ALLOWANCE_S = 45.0
# For stopping containers and putting away their sandbox, which comes after the grace period.
END_ALLOWANCE_S = 15.0
REACTION_ALLOWANCE_S = 5.0
IMAGE_ALLOWANCE_S = 45.0
# So many pods start on one node within the allowance; each further one takes it this much longer.
PODS_AT_ONCE, FURTHER_POD_S = 10, 1.5

# pkg/kubelet/kubelet.go, crashLoopBackOff.HasExpiredFunc: who ran so long begins anew.
BACKOFF_RESET_S = 600.0
# pkg/kubelet/pod_workers.go, completeWork: after a failed start the kubelet looks again 10 s later,
# and up to half of that more. Since 1.35 it looks when the back-off ends, again up to half more, at
# most after a minute (syncFrequency).
LOOK_S, LOOK_JITTER, LOOK_MAX_S = 10.0, 0.5, 60.0


def setting_term(setting: Setting, *, times: int = 1) -> Term:
    """A setting as an addend, once or several times."""
    name = setting.name if times == 1 else f"{times} x {setting.name}"
    return Term(name, times * setting.value, setting.origin)


def reaction() -> Bound:
    """From a fact to a controller's next write about it."""
    return Bound((Term("reaction", REACTION_ALLOWANCE_S, ALLOWANCE),))


def images() -> Bound:
    """Until images that are not on the nodes yet are pulled."""
    return Bound((Term("images", IMAGE_ALLOWANCE_S, ALLOWANCE),))


def started(scene: Scene, template: PodSpec, *, pods: int) -> Bound:
    """From the wish for so many pods to all of them ready, on images that are present."""
    terms = [*requested(scene.settings, pods).terms, _start(scene, pods)]
    if any(_is_unschedulable(pod) for pod in scene.snapshot.pods()):
        # A pod that found no node waits out its back-off before it is tried again
        # (pkg/scheduler/backend/queue/backoff_queue.go).
        terms.append(setting_term(scene.settings.scheduler_backoff_max_s))
    return Bound((*terms, *readiness(template)))


def requested(settings: ClusterSettings, pods: int) -> Bound:
    """A request for each of so many pods: a client lets through a burst, then so many a second."""
    qps, burst = settings.controller_qps, settings.controller_burst
    if pods <= burst.value:
        return Bound()
    name = f"requests for {pods} pods at {qps.name} {qps.value:g}"
    return Bound((Term(name, (pods - burst.value) / qps.value, qps.origin),))


def _start(scene: Scene, pods: int) -> Term:
    open_nodes = [
        node for node in scene.snapshot.nodes() if node.is_ready and not node.spec.unschedulable
    ]
    on_each = math.ceil(pods / max(1, len(open_nodes)))
    further_s = FURTHER_POD_S * max(0, on_each - PODS_AT_ONCE)
    return Term("start", START_ALLOWANCE_S + further_s, ALLOWANCE)


def _is_unschedulable(pod: Pod) -> bool:
    return any(
        row.type == "PodScheduled" and row.status == "False" and row.reason == "Unschedulable"
        for row in pod.status.conditions
    )


def readiness(template: PodSpec) -> tuple[Term, ...]:
    """From a running application to Ready, by the probes of the slowest container.

    A probe is asked once a period, the first time within a period after its initial delay
    (pkg/kubelet/prober/worker.go). A startup probe may fail until its threshold, and holds the
    readiness probe back meanwhile.
    """
    return max((_readiness(one) for one in template.containers), key=_sum_s, default=())


def _readiness(spec: ContainerSpec) -> tuple[Term, ...]:
    terms: list[Term] = []
    if (probe := spec.startup_probe) is not None:
        terms += _probing(probe, "startup", times=probe.failure_threshold, of=spec.name)
    if (probe := spec.readiness_probe) is not None:
        terms += _probing(probe, "readiness", times=probe.success_threshold, of=spec.name)
    return tuple(terms)


def _probing(probe: Probe, kind: str, *, times: int, of: str) -> list[Term]:
    """A delay and a number of probes in a row; one that takes longer than a period delays all."""
    source = f"{kind} probe of container {of}"
    delay = Term(f"{kind} delay", probe.initial_delay_seconds, source)
    each_s = max(probe.period_seconds, probe.timeout_seconds)
    rounds = Term(f"{times} x {kind} period", times * each_s, source)
    last = Term(f"{kind} timeout", probe.timeout_seconds, source)
    return ([delay] if delay.seconds else []) + [rounds, last]


def _sum_s(terms: tuple[Term, ...]) -> float:
    return sum(term.seconds for term in terms)


def gone(template: PodSpec, *, grace_s: float | None = None) -> Bound:
    """From the request for deletion to a pod that is no more: its grace period, then SIGKILL.

    `grace_s` is what the request asked for; without it the pod's own period counts.
    """
    own_s = template.termination_grace_period_seconds
    if grace_s is not None:
        return Bound((Term("grace of the deletion", grace_s, "the deletion itself"),))
    return Bound((Term("grace", own_s, "terminationGracePeriodSeconds of the pods"),))


def put_away() -> Bound:
    """From the end of a pod's processes to the end of the pod.

    A kubelet that has just started tells of it in the next of its rounds, every ten seconds
    (pkg/kubelet/status/status_manager.go, syncPeriod), and deletes the pod after that.
    """
    return Bound((Term("end", END_ALLOWANCE_S, ALLOWANCE),))


def restarted(scene: Scene, pod: Pod, container: str) -> Bound:
    """Until a container of `pod` that is sick, or was killed, is followed by a ready one.

    A sick one must first fail its liveness probe: `failureThreshold` times in a row, then it is
    given its grace period. A killed one skips that; the bound covers both.
    """
    if pod.spec.restart_policy == "Never":
        return Bound(obstacle=f"no restart: the restartPolicy of {pod.name} is Never")
    spec = next((one for one in pod.spec.containers if one.name == container), None)
    status = pod.container(container)
    probe = spec.liveness_probe if spec is not None else None
    found = _found_sick(pod, probe, container) if probe is not None else Bound()
    backoff = Bound(_backoff(scene, pod, status))
    return found + backoff + started(scene, pod.spec, pods=1)


def _found_sick(pod: Pod, probe: Probe, container: str) -> Bound:
    terms = _probing(probe, "liveness", times=probe.failure_threshold, of=container)
    own_s = probe.termination_grace_period_seconds
    if own_s is None:
        return Bound(tuple(terms)) + gone(pod.spec)
    source = f"liveness probe of container {container}"
    return Bound((*terms, Term("grace of the probe", own_s, source)))


def _age_s(status: ContainerStatus | None, wall: datetime) -> float:
    """How long the container has been running; 0 where that is not known."""
    running = status.state.running if status is not None else None
    if running is None or running.started_at is None:
        return 0.0
    return (wall - running.started_at).total_seconds()


def _backoff(scene: Scene, pod: Pod, status: ContainerStatus | None) -> tuple[Term, ...]:
    """The crash-loop back-off: none at first, then doubled, capped, forgotten after ten minutes."""
    restarts = status.restart_count if status is not None else 0
    if restarts == 0 or _age_s(status, scene.wall) > BACKOFF_RESET_S:
        return ()
    kubelet = scene.settings.kubelet_on(pod.spec.node_name)
    first, most = kubelet.crash_backoff_first_s, kubelet.crash_backoff_max_s
    wait_s = doubled(first.value, times=restarts - 1, max_s=most.value)
    setting = most if wait_s == most.value else first
    name = f"crash back-off after {restarts} restarts"
    return (
        Term(name, wait_s, setting.origin),
        _look(wait_s, scene.settings.version),
    )


def _look(wait_s: float, version: str) -> Term:
    late_s = LOOK_S * (1 + LOOK_JITTER)
    if minor_of(version) >= (1, 35):
        late_s = LOOK_JITTER * min(wait_s, LOOK_MAX_S)
    return Term("the kubelet's next look", late_s, "pkg/kubelet/pod_workers.go")


def doubled(first_s: float, *, times: int, max_s: float) -> float:
    """A back-off after it was doubled so many times."""
    return float(min(max_s, first_s * 2 ** min(times, 32)))


def toleration(pod: Pod, taint: str, fallback: Setting) -> Term | None:
    """How long `pod` stays on a node with that NoExecute taint; None where it stays for ever.

    The smallest of the tolerations that match counts, and those without seconds count for nothing
    beside it (getMinTolerationTime, pkg/controller/tainteviction/taint_eviction.go). Every pod was
    given one by the API server, unless it brought its own; where none is seen, `fallback` counts.
    """
    matching = [row for row in pod.spec.tolerations if _tolerates(row, taint)]
    if not matching:
        return setting_term(fallback)
    times = [row.toleration_seconds for row in matching if row.toleration_seconds is not None]
    if not times:
        return None
    return Term("toleration", max(0, min(times)), f"tolerationSeconds of {pod.name}")


def _tolerates(row: Toleration, taint: str) -> bool:
    """As core/v1 Toleration.ToleratesTaint reads it; these taints have no value."""
    is_key = row.key == taint or (not row.key and row.operator == "Exists")
    is_value = row.operator == "Exists" or not row.value
    return is_key and is_value and row.effect in ("", "NoExecute")
