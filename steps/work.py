"""What pods have done: how they ended, how long it took, what they said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import then, when

from reconverge.judges import losses
from reconverge.judges.predicates import HasPods, OwnedBy
from reconverge.judges.temporal import Never, ThenStays
from reconverge.judges.work import (
    EndedPods,
    KeepsRestarting,
    MadeTogether,
    SelectsByUid,
    Tracked,
    Worked,
    no_pods,
)
from reconverge.model import ref

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.cluster.door import Cluster
    from reconverge.experiment import Experiment
    from reconverge.pytest_plugin.manifests import Manifests

# The kubelet's stamps are whole seconds: what lasts 120 s may seem to last 121, or 1 s more on a
# loaded machine.
GRAIN_S = 3.0
TOGETHER_S = 2.0


@when(words('the same work is left to the ReplicationController "{name:Name}"'))
def left_to_replicas(experiment: Experiment, manifests: Manifests, name: str) -> None:
    """Apply that manifest, and wait for nothing: it will never be steady."""
    experiment.apply(manifests.named("ReplicationController", name))


@then(
    words(
        '{count:Number} pods of "{name:Name}" have ended as "{phase:Name}", '
        'each with exit code {code:Number} and reason "{reason:Name}"'
    )
)
def pods_ended(
    experiment: Experiment, name: str, count: int, phase: str, code: int, reason: str
) -> None:
    """Exactly so many, none of them restarted; they are still there to be looked at."""
    promise = EndedPods(
        workload=experiment.workload(name),
        count=count,
        phase=phase,
        exit_code=code,
        reason=reason,
        restarts=0,
    )
    experiment.expect(promise)


@then(words('{count:Number} pods of "{name:Name}" have failed for the reason "{reason:Name}"'))
def pods_failed(experiment: Experiment, name: str, count: int, reason: str) -> None:
    """The kubelet ended each of them as a whole, for that reason."""
    workload = experiment.workload(name)
    promise = EndedPods(workload=workload, count=count, phase="Failed", pod_reason=reason)
    experiment.expect(promise)


@then(words('{count:Number} pod of "{name:Name}" succeeds and stays so for {stay_s:Duration}'))
def stays_succeeded(experiment: Experiment, name: str, count: int, stay_s: float) -> None:
    """What has ended well is not begun again."""
    workload = experiment.workload(name)
    done = HasPods(workload=workload, state="succeeded", least=count, most=count)
    experiment.expect(ThenStays(of=done, for_s=stay_s))


@then(words('the pods of "{name:Name}" have worked for {work_s:Duration}'))
def worked(experiment: Experiment, name: str, work_s: float) -> None:
    """From the start of their containers to the end."""
    workload = experiment.workload(name)
    experiment.expect(Worked(workload=workload, least_s=work_s, most_s=work_s + GRAIN_S))


@then(
    words(
        'the container of "{name:Name}" is restarted {times:Number} times after exit code '
        "{code:Number}, ever more slowly"
    )
)
def keeps_restarting(experiment: Experiment, name: str, times: int, code: int) -> None:
    """In the same pod, whose kubelet backs off before it does so once more."""
    workload = experiment.workload(name)
    experiment.expect(KeepsRestarting(workload=workload, times=times, exit_code=code))


@then(words('the first {count:Number} pods of "{name:Name}" are created together'))
def made_together(experiment: Experiment, name: str, count: int) -> None:
    """By one synchronisation of their controller."""
    workload = experiment.workload(name)
    experiment.expect(MadeTogether(workload=workload, count=count, within_s=TOGETHER_S))


@then(words('the pods of "{name:Name}" bear its name and are tracked by it'))
def tracked(experiment: Experiment, name: str) -> None:
    """None of them can go before it has been counted."""
    experiment.expect(Tracked(workload=experiment.workload(name)))


@then(words('"{name:Name}" selects exactly the pods that carry its own UID'))
def selects_by_uid(experiment: Experiment, name: str) -> None:
    """Although its manifest gives no selector, and its template has labels."""
    experiment.expect(SelectsByUid(workload=experiment.workload(name)))


@then(words('no pod of "{name:Name}" is left'))
def no_pod_left(experiment: Experiment, name: str) -> None:
    """Neither a running nor an ended one."""
    experiment.expect(no_pods(experiment.workload(name)))


@then(words('none of the pods of "{name:Name}" is ever deleted'))
def all_kept(experiment: Experiment, name: str) -> None:
    """Those that it had before the fault, whether they have ended or not."""
    experiment.hold(losses.kept(experiment.before(), experiment.workload(name)))


@then(words('"{name:Name}" never owns the pod "{pod:Name}"'))
def never_owned(experiment: Experiment, name: str, pod: str) -> None:
    """At no observation so far."""
    bystander, workload = experiment.pod(pod), experiment.workload(name)
    experiment.hold(Never(of=OwnedBy(pod=bystander, owner=workload)))


@then(words('the log of a pod of "{name:Name}" contains "{text:Name}"'))
def log_contains(experiment: Experiment, cluster: Cluster, name: str, text: str) -> None:
    """It can be read although the pod has ended."""
    pod = experiment.timeline.latest().pods_of(experiment.workload(name))[0]
    log = cluster.logs(ref("Pod", pod))
    assert text in log, f"the log of {pod.name} is {log!r}"


@then(words('the log of a pod of "{name:Name}" lacks "{text:Name}"'))
def log_lacks(experiment: Experiment, cluster: Cluster, name: str, text: str) -> None:
    """It never came to say that."""
    pod = experiment.timeline.latest().pods_of(experiment.workload(name))[0]
    log = cluster.logs(ref("Pod", pod))
    assert log, f"the log of {pod.name} is empty"
    assert text not in log, f"the log of {pod.name} is {log!r}"
