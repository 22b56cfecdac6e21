"""Jobs: work that ends, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, then, when

from reconverge.faults import DeleteEndedPods
from reconverge.faults.specs import set_parallelism, suspend
from reconverge.judges import baselines
from reconverge.judges.events import Remarked
from reconverge.judges.invariants import BacksOff, MadeInAll
from reconverge.judges.predicates import HasPods, InCondition, Not
from reconverge.judges.steady import JobComplete, JobFailed, JobRunning
from reconverge.judges.temporal import Eventually, Never, Until
from reconverge.judges.whereabouts import LabelledByIndex, Told
from reconverge.model import ref

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.experiment import Experiment, Injection
    from reconverge.pytest_plugin.manifests import Manifests


@given(words('the Job "{name:Name}" is running {count:Number} pods'))
def running_job(experiment: Experiment, manifests: Manifests, name: str, count: int) -> None:
    """Apply the manifest of that name, and wait until exactly so many pods run."""
    [job] = experiment.apply(manifests.named("Job", name))
    experiment.converge_to(job, JobRunning(active=count))


@given(words('the Job "{name:Name}" has completed with {count:Number} successful pods'))
def completed_job(experiment: Experiment, manifests: Manifests, name: str, count: int) -> None:
    """Apply the manifest of that name, and wait until its work is done."""
    [job] = experiment.apply(manifests.named("Job", name))
    experiment.converge_to(job, JobComplete(completions=count))


@given(words('the Job "{name:Name}" has failed for the reason "{reason:Name}"'))
def failed_job(experiment: Experiment, manifests: Manifests, name: str, reason: str) -> None:
    """Apply the manifest of that name, and wait until it has given up for that reason."""
    [job] = experiment.apply(manifests.named("Job", name))
    experiment.converge_to(job, JobFailed(reason=reason))


@when(words('the Job "{name:Name}" is created'))
def create_job(experiment: Experiment, manifests: Manifests, name: str) -> None:
    """Apply the manifest of that name, and wait for nothing."""
    experiment.apply(manifests.named("Job", name))


@when(words('"{name:Name}" is allowed {count:Number} pods at once'), target_fixture="injection")
@given(words('"{name:Name}" has been allowed {count:Number} pods at once'))
def allow_at_once(experiment: Experiment, name: str, count: int) -> Injection:
    """Change how many pods of a Job may run at the same time."""
    job, world = experiment.workload(name), experiment.timeline.latest()
    return experiment.inject(set_parallelism(job, world, parallelism=count))


@when(words('"{name:Name}" is suspended'), target_fixture="injection")
@given(words('"{name:Name}" has been suspended'))
def suspend_workload(experiment: Experiment, name: str) -> Injection:
    """A Job or a CronJob is to do nothing."""
    return experiment.inject(suspend(experiment.workload(name), experiment.timeline.latest()))


@when(words('"{name:Name}" is resumed'), target_fixture="injection")
def resume_workload(experiment: Experiment, name: str) -> Injection:
    """A Job or a CronJob that was suspended is to go on."""
    workload, world = experiment.workload(name), experiment.timeline.latest()
    return experiment.inject(suspend(workload, world, is_suspended=False))


@when(words('a pod of "{name:Name}" that has ended is deleted'), target_fixture="injection")
def delete_ended(experiment: Experiment, name: str) -> Injection:
    """Delete a pod that has done its work."""
    return experiment.inject(DeleteEndedPods(of=experiment.workload(name)))


@then(words('"{name:Name}" goes on with {count:Number} pods'))
def goes_on(experiment: Experiment, name: str, count: int) -> None:
    """Exactly so many pods run, and the Job has not ended."""
    experiment.converge_to(experiment.workload(name), JobRunning(active=count))


@then(words('"{name:Name}" completes with {count:Number} successful pods'))
def completes(experiment: Experiment, name: str, count: int) -> None:
    """The Job has ended well, and nothing of it still runs."""
    experiment.converge_to(experiment.workload(name), JobComplete(completions=count))


@then(words('"{name:Name}" fails for the reason "{reason:Name}"'))
def fails(experiment: Experiment, name: str, reason: str) -> None:
    """The Job has given up for that reason, and nothing of it still runs."""
    experiment.converge_to(experiment.workload(name), JobFailed(reason=reason))


@then(words('"{name:Name}" is "{first:Name}" before it is "{end:Name}", for "{reason:Name}"'))
def ends_in_two_steps(experiment: Experiment, name: str, first: str, end: str, reason: str) -> None:
    """That it will end is known before it has: its pods may still have to go."""
    job = experiment.workload(name)
    known = InCondition(of=job, condition=first, reason=reason)
    experiment.expect(Until(of=Not(of=InCondition(of=job, condition=end)), until=known))


@then(words('"{name:Name}" is "{row:Name}" for the reason "{reason:Name}"'))
def in_condition(experiment: Experiment, name: str, row: str, reason: str) -> None:
    """A condition of that type is True, for that reason."""
    condition = InCondition(of=experiment.workload(name), condition=row, reason=reason)
    experiment.expect(Eventually(of=condition))


@then(words('"{name:Name}" has no more than {count:Number} pods until one of them has succeeded'))
def waits_for_success(experiment: Experiment, name: str, count: int) -> None:
    """A pod that has done its work makes room for the next, and none comes before."""
    job = experiment.workload(name)
    one_done = HasPods(workload=job, state="succeeded", least=1)
    experiment.expect(Until(of=HasPods(workload=job, state="active", most=count), until=one_done))


@then(words('"{name:Name}" makes exactly {count:Number} pods in all'))
def made_in_all(experiment: Experiment, name: str, count: int) -> None:
    """Counted over the whole span, those that are gone included."""
    experiment.hold(MadeInAll(workload=experiment.workload(name), pods=count))


@then(words('"{name:Name}" makes no pod in vain'))
def no_pod_in_vain(experiment: Experiment, name: str) -> None:
    """Never more than its completions and its failures need."""
    job = experiment.workload(name)
    experiment.hold(baselines.no_pod_in_vain(experiment.timeline.latest(), job))


@then(words('"{name:Name}" never has two pods at one index'))
def one_per_index(experiment: Experiment, name: str) -> None:
    """Each part of the work is in one pair of hands at most."""
    job = experiment.workload(name)
    experiment.hold(baselines.one_per_place(experiment.timeline.latest(), job))


@then(words('each pod of "{name:Name}" is labelled with its index'))
def labelled_by_index(experiment: Experiment, name: str) -> None:
    """A selector finds the pod of one part."""
    experiment.expect(Eventually(of=LabelledByIndex(job=experiment.workload(name))))


@then(words('"{name:Name}" backs off for longer after each failure'))
def backs_off(experiment: Experiment, name: str) -> None:
    """Twice as long as after the one before."""
    experiment.hold(BacksOff(job=experiment.workload(name)))


@then(words('an event "{reason:Name}" tells of "{name:Name}"'))
def remarked(experiment: Experiment, name: str, reason: str) -> None:
    """What `kubectl describe` shows of it."""
    experiment.expect(Remarked(about=experiment.workload(name), reason=reason))


@then(words('an event "{reason:Name}" tells of a pod of "{name:Name}"'))
def pod_remarked(experiment: Experiment, name: str, reason: str) -> None:
    """The same, of its oldest pod that is there."""
    pod = experiment.timeline.latest().pods_of(experiment.workload(name))[0]
    experiment.expect(Remarked(about=ref("Pod", pod), reason=reason))


@then(words('{count:Number} events "{reason:Name}" tell of "{name:Name}"'))
def remarked_often(experiment: Experiment, name: str, reason: str, count: int) -> None:
    """As many, at least."""
    experiment.expect(Remarked(about=experiment.workload(name), reason=reason, times=count))


@then(words('no event "{reason:Name}" ever tells of "{name:Name}"'))
def never_remarked(experiment: Experiment, name: str, reason: str) -> None:
    """At no observation is there such an event."""
    experiment.hold(Never(of=Told(about=experiment.workload(name), reason=reason)))


@then(words('it is refused for its field "{field:Name}"'))
def field_refused(refusal: str, field: str) -> None:
    """Nothing was created, and the reason names the field."""
    assert field in refusal, f"it was refused with {refusal!r}" if refusal else "nothing refused it"
