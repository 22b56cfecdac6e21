"""Nodes: machines that are lost, come back, or are closed to pods; and what becomes of those."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, then, when

from reconverge.blast import ALL
from reconverge.faults import (
    CordonNode,
    DeletePods,
    DeregisterNode,
    EvictPods,
    RemoveNode,
    RestartNode,
    StopKubelet,
    StopNode,
    TaintNode,
)
from reconverge.judges import baselines, losses
from reconverge.judges.predicates import HasPods, Not
from reconverge.judges.states import NodeGone, NodeWhole
from reconverge.judges.steady import JobComplete
from reconverge.judges.temporal import Eventually
from reconverge.judges.timing.nodes import OUT_OF_SERVICE
from reconverge.judges.whereabouts import Counts, RunsOn
from reconverge.lookup import node_of, pod_named
from reconverge.model import Taint

from .vocabulary import words
from .workloads import ready_pod

if TYPE_CHECKING:
    from reconverge.experiment import Experiment, Injection
    from reconverge.model import Ref
    from reconverge.pytest_plugin.manifests import Manifests

# What an administrator writes by hand: https://kubernetes.io/docs/concepts/cluster-administration/
# node-shutdown/#non-graceful-node-shutdown
GIVEN_UP = Taint(key=OUT_OF_SERVICE, value="nodeshutdown", effect="NoExecute")


@given("two nodes have been lost", target_fixture="two_lost")
def lost_two(experiment: Experiment) -> tuple[Injection, Injection]:
    """Stop a worker and then another, and wait until both are given up."""
    first = experiment.inject(StopNode())
    second = experiment.inject(StopNode(other_than=(first.targets[0].name,)))
    experiment.expect(NodeGone(node=first.targets[0]))
    experiment.expect(NodeGone(node=second.targets[0]))
    return first, second


@when("they are started again, the last one first")
def start_backwards(experiment: Experiment, two_lost: tuple[Injection, Injection]) -> None:
    """Power in the opposite order: what tempts nodes to swap their addresses."""
    experiment.roll_back(two_lost[1])
    experiment.roll_back(two_lost[0])


@then("both nodes are whole again")
def both_whole(experiment: Experiment, two_lost: tuple[Injection, Injection]) -> None:
    """Each is Ready, no longer tainted, at the address it claims, and its pods can be reached."""
    experiment.expect(NodeWhole(node=two_lost[0].targets[0]))
    experiment.expect(NodeWhole(node=two_lost[1].targets[0]))


@given(
    words(
        'the node of "{pod_name:Name}" has been lost '
        'and {count:Number} pods of "{name:Name}" are ready elsewhere'
    ),
    target_fixture="injection",
)
def lost_with_pod(experiment: Experiment, pod_name: str, count: int, name: str) -> Injection:
    """Stop it, and wait until its pods had to go, could not, and were replaced elsewhere."""
    node = node_of(experiment.timeline.latest(), experiment.pod(pod_name))
    injection = experiment.inject(StopNode(node=node.name))
    experiment.converge(experiment.workload(name), replicas=count)
    expect_terminating(experiment, injection)
    return injection


def expect_terminating(experiment: Experiment, lost: Injection) -> None:
    """All pods of the lost node have been deleted, and cannot go."""
    before, namespace = experiment.before(), experiment.namespace
    pods = losses.lost_with(before, lost.targets[0], namespace=namespace)
    experiment.expect(losses.terminating(pods, after=lost.id))


@given(
    words('a node that runs a pod of "{name:Name}" has been lost, and its task is begun elsewhere'),
    target_fixture="injection",
)
def lost_with_task(experiment: Experiment, name: str) -> Injection:
    """Stop it, and wait until another pod does what the lost one did."""
    workload = experiment.workload(name)
    injection = experiment.inject(StopNode(running=workload))
    lost = losses.pods_on(experiment.before(), injection.targets[0], of=workload)
    experiment.expect(losses.begun_again(lost, of=workload, after=injection.id))
    return injection


@given(words('the task of the Job "{name:Name}" is under way'))
def task_under_way(experiment: Experiment, manifests: Manifests, name: str) -> None:
    """Apply the manifest of that Job, and wait until its pod runs."""
    [job] = experiment.apply(manifests.named("Job", name))
    experiment.expect(Eventually(of=HasPods(workload=job, least=1)))


@given(
    words('a node that runs a pod of "{name:Name}" has just been stopped'), target_fixture="stopped"
)
def just_stopped(experiment: Experiment, name: str) -> Injection:
    """Cut its power, and wait for nothing."""
    return experiment.inject(StopNode(running=experiment.workload(name)))


@given(
    words(
        'the kubelet of a node that runs a pod of "{name:Name}" is silent, '
        "and the eviction of its pods is pending"
    ),
    target_fixture="injection",
)
def silent_kubelet(experiment: Experiment, name: str) -> Injection:
    """Stop it, and wait until the node is given up and its pods are to be driven out."""
    workload = experiment.workload(name)
    injection = experiment.inject(StopKubelet(running=workload))
    lost = losses.pods_on(experiment.before(), injection.targets[0], of=workload)
    experiment.expect(losses.eviction_pending(lost, injection.targets[0], after=injection.id))
    return injection


@given(words('a node that runs a pod of "{name:Name}" is cordoned'), target_fixture="cordon")
def cordoned_node_of(experiment: Experiment, name: str) -> Injection:
    """Close it to new pods."""
    return experiment.inject(CordonNode(running=experiment.workload(name)))


@given(
    words('the pods "{first:Name}", "{second:Name}" and "{third:Name}" are ready on one node'),
    target_fixture="pod",
)
def three_on_one_node(
    experiment: Experiment, manifests: Manifests, first: str, second: str, third: str
) -> Ref:
    """Their manifests keep them together."""
    ready_pod(experiment, manifests, first)
    ready_pod(experiment, manifests, second)
    return ready_pod(experiment, manifests, third)


@when("that node is declared out of service", target_fixture="out_of_service")
def declare_out_of_service(experiment: Experiment, injection: Injection) -> Injection:
    """Say that it will not come back: its pods need not be waited for."""
    node = injection.targets[0]
    return experiment.inject(TaintNode(node=node.name, taint=GIVEN_UP))


@when("that node is started again", target_fixture="returned_at")
def start_node(experiment: Experiment, injection: Injection) -> int:
    """Give the node its power back."""
    return experiment.roll_back(injection)


@when("that kubelet is started again")
def start_kubelet(experiment: Experiment, injection: Injection) -> None:
    """It finds its containers as it left them."""
    experiment.roll_back(injection)


@when(words('a node that runs a pod of "{name:Name}" is restarted'), target_fixture="injection")
def restart_node_of(experiment: Experiment, name: str) -> Injection:
    """Cut its power, and give it back at once."""
    return experiment.inject(RestartNode(running=experiment.workload(name)))


@when(
    words('a node that runs a pod of "{name:Name}" is removed from the cluster'),
    target_fixture="injection",
)
def remove_node_of(experiment: Experiment, name: str) -> Injection:
    """Cut its power, and delete what the cluster knows of it."""
    return experiment.inject(RemoveNode(running=experiment.workload(name)))


@when(
    words('the Node object of a node that runs a pod of "{name:Name}" is deleted'),
    target_fixture="injection",
)
def deregister_node_of(experiment: Experiment, name: str) -> Injection:
    """Delete what the cluster knows of it, and nothing else."""
    return experiment.inject(DeregisterNode(running=experiment.workload(name)))


@when(words('its pods of "{name:Name}" are deleted'), target_fixture="injection")
def delete_pods_there(experiment: Experiment, stopped: Injection, name: str) -> Injection:
    """Delete those on the node that was stopped."""
    node = stopped.targets[0].name
    workload = experiment.workload(name)
    return experiment.inject(DeletePods(of=workload, blast_radius=ALL, node=node))


@when(words('its pods of "{name:Name}" are evicted'), target_fixture="injection")
def evict_pods(experiment: Experiment, cordon: Injection, name: str) -> Injection:
    """Ask them to go, as a drain does."""
    node = cordon.targets[0].name
    return experiment.inject(EvictPods(of=experiment.workload(name), node=node))


@then(words('its pods of "{name:Name}" are shown to run until it is given up, and have to go then'))
def given_up_first(experiment: Experiment, injection: Injection, name: str) -> None:
    """The node is NotReady and tainted before any of them is deleted, and then they all are."""
    node = injection.targets[0]
    pods = losses.pods_on(experiment.before(), node, of=experiment.workload(name))
    experiment.expect(losses.run_until_given_up(pods, node, after=injection.id))
    experiment.expect(losses.disrupted(pods, "DeletionByTaintManager", after=injection.id))


@then("that node is whole again, and has itself put away what was lost with it")
def whole_and_tidy(experiment: Experiment, injection: Injection, returned_at: int) -> None:
    """Its kubelet ends what is left of the pods, which were deleted long before."""
    node = injection.targets[0]
    lost = losses.lost_with(experiment.before(), node, namespace=experiment.namespace)
    experiment.expect(NodeWhole(node=node))
    experiment.expect(losses.gone(lost))
    experiment.hold(baselines.put_away_by_kubelets(lost), start=returned_at)


@then(
    words('"{name:Name}" keeps exactly the pods that stood in, and nobody replaces "{lone:Name}"')
)
def stand_ins_stay(experiment: Experiment, returned_at: int, name: str, lone: str) -> None:
    """No pod is moved back; the pod that nobody owns is not made again."""
    pod = pod_named(experiment.before(), lone, namespace=experiment.namespace)
    standing = experiment.timeline.snapshot_at(returned_at - 1)
    workload = experiment.workload(name)
    experiment.hold(baselines.same_pods(standing, workload), start=returned_at)
    experiment.hold(losses.never_replaced(experiment.before(), pod))


@then(
    words(
        "what was lost with it is gone while that node is NotReady, "
        'and nobody replaces "{lone:Name}"'
    )
)
def gone_while_down(
    experiment: Experiment, injection: Injection, out_of_service: Injection, lone: str
) -> None:
    """Nobody waits for its kubelet any more; a pod that nobody owns has to be made by hand."""
    node, before = injection.targets[0], experiment.timeline.snapshot_at(injection.start - 1)
    lost = losses.lost_with(before, node, namespace=experiment.namespace)
    experiment.expect(losses.gone_before_ready(lost, node, after=out_of_service.id))
    pod = pod_named(before, lone, namespace=experiment.namespace)
    experiment.hold(losses.never_replaced(before, pod), start=injection.start)


@then(words('its pods of "{name:Name}" are collected'))
def are_collected(experiment: Experiment, injection: Injection, name: str) -> None:
    """They fail as pods whose node is no more, and are no more themselves."""
    node, workload = injection.targets[0], experiment.workload(name)
    pods = losses.pods_on(experiment.before(), node, of=workload)
    experiment.expect_each(losses.collected(pods, after=injection.id))
    experiment.expect(losses.gone(pods, after=injection.id))


@then(words('its pods of "{name:Name}" are restarted in place, in new sandboxes'))
def restarted_in_place(experiment: Experiment, injection: Injection, name: str) -> None:
    """The pods are the same, their containers are not."""
    before, workload = experiment.before(), experiment.workload(name)
    pods = losses.pods_on(before, injection.targets[0], of=workload)
    experiment.expect_each(losses.restarted(before, pods))


@then("they are replaced while that node and they themselves look ready")
def replaced_unnoticed(experiment: Experiment, injection: Injection, stopped: Injection) -> None:
    """Their replacements are there before anybody knows that the node is dead."""
    promise = losses.replaced_unnoticed(
        experiment.before(), injection.targets, stopped.targets[0], after=injection.id
    )
    experiment.expect(promise)


@then("they are still there when that node is found to be NotReady")
def stay_until_given_up(experiment: Experiment, injection: Injection, stopped: Injection) -> None:
    """Nobody there could say that they have ended."""
    node, pods = stopped.targets[0], injection.targets
    experiment.expect(losses.stay_until_given_up(pods, node, after=injection.id))


@then(
    words(
        'its pods of "{name:Name}" are left there beyond the time after which they would have to go'
    )
)
def are_spared(experiment: Experiment, injection: Injection, name: str) -> None:
    """Not taken for ready any more; nor is the taint there by which they would have to."""
    node, workload = injection.targets[0], experiment.workload(name)
    pods = losses.pods_on(experiment.before(), node, of=workload)
    experiment.expect(losses.spared(experiment.timeline, pods, node, after=injection.id))


@then(
    words(
        'the task of "{name:Name}" is done by {done:Number} pod after {failed:Number} that failed'
    )
)
def done_after_failures(experiment: Experiment, name: str, done: int, failed: int) -> None:
    """The Job knows that it had to begin again."""
    job = experiment.workload(name)
    experiment.converge_to(job, JobComplete(completions=done))
    counts = Counts(of=job, numbers={"succeeded": done, "failed": failed})
    experiment.expect(Eventually(of=counts))


@then("they are marked as evicted")
def marked_evicted(experiment: Experiment, injection: Injection) -> None:
    """Their conditions say who asked them to go."""
    reason = "EvictionByEvictionAPI"
    experiment.expect(losses.disrupted(injection.targets, reason, after=injection.id))


@then(words('none of the pods of "{name:Name}" runs on that node'))
def none_runs_there(experiment: Experiment, cordon: Injection, name: str) -> None:
    """Nothing new was put there."""
    there = RunsOn(workload=experiment.workload(name), node=cordon.targets[0].name)
    experiment.expect(Eventually(of=Not(of=there)))
