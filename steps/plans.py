"""Several faults in one: at a rate, at once, for a while, or as soon as something is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import when

from reconverge.faults import DeletePods, FreezeController, KillController
from reconverge.faults.plans import AtOnce, Held, InSequence, Repeated, When
from reconverge.faults.specs import change_image
from reconverge.judges.occurrences import PodMade, PodTurnsReady

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.blast import BlastRadius
    from reconverge.experiment import Experiment, Performance


@when(
    words(
        '{radius:BlastRadius} of the pods of "{name:Name}" is deleted every {every_s:Duration} '
        "for {for_s:Duration}"
    ),
    target_fixture="injection",
)
def delete_at_a_rate(
    experiment: Experiment, radius: BlastRadius, name: str, every_s: float, for_s: float
) -> Performance:
    """Delete again and again, each time chosen anew."""
    lost = DeletePods(of=experiment.workload(name), blast_radius=radius)
    return experiment.perform(Repeated(fault=lost, every_s=every_s, for_s=for_s))


@when(
    words(
        '"{name:Name}" rolls out the image "{image:Name}", and one of its pods is deleted every '
        "{every_s:Duration} for {for_s:Duration}"
    ),
    target_fixture="injection",
)
def delete_in_rollout(
    experiment: Experiment, name: str, image: str, every_s: float, for_s: float
) -> Performance:
    """Hit old and new pods alike while they take turns."""
    workload, world = experiment.workload(name), experiment.timeline.latest()
    rollout = change_image(workload, world, image=image)
    losses = Repeated(fault=DeletePods(of=workload), every_s=every_s, for_s=for_s)
    return experiment.perform(InSequence(parts=(rollout, losses)))


@when(
    words(
        '{radius:BlastRadius} of the pods of "{name:Name}" are deleted, and the controller-manager '
        "is killed as soon as the {nth:Ordinal} replacement is made"
    ),
    target_fixture="injection",
)
def kill_at_replacement(
    experiment: Experiment, radius: BlastRadius, name: str, nth: int
) -> Performance:
    """Crash it in the middle of its work: the next one must not do that again."""
    workload = experiment.workload(name)
    lost = DeletePods(of=workload, blast_radius=radius)
    crash = When(sees=PodMade(of=workload), nth=nth, then=KillController())
    return experiment.perform(InSequence(parts=(lost, crash)))


@when(
    words(
        'one of the pods of "{name:Name}" is deleted, and another as soon as the replacement '
        "is ready"
    ),
    target_fixture="injection",
)
def delete_at_recovery(experiment: Experiment, name: str) -> Performance:
    """Hit it in the moment in which it has recovered."""
    workload = experiment.workload(name)
    lost = DeletePods(of=workload)
    again = When(sees=PodTurnsReady(of=workload), then=lost)
    return experiment.perform(InSequence(parts=(lost, again)))


@when(words("{process:Process} stands still for {for_s:Duration}"), target_fixture="injection")
def freeze_for(experiment: Experiment, process: str, for_s: float) -> Performance:
    """Suspend it, and let it run on after that time."""
    return experiment.perform(Held(fault=FreezeController(process=process), for_s=for_s))


@when("the controller-manager and the scheduler are killed at once", target_fixture="injection")
def kill_both(experiment: Experiment) -> Performance:
    """Crash both; the kubelet starts others."""
    faults = (KillController(), KillController(process="kube-scheduler"))
    return experiment.perform(AtOnce(faults=faults))
