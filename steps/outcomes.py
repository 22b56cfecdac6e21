"""Then: convergence first, invariants after."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_bdd import then

from reconverge.judges import baselines
from reconverge.judges.budgets import ReplacedWithin
from reconverge.judges.invariants import NeverFewer, NeverMore, NeverMoved, RestartsNeverFall
from reconverge.judges.pods import Ended
from reconverge.judges.predicates import HasPods, PodDeleted
from reconverge.judges.states import NodeGone, NodeWhole, Released
from reconverge.judges.temporal import Never, ThenStays

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.experiment import Experiment, Injection
    from reconverge.model import Ref


@then(words('"{name:Name}" converges to {count:Number} ready pods within {deadline_s:Duration}'))
def converges_within(experiment: Experiment, name: str, count: int, deadline_s: float) -> None:
    """The steady state is reached by the stated deadline, held, and its controller is alive."""
    experiment.converge(experiment.workload(name), replicas=count, within_s=deadline_s)


@then(words('"{name:Name}" converges to {count:Number} ready pods'))
def converges(experiment: Experiment, name: str, count: int) -> None:
    """The same, by a deadline computed from the cluster's own settings."""
    workload = experiment.workload(name)
    experiment.converge(workload, replicas=count)


@then(
    words(
        '"{name:Name}" has {count:Number} ready pods within {deadline_s:Duration} '
        "and stays so for {stay_s:Duration}"
    )
)
def stays_ready(
    experiment: Experiment,
    injection: Injection,
    name: str,
    count: int,
    deadline_s: float,
    stay_s: float,
) -> None:
    """So many pods are ready by the deadline after the fault, and at each instant from then on."""
    ready = HasPods(workload=experiment.workload(name), least=count, most=count)
    promise = ThenStays(of=ready, for_s=stay_s, injections=(injection.id,))
    experiment.expect(promise, within_s=deadline_s)


@then(words('the surviving pods of "{name:Name}" are never touched'))
def survivors_untouched(experiment: Experiment, injection: Injection, name: str) -> None:
    """No pod that the fault did not hit is deleted, finished or restarted."""
    workload = experiment.workload(name)
    experiment.hold(baselines.survivors(experiment.before(), workload, hit=injection.targets))


@then(words('nobody but their kubelets writes to the surviving pods of "{name:Name}"'))
def only_kubelets_write(experiment: Experiment, injection: Injection, name: str) -> None:
    """As the API server's audit log tells: no controller so much as patches them."""
    workload = experiment.workload(name)
    experiment.hold(baselines.only_kubelets(experiment.before(), workload, hit=injection.targets))


@then(words('the pods of "{name:Name}" on other nodes are never touched'))
def elsewhere_untouched(experiment: Experiment, injection: Injection, name: str) -> None:
    """No pod on another node than the stopped one is deleted, finished or restarted."""
    node = injection.targets[0].name
    workload = experiment.workload(name)
    experiment.hold(baselines.elsewhere(experiment.before(), workload, node=node))


@then("the relabelled pod is never touched")
def relabelled_untouched(experiment: Experiment, injection: Injection) -> None:
    """The pod whose labels were changed runs on in the same containers."""
    experiment.hold(baselines.these(experiment.before(), injection.targets))


@then("the relabelled pod is released by its controller")
def relabelled_released(experiment: Experiment, injection: Injection) -> None:
    """The pod runs on and nobody owns it."""
    experiment.expect(Released(pod=injection.targets[0]))


@then(words('"{name:Name}" keeps exactly its pods'))
def same_pods(experiment: Experiment, name: str) -> None:
    """None of its pods is created, deleted, adopted or released."""
    experiment.hold(baselines.same_pods(experiment.before(), experiment.workload(name)))


@then(words('"{name:Name}" never has more than {count:Number} pods'))
def never_more(experiment: Experiment, name: str, count: int) -> None:
    """At no observation since the fault are more pods active."""
    experiment.hold(NeverMore(workload=experiment.workload(name), pods=count))


@then(words('"{name:Name}" never has more than {count:Number} pods, terminating ones included'))
def never_more_standing(experiment: Experiment, name: str, count: int) -> None:
    """At no observation since the fault are there more, be they active or being deleted."""
    workload = experiment.workload(name)
    experiment.hold(NeverMore(workload=workload, pods=count, state="standing"))


@then(words('"{name:Name}" never has fewer than {count:Number} ready pods'))
def never_fewer(experiment: Experiment, name: str, count: int) -> None:
    """At no observation since the fault are fewer pods ready."""
    experiment.hold(NeverFewer(workload=experiment.workload(name), pods=count))


@then(words('the surplus pod is not deleted until "{name:Name}" owns it'))
def adopted_first(experiment: Experiment, injection: Injection, name: str) -> None:
    """A controller deletes its own pods only: somebody else's it adopts before."""
    workload = experiment.workload(name)
    promise = baselines.adopted_first(workload, injection.created, after=injection.id)
    experiment.expect(promise)


@then("the pod is never deleted")
def pod_never_deleted(experiment: Experiment, pod: Ref) -> None:
    """At no observation since the fault is it being deleted, or gone."""
    experiment.hold(Never(of=PodDeleted(pod=pod)))


@then("no pod is ever moved to another node")
def never_moved(experiment: Experiment) -> None:
    """A pod that has a node keeps it for life."""
    experiment.hold(NeverMoved(namespace=experiment.namespace))


@then("no restart is ever forgotten")
def restarts_never_fall(experiment: Experiment) -> None:
    """The restart count of a container stays or rises."""
    experiment.hold(RestartsNeverFall(namespace=experiment.namespace))


@then(words('every replacement of "{name:Name}" is ready within {within_s:Duration} of the loss'))
def replaced_within(experiment: Experiment, name: str, within_s: float) -> None:
    """For no pod that was lost since the fault was a ready one missed for longer."""
    experiment.hold(ReplacedWithin(workload=experiment.workload(name), within_s=within_s))


@then(words("its container is restarted in the same pod within {deadline_s:Duration}"))
def container_restarted(experiment: Experiment, pod: Ref, deadline_s: float) -> None:
    """Another container, the same pod, and the end of the previous container is known."""
    experiment.expect(baselines.restart_of(experiment.before(), pod), within_s=deadline_s)


@then(words('its previous container ended with exit code {code:Number} and reason "{reason:Name}"'))
def container_ended(experiment: Experiment, pod: Ref, code: int, reason: str) -> None:
    """How the container that was killed ended, as `kubectl describe` shows it."""
    promise = Ended(pod=pod, exit_code=code, reason=reason)
    experiment.expect(promise)


@then("that node is found to be NotReady")
def node_gone(experiment: Experiment, injection: Injection) -> None:
    """The control plane gives the node up."""
    promise = NodeGone(node=injection.targets[0])
    experiment.expect(promise)


@then("that node is whole again")
def node_whole(experiment: Experiment, injection: Injection) -> None:
    """Ready, no longer tainted, at the address it claims, and its pods can be reached."""
    promise = NodeWhole(node=injection.targets[0])
    experiment.expect(promise)


@then(words('it is refused, because "{version:Name}" is not served'))
def version_refused(refusal: str, version: str) -> None:
    """Nothing was created, and the reason is the version."""
    wanted = f'the API server does not serve apiVersion "{version}"'
    assert refusal == wanted, (
        f"it was refused with {refusal!r}" if refusal else "nothing refused it"
    )


@then(words('the record says that "{new:Name}" was taken instead of "{old:Name}"'))
def migration_noted(experiment: Experiment, new: str, old: str) -> None:
    """Whoever reads the run finds what was applied, and that it is not what was printed."""
    said = "\n".join(experiment.timeline.notes())
    assert re.search(f"{old} .*: {new} in its stead", said), f"the record says: {said or 'nothing'}"
