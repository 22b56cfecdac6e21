"""How long pods take: probes, grace, back-off, tolerations, with the numbers of the sources."""

from __future__ import annotations

import msgspec
import pytest

from reconverge.bound import Bound
from reconverge.judges.timing.defaults import default_settings
from reconverge.judges.timing.pods import gone, restarted, started, toleration
from reconverge.judges.timing.scene import Scene
from reconverge.model import Pod, PodSpec
from reconverge.model.settings import ClusterSettings, Setting
from tests.builders import Json, Story
from tests.scenes import STOCK, terms, told

FALLBACK = Setting("default-unreachable-toleration-seconds", 300, "a default")
UNREACHABLE = "node.kubernetes.io/unreachable"


def template(**container: object) -> PodSpec:
    return msgspec.convert({"containers": [{"name": "main", **container}]}, PodSpec)


def pod_in(
    container: Json | None = None,
    *,
    spec: Json | None = None,
    restarts: int = 0,
    started_at: str = "2026-01-01T00:00:00Z",
    settings: ClusterSettings = STOCK,
    at_s: float = 20.0,
) -> tuple[Scene, Pod]:
    """A scene in which the pod "one" runs, whose container has been restarted so often."""
    story = Story()
    story.at(at_s)
    running = {"running": {"startedAt": started_at}}
    status: Json = {"name": "main", "ready": True, "restartCount": restarts, "state": running}
    containers = [{"name": "main", **(container or {})}]
    story.pod(
        "one",
        "listed",
        spec={"containers": containers, **(spec or {})},
        status={"containerStatuses": [status]},
    )
    scene = told(story, settings)
    pod = scene.snapshot.pod("one")
    assert pod is not None
    return scene, pod


def test_a_pod_without_probes_has_only_our_allowance() -> None:
    """What Kubernetes does not bound is called an allowance."""
    bound = started(told(Story()), template(), pods=1)
    assert terms(bound) == {"start": 45}
    assert bound.sources() == ("allowance of reconverge: start",)


def test_readiness_takes_its_delay_and_its_successes() -> None:
    """initialDelaySeconds, successThreshold times periodSeconds, and one time-out."""
    probe = {"initialDelaySeconds": 15, "periodSeconds": 4, "successThreshold": 2}
    bound = started(told(Story()), template(readinessProbe=probe), pods=1)
    expected = {"start": 45, "readiness delay": 15, "2 x readiness period": 8}
    assert terms(bound) == expected | {"readiness timeout": 1}


def test_probes_that_outlast_their_period_are_spaced_by_their_time_out() -> None:
    """The next probe cannot begin before the last has ended."""
    probe = {"periodSeconds": 1, "timeoutSeconds": 7, "successThreshold": 2}
    bound = started(told(Story()), template(readinessProbe=probe), pods=1)
    assert terms(bound)["2 x readiness period"] == 14


def test_a_startup_probe_may_fail_until_its_threshold() -> None:
    """The kubelet lets an application start for failureThreshold times periodSeconds."""
    probe = {"periodSeconds": 10, "failureThreshold": 30}
    bound = started(told(Story()), template(startupProbe=probe), pods=1)
    assert terms(bound)["30 x startup period"] == 300


def test_the_slowest_container_decides() -> None:
    """Containers become ready side by side."""
    containers = [
        {"name": "quick", "readinessProbe": {"periodSeconds": 1}},
        {"name": "slow", "readinessProbe": {"periodSeconds": 30}},
    ]
    spec = msgspec.convert({"containers": containers}, PodSpec)
    bound = started(told(Story()), spec, pods=1)
    assert terms(bound)["1 x readiness period"] == 30


def test_many_pods_wait_for_their_creation() -> None:
    """A controller may create 30 at once and 20 a second from then on."""
    bound = started(told(Story()), template(), pods=130)
    assert terms(bound)["requests for 130 pods at kube-api-qps 20"] == 5
    assert "requests" not in str(started(told(Story()), template(), pods=30))


def test_many_pods_on_few_nodes_take_longer_to_start() -> None:
    """Ten on each node start within the allowance; each further one takes 1.5 s more."""
    story = Story()
    for name in ("a", "b"):
        story.node(name, "listed")
    assert terms(started(told(story), template(), pods=20))["start"] == 45
    assert terms(started(told(story), template(), pods=28))["start"] == 45 + 4 * 1.5


def test_a_pod_that_found_no_node_waits_out_the_schedulers_back_off() -> None:
    """podMaxBackoffSeconds, 10 s."""
    story = Story()
    row = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    story.pod("stuck", "listed", status={"conditions": [row], "phase": "Pending"})
    assert terms(started(told(story), template(), pods=1))["podMaxBackoffSeconds"] == 10


def test_a_deleted_pod_is_given_its_grace_period() -> None:
    """Its own, unless the deletion asked for another."""
    spec = msgspec.convert({"terminationGracePeriodSeconds": 7}, PodSpec)
    assert terms(gone(spec)) == {"grace": 7}
    assert terms(gone(spec, grace_s=0)) == {"grace of the deletion": 0}
    assert terms(gone(PodSpec())) == {"grace": 30}


def test_a_sick_container_fails_its_probe_then_is_given_grace() -> None:
    """The chapter's probe: period 10 s, three failures, one time-out; then 30 s to end."""
    scene, pod = pod_in({"livenessProbe": {}})
    bound = restarted(scene, pod, "main")
    assert terms(bound) == {
        "3 x liveness period": 30,
        "liveness timeout": 1,
        "grace": 30,
        "start": 45,
    }


def test_a_probes_own_grace_beats_the_pods() -> None:
    """terminationGracePeriodSeconds of the probe, even when it is 0."""
    for own_s in (5, 0):
        probe = {"terminationGracePeriodSeconds": own_s, "initialDelaySeconds": 15}
        scene, pod = pod_in({"livenessProbe": probe}, spec={"terminationGracePeriodSeconds": 500})
        found = terms(restarted(scene, pod, "main"))
        assert found["grace of the probe"] == own_s
        assert found["liveness delay"] == 15
        assert "grace" not in found


@pytest.mark.parametrize(
    ("restarts", "wait_s"), [(1, 10), (2, 20), (3, 40), (4, 80), (5, 160), (6, 300), (60, 300)]
)
def test_a_container_that_was_restarted_backs_off(restarts: int, wait_s: float) -> None:
    """10 s, doubled with each restart, at most 300 s."""
    scene, pod = pod_in(restarts=restarts)
    assert (
        terms(restarted(scene, pod, "main"))[f"crash back-off after {restarts} restarts"] == wait_s
    )


def test_the_first_restart_comes_at_once() -> None:
    """A container that never was restarted has no back-off."""
    scene, pod = pod_in()
    assert terms(restarted(scene, pod, "main")) == {"start": 45}


def test_ten_minutes_of_health_forget_the_back_off() -> None:
    """crashLoopBackOff.HasExpiredFunc: more than 600 s."""
    scene, pod = pod_in(restarts=4, at_s=600.0)
    assert "crash" in str(restarted(scene, pod, "main"))
    scene, pod = pod_in(restarts=4, at_s=601.0)
    assert "crash" not in str(restarted(scene, pod, "main"))


@pytest.mark.parametrize(
    ("version", "restarts", "late_s"),
    [
        ("v1.29.15", 1, 15),
        ("v1.34.4", 1, 15),
        ("v1.34.4", 6, 15),
        ("v1.35.3", 1, 5),
        ("v1.35.3", 2, 10),
        ("v1.36.0", 6, 30),
    ],
)
def test_the_kubelet_looks_again_a_little_late(version: str, restarts: int, late_s: float) -> None:
    """Up to 15 s after the back-off; since 1.35 up to half of it, and at most half a minute."""
    scene, pod = pod_in(restarts=restarts, settings=default_settings(version))
    assert terms(restarted(scene, pod, "main"))["the kubelet's next look"] == late_s


def test_a_kubelets_own_limit_caps_the_back_off_on_its_node() -> None:
    """crashLoopBackOff.maxContainerRestartPeriod of that node, not of another."""
    limit = Setting("maxContainerRestartPeriod", 2, "configuration of the kubelet on worker")
    first = Setting("first crash back-off", 2, "configuration of the kubelet on worker")
    short = msgspec.structs.replace(
        STOCK.kubelet, crash_backoff_max_s=limit, crash_backoff_first_s=first
    )
    settings = msgspec.structs.replace(STOCK, kubelets={"worker": short})
    scene, pod = pod_in(restarts=5, settings=settings)
    bound = restarted(scene, pod, "main")
    assert terms(bound)["crash back-off after 5 restarts"] == 2
    assert any(source.startswith(limit.origin) for source in bound.sources())
    elsewhere = msgspec.structs.replace(settings, kubelets={"another": short})
    scene, pod = pod_in(restarts=5, settings=elsewhere)
    assert terms(restarted(scene, pod, "main"))["crash back-off after 5 restarts"] == 160


def test_a_pod_that_is_never_restarted_has_no_bound() -> None:
    """restartPolicy Never."""
    scene, pod = pod_in(spec={"restartPolicy": "Never"})
    assert restarted(scene, pod, "main") == Bound(
        obstacle="no restart: the restartPolicy of one is Never"
    )


def tolerating(*rows: Json) -> Pod:
    _, pod = pod_in(spec={"tolerations": list(rows)})
    return pod


def forever(key: str = UNREACHABLE, **more: object) -> Json:
    return {"key": key, "operator": "Exists", "effect": "NoExecute", **more}


@pytest.mark.parametrize(
    ("rows", "seconds"),
    [
        ((forever(tolerationSeconds=7),), 7),
        ((forever(tolerationSeconds=-1),), 0),
        ((forever(), forever(tolerationSeconds=9), forever(tolerationSeconds=8)), 8),
        (({"operator": "Exists", "tolerationSeconds": 3},), 3),
        (({"key": UNREACHABLE, "tolerationSeconds": 4},), 4),
    ],
)
def test_the_smallest_toleration_counts(rows: tuple[Json, ...], seconds: float) -> None:
    """Of those that match; one without seconds counts for nothing beside it."""
    term = toleration(tolerating(*rows), UNREACHABLE, FALLBACK)
    assert term is not None
    assert (term.seconds, term.source) == (seconds, "tolerationSeconds of one")


@pytest.mark.parametrize(
    "row",
    [
        forever("node.kubernetes.io/not-ready", tolerationSeconds=7),
        {**forever(tolerationSeconds=7), "effect": "NoSchedule"},
        {"key": UNREACHABLE, "value": "maintenance", "tolerationSeconds": 7},
    ],
)
def test_a_toleration_of_something_else_does_not_count(row: Json) -> None:
    """Another key, another effect, another value: then the API server's default stands."""
    term = toleration(tolerating(row), UNREACHABLE, FALLBACK)
    assert term is not None
    assert (term.name, term.seconds) == (FALLBACK.name, 300)


def test_a_toleration_without_seconds_is_for_ever() -> None:
    """As DaemonSet pods have it."""
    assert toleration(tolerating(forever()), UNREACHABLE, FALLBACK) is None
