"""DaemonSets: one pod on each node, and which nodes those are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_bdd import given, then, when

from reconverge.blast import ALL
from reconverge.faults import (
    CordonNode,
    DeleteOwner,
    DeletePods,
    FailPods,
    KillContainers,
    KillProxy,
    LabelNode,
    RemoveNode,
)
from reconverge.faults.specs import change_image
from reconverge.judges import baselines, daemons, losses
from reconverge.judges.fields import Shows
from reconverge.judges.invariants import SurgesAtMost
from reconverge.judges.owners import GoneWithPods, Orphaned
from reconverge.judges.predicates import AllOf, HasPods, Not
from reconverge.judges.steady import OnEachNode
from reconverge.judges.temporal import Eventually, Never
from reconverge.judges.whereabouts import MadeForNode, RunsOn, Told
from reconverge.lookup import workload_named

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.cluster.door import Cluster
    from reconverge.experiment import Experiment, Injection
    from reconverge.model import Ref
    from reconverge.pytest_plugin.manifests import Manifests

CLUSTERS_OWN = "kube-system"
NO_IMAGE = "luksa/none"


class HeldUp(NamedTuple):
    """A roll-out that cannot go on, and the pods that there were then."""

    rollout: Injection
    pods: tuple[Ref, ...]


@given(words('the DaemonSet "{name:Name}" runs on each node'))
@given(words('the DaemonSet "{name:Name}" runs nowhere'))
def settled(experiment: Experiment, manifests: Manifests, name: str) -> None:
    """Apply the manifest of that name, and wait until each node that it selects has its pod."""
    create(experiment, manifests, name)
    on_each_node(experiment, name)


@given(
    words('the DaemonSet "{name:Name}" runs on two nodes labelled "{label:Label}"'),
    target_fixture="labelled",
)
def on_two_nodes(
    experiment: Experiment, manifests: Manifests, name: str, label: dict[str, str | None]
) -> tuple[Injection, Injection]:
    """Label two workers, and wait until they, and no others, have a pod."""
    first = experiment.inject(LabelNode(labels=label))
    second = experiment.inject(LabelNode(labels=label, other_than=(first.targets[0].name,)))
    settled(experiment, manifests, name)
    has_ready(experiment, name, 2)
    return first, second


@given(
    words(
        'one of them has been labelled "{label:Label}", and has no pod of "{name:Name}" any more'
    ),
    target_fixture="relabelled",
)
def has_lost_label(
    experiment: Experiment,
    labelled: tuple[Injection, Injection],
    label: dict[str, str | None],
    name: str,
) -> Injection:
    """Give one of the two nodes another label, and wait until only the other has a pod."""
    injection = relabel(experiment, labelled, label)
    on_each_node(experiment, name)
    experiment.expect(daemons.only_on(experiment.workload(name), labelled[1].targets[0].name))
    return injection


@given("a node is cordoned", target_fixture="cordon")
def cordoned_node(experiment: Experiment) -> Injection:
    """Close a worker to new pods."""
    return experiment.inject(CordonNode())


@given(
    words('a node has left the cluster, and nothing of "{name:Name}" is left of it'),
    target_fixture="injection",
)
def has_left(experiment: Experiment, name: str) -> Injection:
    """Remove a node with its machine, and the pods that only its kubelet could have ended."""
    daemon = experiment.workload(name)
    injection = experiment.inject(RemoveNode(running=daemon))
    left = DeletePods(of=daemon, blast_radius=ALL, grace_s=0, node=injection.targets[0].name)
    experiment.expect(losses.gone(experiment.inject(left).targets))
    return injection


@when(words('the DaemonSet "{name:Name}" is created'))
def create(experiment: Experiment, manifests: Manifests, name: str) -> None:
    """Apply the manifest of that name, and wait for nothing."""
    experiment.apply(manifests.named("DaemonSet", name))


@when("the kube-proxy of a node is killed", target_fixture="injection")
def kill_proxy(experiment: Experiment) -> Injection:
    """On one of the workers."""
    return experiment.inject(KillProxy())


@when(words('"{name:Name}" is asked for {count:Number} pods'), target_fixture="refusal")
def ask_for(experiment: Experiment, name: str, count: int) -> str:
    """Scale it, as others are scaled."""
    workload = experiment.workload(name)
    return experiment.refused(lambda: experiment.cluster.scale(workload, count))


@when(words('a node is labelled "{label:Label}"'), target_fixture="injection")
def label_node(experiment: Experiment, label: dict[str, str | None]) -> Injection:
    """Label a worker."""
    return experiment.inject(LabelNode(labels=label))


@when(words('one of them is labelled "{label:Label}"'), target_fixture="injection")
def relabel(
    experiment: Experiment, labelled: tuple[Injection, Injection], label: dict[str, str | None]
) -> Injection:
    """Give the first of the two nodes another label."""
    node = labelled[0].targets[0].name
    return experiment.inject(LabelNode(node=node, labels=label))


@when(words('one of them loses its label "{key:Name}"'), target_fixture="injection")
def unlabel(experiment: Experiment, labelled: tuple[Injection, Injection], key: str) -> Injection:
    """Take the label of the first of the two nodes away."""
    return relabel(experiment, labelled, {key: None})


@when("it is labelled as before")
def label_again(experiment: Experiment, relabelled: Injection) -> None:
    """Give it its former label back."""
    experiment.roll_back(relabelled)


@when(words('one of the pods of "{name:Name}" is marked as failed'), target_fixture="injection")
def fail_pod(experiment: Experiment, name: str) -> Injection:
    """Say so in its status."""
    return experiment.inject(FailPods(of=experiment.workload(name)))


@when(words('"{name:Name}" rolls out the image "{image:Name}"'), target_fixture="injection")
def roll_out(experiment: Experiment, name: str, image: str) -> Injection:
    """Give its template another image."""
    daemon, now = experiment.workload(name), experiment.timeline.latest()
    return experiment.inject(change_image(daemon, now, image=image))


@given(
    words('the image of a roll-out of "{name:Name}" does not exist, and holds it up'),
    target_fixture="held_up",
)
def hold_up(experiment: Experiment, name: str) -> HeldUp:
    """Wait until the first of the new pods is one that cannot come to be."""
    daemon = experiment.workload(name)
    rollout = roll_out(experiment, name, NO_IMAGE)
    experiment.expect(Shows(of=daemon, field=("status", "updatedNumberScheduled"), value="1"))
    experiment.expect(Shows(of=daemon, field=("status", "numberUnavailable"), value="1"))
    return HeldUp(rollout, daemons.pods_now(experiment.timeline.latest(), daemon))


@when("the roll-out is taken back", target_fixture="injection")
def take_back(experiment: Experiment, held_up: HeldUp) -> Injection:
    """Give its template the former image again."""
    experiment.roll_back(held_up.rollout)
    return held_up.rollout


@when(
    words('the process of one of the pods of "{name:Name}" is asked to end'),
    target_fixture="injection",
)
def end_process(experiment: Experiment, name: str) -> Injection:
    """Send it the signal that its own node's administrator would."""
    pod = daemons.pods_now(experiment.timeline.latest(), experiment.workload(name))[0]
    return experiment.inject(KillContainers(of=pod, signal="TERM"))


@when(words('the DaemonSet "{name:Name}" is deleted with its pods'), target_fixture="injection")
def delete_with_pods(experiment: Experiment, name: str) -> Injection:
    """As `kubectl delete` does."""
    daemon = experiment.workload(name)
    return experiment.inject(DeleteOwner(of=daemon, propagation="Background"))


@when(words('the DaemonSet "{name:Name}" is deleted without its pods'), target_fixture="injection")
def delete_alone(experiment: Experiment, name: str) -> Injection:
    """As `kubectl delete --cascade=orphan` does."""
    daemon = experiment.workload(name)
    return experiment.inject(DeleteOwner(of=daemon, propagation="Orphan"))


@then("the pods that the roll-out had not reached are never touched")
def unreached_untouched(experiment: Experiment, held_up: HeldUp) -> None:
    """They are those of before it that were still there when it came to a halt."""
    experiment.hold(baselines.these(experiment.before(), held_up.pods))


@then("neither it nor any of its pods is left")
def nothing_left(experiment: Experiment, injection: Injection) -> None:
    """Its pods end in their own time."""
    [daemon] = injection.targets
    pods = daemons.pods_now(experiment.before(), daemon)
    experiment.expect(GoneWithPods(owner=daemon, pods=pods))


@then("its pods run on, and nobody owns them")
def left_alone(experiment: Experiment, injection: Injection) -> None:
    """The owner is gone, its pods are not touched."""
    [daemon] = injection.targets
    pods = daemons.pods_now(experiment.before(), daemon)
    experiment.expect(Orphaned(owner=daemon, pods=pods))
    experiment.hold(baselines.these(experiment.before(), pods))


@then("a new container runs in that pod")
def runs_again(experiment: Experiment, injection: Injection) -> None:
    """In the same pod, whose restart count tells of it."""
    [pod] = injection.targets
    experiment.expect(baselines.restart_of(experiment.before(), pod))


@then(words('what it had said, "{text:Name}", can still be read'))
def said_before(cluster: Cluster, injection: Injection, text: str) -> None:
    """As `kubectl logs --previous` shows it."""
    log = cluster.logs(injection.targets[0], previous=True)
    assert text in log, f"the log of its previous container is {log!r}"


@then(words('"{name:Name}" has one ready pod on each node that it selects'))
def on_each_node(experiment: Experiment, name: str) -> None:
    """And none elsewhere; its controller is alive and wants nothing more."""
    experiment.converge_to(experiment.workload(name), OnEachNode())


@then(words('"{name:Name}" counts as many pods as there are such nodes'))
def counts_nodes(experiment: Experiment, name: str) -> None:
    """What `kubectl get daemonsets` shows."""
    daemon = experiment.workload(name)
    experiment.expect(daemons.counts_its_nodes(experiment.timeline.latest(), daemon))


@then(words('"{name:Name}" counts no pods, and nothing is told about it'))
def counts_nothing(experiment: Experiment, name: str) -> None:
    """Zero in every column, no event, and no pod."""
    daemon = experiment.workload(name)
    experiment.expect(daemons.counts(daemon, nodes=0))
    experiment.hold(Never(of=Told(about=daemon)))
    experiment.hold(Never(of=HasPods(workload=daemon, state="standing", least=1)))


@then(words('"{name:Name}" counts one node fewer, and a pod where none belongs'))
def counts_one_fewer(experiment: Experiment, injection: Injection, name: str) -> None:
    """The lost node is not one that it selects any more, and still has its pod."""
    daemon = experiment.workload(name)
    experiment.expect(daemons.counts_one_fewer(experiment.before(), daemon, after=injection.id))


@then("its container there is started again")
def proxy_restarted(experiment: Experiment, injection: Injection) -> None:
    """In the same pod of the DaemonSet."""
    before, [node] = experiment.before(), injection.targets
    proxy = workload_named(before, "kube-proxy", namespace=CLUSTERS_OWN)
    [pod] = losses.pods_on(before, node, of=proxy)
    experiment.expect(baselines.restart_of(before, pod))


@then(words('the cluster\'s "{name:Name}" has a pod on every node, and counts as many'))
def on_every_node(experiment: Experiment, name: str) -> None:
    """Whatever taints the nodes have."""
    now = experiment.timeline.latest()
    daemon = workload_named(now, name, namespace=CLUSTERS_OWN)
    experiment.expect_each(daemons.on_all_nodes(now, daemon))


@then("it is refused, for there is no such number")
def number_refused(refusal: str) -> None:
    """There is nothing to be scaled."""
    wanted = "the server could not find the requested resource"
    assert refusal == wanted, (
        f"it was refused with {refusal!r}" if refusal else "nothing refused it"
    )


@then(words('"{name:Name}" never has two pods on one node'))
def never_two(experiment: Experiment, name: str) -> None:
    """At no observation, terminating ones aside."""
    experiment.hold(daemons.one_per_node(experiment.workload(name)))


@then(words('"{name:Name}" never has two pods of one revision on one node'))
def never_two_alike(experiment: Experiment, name: str) -> None:
    """At no observation, terminating ones aside; an old and a new one may be side by side."""
    experiment.hold(daemons.one_per_revision(experiment.workload(name)))


@then(words('"{name:Name}" never makes a pod beside a ready one on more than {nodes:Number} node'))
def surges_within(experiment: Experiment, name: str, nodes: int) -> None:
    """As its maxSurge says: further nodes have their turn when that pod is ready."""
    experiment.hold(SurgesAtMost(workload=experiment.workload(name), nodes=nodes))


@then(words('no node is without a ready pod of "{name:Name}", unless one was deleted there'))
def never_bare(experiment: Experiment, injection: Injection, name: str) -> None:
    """The rollout itself takes a pod away only where another is ready."""
    daemon = experiment.workload(name)
    experiment.hold(daemons.never_bare(daemon, hit=injection.targets))


@then("the deleted pod has ended before another is made on its node")
def ended_first(experiment: Experiment, injection: Injection) -> None:
    """Others make a new pod at once."""
    before, [pod] = experiment.before(), injection.targets
    daemon = losses.owner_of(before, pod)
    experiment.expect(daemons.ended_first(before, daemon, pod, after=injection.id))


@then("the failed pod is gone")
def failed_gone(experiment: Experiment, injection: Injection) -> None:
    """Its object is removed, which nobody does with the failed pods of others."""
    experiment.expect(losses.gone(injection.targets, after=injection.id))


@then(words('each pod of "{name:Name}" was made for its node, and put there by the scheduler'))
def made_for_node(experiment: Experiment, name: str) -> None:
    """Its affinity names the node, and an event of the scheduler's the assignment."""
    experiment.expect(Eventually(of=MadeForNode(workload=experiment.workload(name))))


@then(words('"{name:Name}" never lacks more than one ready pod'))
def lacks_at_most_one(experiment: Experiment, name: str) -> None:
    """At no observation since the fault."""
    daemon = experiment.workload(name)
    experiment.hold(daemons.lacks_at_most_one(experiment.before(), daemon))


@then(words('"{name:Name}" has its only pod on that node'))
def only_there(experiment: Experiment, injection: Injection, name: str) -> None:
    """On the node that was labelled."""
    node = injection.targets[0].name
    experiment.expect(daemons.only_on(experiment.workload(name), node))


@then(words('"{name:Name}" has its only pod on the other, never touched'))
def only_on_other(
    experiment: Experiment, injection: Injection, labelled: tuple[Injection, Injection], name: str
) -> None:
    """The node that kept its label keeps its pod."""
    daemon, node = experiment.workload(name), labelled[1].targets[0].name
    experiment.expect(daemons.only_on(daemon, node))
    hit = injection.targets[0]
    experiment.hold(daemons.untouched_but_on(experiment.before(), daemon, hit))


@then(words('"{name:Name}" has {count:Number} ready pods on the nodes labelled at first'))
def has_ready(experiment: Experiment, name: str, count: int) -> None:
    """The pods are as many as the nodes that its steady state was judged of."""
    daemon = experiment.workload(name)
    experiment.expect(Eventually(of=HasPods(workload=daemon, least=count, most=count)))


@then(words('that node has a pod of "{daemon:Name}" and none of "{other:Name}"'))
def daemon_only(experiment: Experiment, cordon: Injection, daemon: str, other: str) -> None:
    """It is closed to the one and not to the other."""
    node = cordon.targets[0].name
    there = RunsOn(workload=experiment.workload(daemon), node=node)
    none = Not(of=RunsOn(workload=experiment.workload(other), node=node))
    experiment.expect(Eventually(of=AllOf(parts=(there, none))))


@then(words('"{name:Name}" has a new pod on that node, and its other pods are never touched'))
def new_pod_there(experiment: Experiment, injection: Injection, name: str) -> None:
    """Its pod there is not the one that was lost with the node."""
    daemon, node = experiment.workload(name), injection.targets[0]
    experiment.expect(Eventually(of=RunsOn(workload=daemon, node=node.name)))
    experiment.hold(daemons.untouched_but_on(experiment.before(), daemon, node))
