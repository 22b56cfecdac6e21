"""CronJobs: work that begins by the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from pytest_bdd import given, then, when

from reconverge.cluster.by_hand import jobs_by_hand
from reconverge.faults import DeleteOwner
from reconverge.faults.batch import MissRuns, miss_runs, stamp
from reconverge.judges import baselines
from reconverge.judges.fields import Shows
from reconverge.judges.invariants import OnceAMinute
from reconverge.judges.occasions import coming, keeps_schedule, last
from reconverge.judges.owners import AllGone
from reconverge.judges.predicates import HasPods
from reconverge.judges.schedules import StartsJob, StartsNoJob
from reconverge.judges.temporal import Eventually
from reconverge.judges.timing import scene_of
from reconverge.judges.work import EndedJobs, FromTemplate

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.experiment import Experiment, Injection
    from reconverge.model import Ref
    from reconverge.pytest_plugin.manifests import Manifests

LAST_SCHEDULE = ("status", "lastScheduleTime")
BY_HAND = "by-hand"


@given(words('the CronJob "{name:Name}" has been accepted'))
@when(words('the CronJob "{name:Name}" is created'))
def accepted_cron(experiment: Experiment, manifests: Manifests, name: str) -> None:
    """Apply the manifest of that name; when its first Job is due does not matter."""
    experiment.apply(manifests.named("CronJob", name))


@given(words('the last {runs:Number} runs of "{name:Name}" have been missed'))
@when(words('the last {runs:Number} runs of "{name:Name}" are missed'), target_fixture="injection")
def missed(experiment: Experiment, name: str, runs: int) -> Injection:
    """Its status says that it ran last before them: its controller owes it the newest."""
    cron = experiment.workload(name)
    return experiment.inject(miss_runs(cron, experiment.timeline, runs=runs))


@given(words('a run of "{name:Name}" that it had missed goes on'))
def run_goes_on(experiment: Experiment, name: str) -> None:
    """It is made up for, and its pod works."""
    cron = experiment.workload(name)
    experiment.inject(miss_runs(cron, experiment.timeline, runs=1))
    experiment.expect(Eventually(of=HasPods(workload=cron, state="ready", least=1)))


@given(words('a run of "{name:Name}" has come due, and {late_s:Duration} have passed'))
def overdue(experiment: Experiment, name: str, late_s: float) -> None:
    """Nothing is started for it in all that time."""
    cron, now = experiment.workload(name), scene_of(experiment.timeline).wall
    due = coming(cron, experiment.timeline)
    within_s = (due - now).total_seconds() + late_s
    experiment.expect(StartsNoJob(cron=cron, due=due), within_s=within_s)


@when(words('"{name:Name}" is run {times:Number} times by hand'), target_fixture="runs")
def by_hand(experiment: Experiment, name: str, times: int) -> list[tuple[Ref, ...]]:
    """Jobs are made of its template although it is not due; the first is called by-hand."""
    cron, timeline = experiment.workload(name), experiment.timeline
    jobs = jobs_by_hand(cron, timeline, name=BY_HAND, times=times)
    return [*map(experiment.apply, jobs)]


@when(words('the Job that "{name:Name}" has at work is deleted'), target_fixture="injection")
def delete_run(experiment: Experiment, name: str) -> Injection:
    """With its pods; its CronJob stays."""
    job = baselines.jobs_of(experiment.timeline.latest(), experiment.workload(name))[0]
    return experiment.inject(DeleteOwner(of=job, propagation="Background"))


@then("its Jobs are gone as well")
def jobs_gone(experiment: Experiment, injection: Injection) -> None:
    """Each that it had when it was deleted."""
    jobs = baselines.jobs_of(experiment.before(), injection.targets[0])
    experiment.expect(AllGone(objects=jobs))


@then(words('"{name:Name}" starts the Job that was due last'))
def starts_last(experiment: Experiment, name: str) -> None:
    """By the name of that minute."""
    cron = experiment.workload(name)
    experiment.expect(StartsJob(cron=cron, due=last(cron, experiment.timeline)))


@then(words('"{name:Name}" starts the Job of the last {moment:Moment}'))
def starts_of(experiment: Experiment, name: str, moment: Callable[[datetime], datetime]) -> None:
    """The moment is reckoned from the words, and not from the schedule."""
    due = moment(scene_of(experiment.timeline).wall)
    experiment.expect(StartsJob(cron=experiment.workload(name), due=due))


@then(words('"{name:Name}" starts the Job that is due next'))
def starts_next(experiment: Experiment, name: str) -> None:
    """When its time has come."""
    cron = experiment.workload(name)
    experiment.expect(StartsJob(cron=cron, due=coming(cron, experiment.timeline)))


@then(words('"{name:Name}" starts no Job for the run that was due last'))
def starts_none(experiment: Experiment, name: str) -> None:
    """Although its controller is alive."""
    cron = experiment.workload(name)
    experiment.expect(StartsNoJob(cron=cron, due=last(cron, experiment.timeline)))


@then(words('"{name:Name}" starts no Job for the run before that'))
def starts_none_before(experiment: Experiment, name: str) -> None:
    """Of all runs that were missed only the newest is made up for."""
    cron = experiment.workload(name)
    experiment.expect(StartsNoJob(cron=cron, due=last(cron, experiment.timeline, before=1)))


@then(words('for "{name:Name}" the missed runs are still missed'))
def still_missed(experiment: Experiment, injection: Injection, name: str) -> None:
    """Its status says what it was made to say: nobody has run since."""
    fault = injection.fault
    assert isinstance(fault, MissRuns)
    written = stamp(fault.written)
    experiment.expect(Shows(of=experiment.workload(name), field=LAST_SCHEDULE, value=written))


@then(words('the last run of "{name:Name}" is the one that was due last'))
def ran_last(experiment: Experiment, name: str) -> None:
    """Its status says so: what was missed before is made up for, or left out, for good."""
    cron = experiment.workload(name)
    due = stamp(last(cron, experiment.timeline))
    experiment.expect(Shows(of=cron, field=LAST_SCHEDULE, value=due))


@then(words('"{name:Name}" makes up for what it missed, and keeps its schedule for its next run'))
def makes_up(experiment: Experiment, injection: Injection, name: str) -> None:
    """Each due time has exactly one Job, by its name, unless it is excused."""
    cron, since = experiment.workload(name), (injection.id,)
    promise = keeps_schedule(cron, experiment.timeline, runs=1, injections=since)
    experiment.expect(promise)


@then(words('"{name:Name}" never has two Jobs at a time'))
def one_at_a_time(experiment: Experiment, name: str) -> None:
    """Its policy does not allow it."""
    cron = experiment.workload(name)
    experiment.hold(baselines.one_at_a_time(experiment.timeline.latest(), cron))


@then(words('"{name:Name}" never runs twice for one minute'))
def once_a_minute(experiment: Experiment, name: str) -> None:
    """Whatever happens to its Jobs."""
    experiment.hold(OnceAMinute(cron_job=experiment.workload(name)))


@then(words('"{name:Name}" has {count:Number} pods at work together'))
def at_work_together(experiment: Experiment, name: str, count: int) -> None:
    """Each of another Job."""
    together = HasPods(workload=experiment.workload(name), state="active", least=count, most=count)
    experiment.expect(Eventually(of=together))


@then(words('"{name:Name}" keeps {count:Number} Jobs that are "{end:Name}", and none goes on'))
def keeps_ended(experiment: Experiment, name: str, count: int, end: str) -> None:
    """Older ones are deleted."""
    experiment.expect(EndedJobs(workload=experiment.workload(name), end=end, count=count))


@then(words('the Jobs of "{name:Name}" and their pods are as its template says'))
def from_template(experiment: Experiment, name: str) -> None:
    """CronJob, Job and pod: each is owned by the one before."""
    experiment.expect(FromTemplate(workload=experiment.workload(name)))
