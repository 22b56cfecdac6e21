"""Specifications: what a workload is asked for is edited, read, and followed to the letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, then, when

from reconverge.faults import CheapenPod, LabelByHand, RelabelPod, specs
from reconverge.judges import baselines
from reconverge.judges.descriptions import DescribedAs
from reconverge.judges.numbers import Reports
from reconverge.judges.predicates import AllOf, HasPods
from reconverge.judges.templates import MadeFromTemplate
from reconverge.judges.temporal import Always, Eventually, ThenStays

from .vocabulary import lines, words

if TYPE_CHECKING:
    from reconverge.experiment import Experiment, Injection


@given(words('"{name:Name}" has {count:Number} ready pods again'))
def is_ready_again(experiment: Experiment, name: str, count: int) -> None:
    """Wait until it has converged after what was done so far."""
    experiment.converge(experiment.workload(name), replicas=count)


@given(
    words('one of the {count:Number} ready pods of "{name:Name}" costs least to delete'),
    target_fixture="cheapened",
)
def cheapen(experiment: Experiment, count: int, name: str) -> Injection:
    """Say so of one pod, and wait until its controller cannot but know."""
    workload = experiment.workload(name)
    injection = experiment.inject(CheapenPod(of=workload))
    experiment.converge(workload, replicas=count)
    return injection


@when(words('"{name:Name}" is edited to ask for {count:Number} pods'), target_fixture="injection")
def ask_for(experiment: Experiment, name: str, count: int) -> Injection:
    """Write another number into its specification."""
    world, workload = experiment.timeline.latest(), experiment.workload(name)
    return experiment.inject(specs.ask_for(workload, world, replicas=count))


@when(words('"{name:Name}" is given the image "{image:Name}"'), target_fixture="injection")
@given(words('"{name:Name}" has been given the image "{image:Name}"'))
def give_image(experiment: Experiment, name: str, image: str) -> Injection:
    """Write another image into its template."""
    world, workload = experiment.timeline.latest(), experiment.workload(name)
    return experiment.inject(specs.change_image(workload, world, image=image))


@when(
    words('"{name:Name}" is given a container that {illness:Illness}'), target_fixture="injection"
)
def sicken(experiment: Experiment, name: str, illness: specs.Illness) -> Injection:
    """Write into its template what no pod can be well with."""
    world, workload = experiment.timeline.latest(), experiment.workload(name)
    return experiment.inject(specs.sicken(workload, world, illness=illness))


@when(
    words('"{name:Name}" is given a liveness probe every {period_s:Number} seconds'),
    target_fixture="injection",
)
def retime_probe(experiment: Experiment, name: str, period_s: int) -> Injection:
    """Write another period into the probe of its template."""
    world, workload = experiment.timeline.latest(), experiment.workload(name)
    fault = specs.retime_probe(workload, world, probe="liveness", period_s=period_s)
    return experiment.inject(fault)


@then(
    words(
        '"{name:Name}" stays at {count:Number} pods, {ready:Number} of them ready, '
        "for {stay_s:Duration}"
    )
)
def stays_stuck(
    experiment: Experiment, injection: Injection, name: str, count: int, ready: int, stay_s: float
) -> None:
    """Those that are new do not get well, and those that are well are kept."""
    workload = experiment.workload(name)
    active = HasPods(workload=workload, state="active", least=count, most=count)
    parts = (active, HasPods(workload=workload, least=ready, most=ready))
    experiment.expect(ThenStays(of=AllOf(parts=parts), for_s=stay_s, injections=(injection.id,)))


@when(
    words('the template of "{name:Name}" is labelled "{labels:Labels}"'),
    target_fixture="injection",
)
def label_template(experiment: Experiment, name: str, labels: dict[str, str]) -> Injection:
    """Write more labels into its template."""
    world, workload = experiment.timeline.latest(), experiment.workload(name)
    return experiment.inject(specs.label_template(workload, world, labels=labels))


@when(words('"{name:Name}" is given the selector "{labels:Labels}"'), target_fixture="injection")
def give_selector(experiment: Experiment, name: str, labels: dict[str, str]) -> Injection:
    """Write another selector into it, and the labels that match it into its template."""
    world, workload = experiment.timeline.latest(), experiment.workload(name)
    return experiment.inject(specs.select(workload, world, labels=labels))


@when(
    words(
        '"{name:Name}" is redefined as {count:Number} pods of "{image:Name}" '
        'labelled "{labels:Labels}"'
    ),
    target_fixture="injection",
)
def redefine(
    experiment: Experiment, name: str, count: int, image: str, labels: dict[str, str]
) -> Injection:
    """Write another number, selector and template into it, all at once."""
    world, workload = experiment.timeline.latest(), experiment.workload(name)
    change = specs.redefine(workload, world, replicas=count, labels=labels, image=image)
    return experiment.inject(change)


@when(words('the selector "{labels:Labels}" is asked of "{name:Name}"'), target_fixture="refusal")
def ask_for_selector(experiment: Experiment, labels: dict[str, str], name: str) -> str:
    """Try to write another selector into it, with a template that matches."""
    world, workload = experiment.timeline.latest(), experiment.workload(name)
    return experiment.objection(specs.select(workload, world, labels=labels))


@when(
    words('the selector "{labels:Labels}" alone is asked of "{name:Name}"'),
    target_fixture="refusal",
)
def ask_for_selector_alone(experiment: Experiment, labels: dict[str, str], name: str) -> str:
    """Try to write another selector into it, and leave the template as it is."""
    world, workload = experiment.timeline.latest(), experiment.workload(name)
    change = specs.select(workload, world, labels=labels, is_template_too=False)
    return experiment.objection(change)


@when(
    words('one of the pods of "{name:Name}" is relabelled "{change:LabelChange}" out of it'),
    target_fixture="injection",
)
def relabel_out_by(experiment: Experiment, name: str, change: dict[str, str | None]) -> Injection:
    """Change a label of one pod in a way that its selector does not allow."""
    workload = experiment.workload(name)
    return experiment.inject(RelabelPod(of=workload, labels=change, leaves_selector=True))


@when(
    words('one of the pods of "{name:Name}" is labelled "{labels:Labels}" by hand'),
    target_fixture="refusal",
)
def label_by_hand(experiment: Experiment, name: str, labels: dict[str, str]) -> str:
    """Type the command, and see whether it is refused."""
    return experiment.objection(LabelByHand(of=experiment.workload(name), labels=labels))


@when(
    words('one of the pods of "{name:Name}" is labelled "{labels:Labels}" by hand, overwriting'),
    target_fixture="injection",
)
def label_over_by_hand(experiment: Experiment, name: str, labels: dict[str, str]) -> Injection:
    """Type the command with the option that it takes to change a label."""
    fault = LabelByHand(of=experiment.workload(name), labels=labels, is_overwriting=True)
    return experiment.inject(fault)


@then(words('it is refused, saying "{text:Name}"'))
def refused_saying(refusal: str, text: str) -> None:
    """The reason is the cluster's own."""
    assert text in refusal, f"it was refused with {refusal!r}" if refusal else "nothing refused it"


@then(words('"{name:Name}" makes {made:Number} pods and removes {removed:Number}'))
def turns_over(
    experiment: Experiment, injection: Injection, name: str, made: int, removed: int
) -> None:
    """No pod is made in vain, and none removed that could stay; what was hit is not its doing."""
    workload, hit = experiment.workload(name), injection.targets
    experiment.hold(baselines.turnover(workload, made=made, removed=removed, hit=hit))


@then(words('"{name:Name}" has made {made:Number} pods in all and removed {removed:Number}'))
def turned_over(experiment: Experiment, name: str, made: int, removed: int) -> None:
    """The same, from the last fault on or, without one, from the beginning."""
    workload = experiment.workload(name)
    experiment.hold(baselines.turnover(workload, made=made, removed=removed))


@then(words('what is new of "{name:Name}" is made from its template'))
def made_from_template(experiment: Experiment, name: str) -> None:
    """Name, labels, containers and images; what was there before the fault is not looked at."""
    workload = experiment.workload(name)
    old = baselines.pods_of(experiment.before(), workload)
    experiment.expect(MadeFromTemplate(workload=workload, old=old))


@then(words('all pods of "{name:Name}" are made from its template'))
def all_from_template(experiment: Experiment, name: str) -> None:
    """The same, of each pod that it has."""
    experiment.expect(MadeFromTemplate(workload=experiment.workload(name)))


@then(words('the surviving pods of "{name:Name}" run "{image:Name}" all the while'))
def images_kept(experiment: Experiment, injection: Injection, name: str, image: str) -> None:
    """What was there before keeps the image that it was made with."""
    workload, hit = experiment.workload(name), injection.targets
    before = experiment.before()
    experiment.hold(baselines.images_kept(before, workload, image=image, hit=hit))


@then(words('the former pods of "{name:Name}" are let go'))
def let_go(experiment: Experiment, injection: Injection, name: str) -> None:
    """It owns none of the pods that it had."""
    workload = experiment.workload(name)
    experiment.expect(baselines.let_go(experiment.before(), workload, after=injection.id))


@then(words('the pods of "{name:Name}" that cost more are never touched'))
def dearer_untouched(experiment: Experiment, cheapened: Injection, name: str) -> None:
    """Where one has to go, it is the cheap one."""
    workload, before = experiment.workload(name), experiment.before()
    experiment.hold(baselines.survivors(before, workload, hit=cheapened.targets))


@then(words('"{name:Name}" has been changed exactly once'))
def changed_once(experiment: Experiment, injection: Injection, name: str) -> None:
    """Its generation has grown by one."""
    workload = experiment.workload(name)
    experiment.expect(baselines.changed_once(experiment.before(), workload, after=injection.id))


@then(words('"{name:Name}" reports {count:Number} ready pods in between'))
def reports_ready(experiment: Experiment, injection: Injection, name: str, count: int) -> None:
    """Its own number of ready pods follows the loss."""
    reported = Reports(workload=experiment.workload(name), what="ready", number=count)
    experiment.expect(Eventually(of=reported, injections=(injection.id,)))


@then(words('"{name:Name}" asks for {count:Number} pods all the while'))
def asks_for(experiment: Experiment, name: str, count: int) -> None:
    """A loss does not change what is wanted."""
    workload = experiment.workload(name)
    experiment.hold(Always(of=Reports(workload=workload, what="desired", number=count)))


@then(
    words(
        '"{name:Name}" has {count:Number} pods, terminating ones included, '
        "within {deadline_s:Duration}"
    )
)
def stands_within(
    experiment: Experiment, injection: Injection, name: str, count: int, deadline_s: float
) -> None:
    """The replacement is there while the pod that it replaces still is."""
    workload = experiment.workload(name)
    standing = HasPods(workload=workload, state="standing", least=count, most=count)
    experiment.expect(Eventually(of=standing, injections=(injection.id,)), within_s=deadline_s)


@then(words('"{name:Name}" is described by'))
def described(experiment: Experiment, datatable: list[list[str]], name: str) -> None:
    """The lines under these names, as they are printed of the object."""
    promise = DescribedAs(workload=experiment.workload(name), lines=lines(datatable))
    experiment.expect(promise)
