"""What is promised of the pods of a DaemonSet, by node and by number, from the world before."""

from __future__ import annotations

from collections.abc import Sequence

from reconverge.errors import BadInput
from reconverge.judges.invariants import Instance, NeverBare, NeverFewer, OnePerPlace, Untouched
from reconverge.judges.predicates import (
    AllOf,
    AnyOf,
    AnyPredicate,
    HasPods,
    InPhase,
    Not,
    PodExists,
)
from reconverge.judges.steady.daemon_sets import is_admitted
from reconverge.judges.temporal import Eventually, Until
from reconverge.judges.whereabouts import Counts, RunsOn
from reconverge.model import DaemonSet, Ref, Snapshot, ref


def present(snapshot: Snapshot, daemon: Ref) -> DaemonSet:
    """The DaemonSet as it is in that world; BadInput when it is not there."""
    view = snapshot.get(daemon.kind, daemon.uid)
    if not isinstance(view, DaemonSet):
        raise BadInput(f"{daemon} is no DaemonSet that is there")
    return view


def counts(daemon: Ref, *, nodes: int, misplaced: int = 0, after: str = "") -> Eventually:
    """It reports that so many nodes should have a pod, and all have one that is ready."""
    numbers = {
        "desiredNumberScheduled": nodes,
        "currentNumberScheduled": nodes,
        "numberReady": nodes,
        "numberMisscheduled": misplaced,
    }
    injections = (after,) if after else ()
    return Eventually(of=Counts(of=daemon, numbers=numbers), injections=injections)


def counts_its_nodes(snapshot: Snapshot, daemon: Ref) -> Eventually:
    """It reports a ready pod for each of the nodes that it selects and that its pods tolerate."""
    view = present(snapshot, daemon)
    return counts(daemon, nodes=sum(is_admitted(node, view) for node in snapshot.nodes()))


def counts_one_fewer(before: Snapshot, daemon: Ref, *, after: str) -> Eventually:
    """It reports one node fewer than before, whose pod is now where none should be put."""
    nodes = present(before, daemon).status.desired_number_scheduled - 1
    return counts(daemon, nodes=nodes, misplaced=1, after=after)


def on_all_nodes(snapshot: Snapshot, daemon: Ref) -> list[Eventually]:
    """It has a pod on every node of the cluster, and reports as many."""
    nodes = snapshot.nodes()
    there: list[AnyPredicate] = [RunsOn(workload=daemon, node=node.name) for node in nodes]
    number = HasPods(workload=daemon, state="active", least=len(nodes), most=len(nodes))
    everywhere = Eventually(of=AllOf(parts=(*there, number)))
    return [everywhere, counts(daemon, nodes=len(nodes))]


def one_per_node(daemon: Ref) -> OnePerPlace:
    """It never has two active pods on one node."""
    return OnePerPlace(workload=daemon)


def one_per_revision(daemon: Ref) -> OnePerPlace:
    """The same of each revision: a rollout with maxSurge puts the new pod beside the old."""
    return OnePerPlace(workload=daemon, is_by_revision=True)


def never_bare(daemon: Ref, *, hit: Sequence[Ref]) -> NeverBare:
    """No node is without a ready pod of it, unless by what was hit; BadInput where no pod was."""
    pods = tuple(one for one in hit if one.kind == "Pod")
    if not pods:
        raise BadInput(f"no pod of {daemon} was hit")
    return NeverBare(workload=daemon, hit=pods)


def only_on(daemon: Ref, node: str) -> Eventually:
    """It has exactly one pod, and that node has it."""
    alone = HasPods(workload=daemon, state="active", least=1, most=1)
    return Eventually(of=AllOf(parts=(RunsOn(workload=daemon, node=node), alone)))


def ended_first(before: Snapshot, daemon: Ref, pod: Ref, *, after: str) -> Until:
    """There are no more pods than before until the deleted one has ended: none is made beside it.

    One that has ended no longer counts, though its object may still be there
    (getNodesToDaemonPods, pkg/controller/daemon, 1.34).
    """
    count = len(before.pods_of(daemon))
    crowd = HasPods(workload=daemon, state="standing", most=count)
    ends: list[AnyPredicate] = [InPhase(pod=pod, phase=one) for one in ("Succeeded", "Failed")]
    ended = AnyOf(parts=(Not(of=PodExists(pod=pod)), *ends))
    return Until(of=crowd, until=ended, injections=(after,))


def lacks_at_most_one(before: Snapshot, daemon: Ref) -> NeverFewer:
    """It never has fewer ready pods than one less than before."""
    ready = sum(pod.is_active and pod.is_ready for pod in before.pods_of(daemon))
    return NeverFewer(workload=daemon, pods=ready - 1)


def untouched_but_on(before: Snapshot, daemon: Ref, node: Ref) -> Untouched:
    """Its pods on other nodes than that one run on as they were."""
    pods = (pod for pod in before.pods_of(daemon) if pod.is_active)
    others = tuple(Instance.of(pod) for pod in pods if pod.spec.node_name != node.name)
    if not others:
        raise BadInput(f"{daemon} had no pod on another node than {node.name}")
    return Untouched(instances=others)


def pods_now(snapshot: Snapshot, daemon: Ref) -> tuple[Ref, ...]:
    """Its active pods in that world; BadInput where it has none."""
    pods = tuple(ref("Pod", pod) for pod in snapshot.pods_of(daemon) if pod.is_active)
    if not pods:
        raise BadInput(f"{daemon} has no pods")
    return pods
