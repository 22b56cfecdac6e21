"""How long a lost node takes, and the guards under which its pods are never evicted."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import pytest

from reconverge.bound import Bound
from reconverge.judges.timing import nodes
from reconverge.judges.timing.nodes import UNREACHABLE
from reconverge.judges.timing.scene import Scene
from reconverge.model import Pod
from reconverge.model.settings import ClusterSettings, Setting
from tests.builders import Story, node
from tests.scenes import STOCK, fast, terms, told


def cluster(
    *,
    ready: int,
    down: int,
    zone: str = "",
    story: Story | None = None,
    tainted: Iterable[str] = (),
) -> Story:
    """So many nodes that are Ready, `ready-0` and so on, and so many that are not, `down-0`."""
    story = story or Story()
    prefix = f"{zone}-" if zone else ""
    names = [f"{prefix}ready-{n}" for n in range(ready)] + [
        f"{prefix}down-{n}" for n in range(down)
    ]
    for name in names:
        is_down = "down" in name
        wire = node(
            name,
            story.next_version(),
            ready="Unknown" if is_down else "True",
            taints=(UNREACHABLE,) if name in tainted else (),
        )
        if zone:
            wire["metadata"]["labels"] = {"topology.kubernetes.io/zone": zone}  # type: ignore[index]
        story.see("Node", "listed", wire)
    return story


def evicted(scene: Scene, name: str, *, seconds: int | None = 300) -> Bound:
    """The bound for one pod on that node; None tolerates its loss for ever."""
    row = {"key": UNREACHABLE, "operator": "Exists", "effect": "NoExecute"}
    rows = [row | ({"tolerationSeconds": seconds} if seconds is not None else {})]
    spec = {"nodeName": name, "tolerations": rows}
    pod = msgspec.convert({"metadata": {"name": "one"}, "spec": spec}, Pod)
    return nodes.emptied(scene, name, [pod])


def set_to(settings: ClusterSettings, **values: float) -> ClusterSettings:
    changed = {
        field: Setting(getattr(settings, field).name, value, "a test")
        for field, value in values.items()
    }
    return msgspec.structs.replace(settings, **changed)


def test_a_lost_node_is_noticed_after_its_grace_period() -> None:
    """50 s and two rounds of 5 s by default; 12 s and two of 1 s under the fast profile."""
    assert terms(nodes.noticed(STOCK)) == {
        "node-monitor-grace-period": 50,
        "2 x node-monitor-period": 10,
        "reaction": 5,
    }
    assert nodes.noticed(fast()).seconds == 12 + 2 + 5
    assert "flag of kube-controller-manager on cp" in nodes.noticed(fast()).sources()[0]


def test_one_lost_node_is_tainted_and_emptied() -> None:
    """One node every 10 s, then the pod's own toleration."""
    bound = evicted(told(cluster(ready=3, down=1)), "down-0", seconds=5)
    assert terms(bound) == {"tainting 1 node at 0.1/s": pytest.approx(10), "toleration": 5}


def test_lost_nodes_queue_for_their_taint() -> None:
    """Two that wait take twice as long; one that has its taint is out of the queue."""
    bound = evicted(told(cluster(ready=3, down=2)), "down-0")
    assert terms(bound)["tainting 2 nodes at 0.1/s"] == pytest.approx(20)
    story = cluster(ready=3, down=2, tainted=["down-1"])
    assert terms(evicted(told(story), "down-0"))["tainting 1 node at 0.1/s"] == pytest.approx(10)


def test_a_node_that_is_tainted_already_only_waits_for_the_toleration() -> None:
    """The queue is behind it."""
    story = cluster(ready=3, down=1, tainted=["down-0"])
    assert terms(evicted(told(story), "down-0")) == {"toleration": 300}


def test_a_noschedule_taint_evicts_nobody() -> None:
    """The control plane adds that one at once, by the condition; only NoExecute ends the queue."""
    story = cluster(ready=3, down=0)
    wire = node("down-0", story.next_version(), ready="Unknown")
    wire["spec"] = {"taints": [{"key": UNREACHABLE, "effect": "NoSchedule"}]}
    story.see("Node", "listed", wire)
    assert "tainting" in str(evicted(told(story), "down-0"))


def test_a_stopped_node_counts_as_down_before_it_is_noticed() -> None:
    """The guard is foreseen: three of four nodes are stopped, and none is NotReady yet."""
    scene = told(cluster(ready=4, down=0))
    lost = frozenset({"ready-1", "ready-2", "ready-3"})
    assert not evicted(scene, "ready-1").obstacle
    foreseen = msgspec.structs.replace(scene, lost=lost)
    assert "3 of 4 nodes of the cluster are not Ready" in evicted(foreseen, "ready-1").obstacle


def test_a_small_zone_with_most_nodes_down_is_not_emptied() -> None:
    """More than two and at least 55 % down, and no more than 50 nodes: the rate falls to zero."""
    bound = evicted(told(cluster(ready=1, down=3)), "down-0")
    assert bound.obstacle == (
        "no eviction: 3 of 4 nodes of the cluster are not Ready "
        "(unhealthy-zone-threshold 0.55, large-cluster-size-threshold 50)"
    )


@pytest.mark.parametrize(
    ("ready", "down", "is_guarded"),
    [(1, 2, False), (2, 3, True), (3, 3, False), (9, 11, True), (10, 11, False), (1, 3, True)],
)
def test_the_guard_begins_at_its_threshold(ready: int, down: int, is_guarded: bool) -> None:
    """Exactly 55 % counts (11 of 20), fewer than three never do."""
    assert bool(evicted(told(cluster(ready=ready, down=down)), "down-0").obstacle) is is_guarded


def test_a_large_zone_with_most_nodes_down_is_emptied_slowly() -> None:
    """More than 50 nodes: one node every 100 s."""
    bound = evicted(told(cluster(ready=20, down=31)), "down-0")
    assert terms(bound)["tainting 31 nodes at 0.01/s"] == pytest.approx(3100)
    assert evicted(told(cluster(ready=19, down=31)), "down-0").obstacle


def test_without_any_ready_node_evictions_stop() -> None:
    """Even of nodes that were tainted: their taints are taken away."""
    story = cluster(ready=0, down=2, tainted=["down-0"])
    assert evicted(told(story), "down-0").obstacle == (
        "no eviction: none of the 2 nodes of the cluster is Ready"
    )


def test_a_dark_zone_beside_a_bright_one_is_emptied_as_usual() -> None:
    """Full disruption of one zone keeps the usual rate; only that of all zones stops evictions."""
    story = cluster(ready=0, down=3, zone="north")
    cluster(ready=3, down=0, zone="south", story=story)
    bound = evicted(told(story), "north-down-0")
    assert terms(bound)["tainting 3 nodes at 0.1/s"] == pytest.approx(30)


def test_zones_are_judged_apart() -> None:
    """Three of four in one zone, none in the other: the first zone is guarded, and is named."""
    story = cluster(ready=1, down=3, zone="north")
    cluster(ready=9, down=1, zone="south", story=story)
    assert "3 of 4 nodes of zone north" in evicted(told(story), "north-down-0").obstacle
    assert not evicted(told(story), "south-down-0").obstacle


def test_an_older_zone_label_wins() -> None:
    """failure-domain.beta.kubernetes.io/zone, as GetZoneKey reads it; the region is part of it."""
    story = Story()
    wire = node("one", story.next_version())
    wire["metadata"]["labels"] = {  # type: ignore[index]
        "failure-domain.beta.kubernetes.io/zone": "old",
        "topology.kubernetes.io/zone": "new",
        "topology.kubernetes.io/region": "east",
    }
    story.see("Node", "listed", wire)
    assert list(nodes.zones_of(told(story))) == ["east/old"]


def test_nodes_excluded_from_disruption_do_not_count() -> None:
    """node.kubernetes.io/exclude-disruption."""
    story = cluster(ready=0, down=2)
    wire = node("other", story.next_version())
    wire["metadata"]["labels"] = {"node.kubernetes.io/exclude-disruption": ""}  # type: ignore[index]
    story.see("Node", "listed", wire)
    assert "none of the 2 nodes" in evicted(told(story), "down-0").obstacle


def test_the_guard_follows_the_clusters_own_flags() -> None:
    """Another threshold, another size of a large cluster, an eviction rate of nothing."""
    story = cluster(ready=1, down=3)
    lenient = set_to(STOCK, unhealthy_zone_share=0.8)
    assert not evicted(told(story, lenient), "down-0").obstacle
    large = set_to(STOCK, large_cluster_nodes=3)
    assert terms(evicted(told(story, large), "down-0"))["tainting 3 nodes at 0.01/s"] == 300
    stopped = set_to(STOCK, node_eviction_rate=0)
    assert evicted(told(cluster(ready=3, down=1), stopped), "down-0").obstacle == (
        "no eviction: node-eviction-rate is 0"
    )


def test_a_pod_that_tolerates_the_loss_is_never_evicted() -> None:
    """As DaemonSet pods do: the pod and the taint are named."""
    bound = evicted(told(cluster(ready=3, down=1)), "down-0", seconds=None)
    assert bound.obstacle == f"no eviction: one tolerates {UNREACHABLE} for ever"


def test_a_node_that_reports_itself_unfit_has_the_other_taint() -> None:
    """Ready=False is not-ready, whose default toleration is another flag."""
    story = cluster(ready=3, down=0)
    story.node("unfit", "listed", ready="False")
    settings = set_to(STOCK, not_ready_toleration_s=77, unreachable_toleration_s=88)
    pod = msgspec.convert({"metadata": {"name": "one"}}, Pod)
    bound = nodes.emptied(told(story, settings), "unfit", [pod])
    assert terms(bound)["default-not-ready-toleration-seconds"] == 77


def test_pods_of_a_removed_node_are_collected() -> None:
    """Two rounds of 20 s and a quarantine of 40 s."""
    assert terms(nodes.collected()) == {"two rounds of pod collection": 40, "quarantine": 40}


def test_a_returning_node_boots_and_reports() -> None:
    """Our allowances, its kubelet's reporting, one round of the node monitor."""
    assert terms(nodes.whole(STOCK, "worker")) == {
        "boot": 45,
        "nodeStatusUpdateFrequency": 10,
        "node-monitor-period": 5,
        "start of its pods": 45,
    }


def test_a_killed_controller_is_followed_by_another_leader() -> None:
    """The lease runs out after 15 s; candidates try every 2 s, and up to a fifth later."""
    assert terms(nodes.led(STOCK)) == {
        "leader-elect-lease-duration": 15,
        "1.2 x leader-elect-retry-period": pytest.approx(2.4),
    }
