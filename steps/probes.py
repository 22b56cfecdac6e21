"""Probes: pods made for the sake of their probe, what the kubelet says of it, and who is asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_bdd import given, then, when

from reconverge.faults import RunInside
from reconverge.judges.containers import Restarted
from reconverge.judges.events import Remarked
from reconverge.judges.pods import PodReady
from reconverge.judges.predicates import AllOf, InCondition, InPhase, Not, PodDeleted, PodExists
from reconverge.judges.probing import NeverFails, NeverReady, ProbeFails, ProbeStored, ReadyAfter
from reconverge.judges.requests import Asked, FirstAsked
from reconverge.judges.temporal import Eventually

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.experiment import Experiment, Injection
    from reconverge.judges.probing import ProbeKind
    from reconverge.model import Ref
    from reconverge.pytest_plugin.manifests import Manifests


@when(words('the Pod "{name:Name}" is created'), target_fixture="pod")
def create_pod(experiment: Experiment, manifests: Manifests, name: str) -> Ref:
    """Apply the manifest of that pod, and wait for nothing."""
    [pod] = experiment.apply(manifests.named("Pod", name))
    return pod


@when(
    words('the Pod "{name:Name}" is created with its part "{fragment:Name}"'),
    target_fixture="pod",
)
def create_completed_pod(
    experiment: Experiment, manifests: Manifests, name: str, fragment: str
) -> Ref:
    """Apply the manifest of that pod with what is printed as a fragment of it."""
    [pod] = experiment.apply(manifests.completed("Pod", name, fragment=fragment))
    return pod


@when(words('the file "{path:Name}" is removed in its container'), target_fixture="injection")
def remove_file(experiment: Experiment, pod: Ref, path: str) -> Injection:
    """Take away what the probe looks for."""
    fault = RunInside(pod=pod, command=("rm", path), harm=f"{path} removed")
    return experiment.inject(fault)


@when("its application closes its port and lives on", target_fixture="injection")
def close_port(experiment: Experiment, pod: Ref) -> Injection:
    """Nobody listens any more, and no process has ended."""
    fault = RunInside(pod=pod, command=("kill", "-USR1", "1"), harm="the port closed")
    return experiment.inject(fault)


@then(words('its {probe:Probe} probe fails {times:Number} times, saying "{text:Name}"'))
def probe_fails_often(
    experiment: Experiment, pod: Ref, probe: ProbeKind, times: int, text: str
) -> None:
    """The kubelet remarks on it at least so often, in the words of the probe."""
    experiment.expect(ProbeFails(pod=pod, probe=probe, saying=text, times=times))


@then(words('the {probe:Probe} probe of its container "{container:Name}" fails'))
def probe_of_container_fails(
    experiment: Experiment, pod: Ref, probe: ProbeKind, container: str
) -> None:
    """The kubelet's remark names the container."""
    experiment.expect(ProbeFails(pod=pod, probe=probe, saying="", container=container))


@given(words('the database "{name:Name}" serves'))
def database(experiment: Experiment, manifests: Manifests, name: str) -> None:
    """One pod of a ReplicationController, and a Service of the same name in front of it."""
    [workload] = experiment.apply(manifests.named("ReplicationController", name))
    experiment.apply(manifests.named("Service", name))
    experiment.converge(workload, replicas=1)


@given(words('the Pod "{name:Name}" runs'), target_fixture="pod")
def running_pod(experiment: Experiment, manifests: Manifests, name: str) -> Ref:
    """Apply the manifest of that pod and wait until its container runs, ready or not."""
    [pod] = experiment.apply(manifests.named("Pod", name))
    experiment.expect(Restarted(pod=pod, times=0))
    return pod


@when(words('the file "{path:Name}" is made in its container'), target_fixture="injection")
def make_file(experiment: Experiment, pod: Ref, path: str) -> Injection:
    """Put there what the probe looks for."""
    return experiment.inject(RunInside(pod=pod, command=("touch", path), harm=f"{path} made"))


@then(words("it becomes ready {after_s:Duration} to {by_s:Duration} after its start"))
def ready_after(experiment: Experiment, pod: Ref, after_s: float, by_s: float) -> None:
    """By the kubelet's own stamps."""
    experiment.expect(ReadyAfter(pod=pod, after_s=after_s, by_s=by_s))


@then(words("it is ready within {within_s:Duration}"))
def ready_within(experiment: Experiment, pod: Ref, within_s: float) -> None:
    """That very pod."""
    experiment.expect(PodReady(pod=pod), within_s=within_s)


@then("it is never ready")
def never_ready(experiment: Experiment, pod: Ref) -> None:
    """Not at any time up to now."""
    experiment.hold(NeverReady(pod=pod))


@then("it is not ready while it ends")
def not_ready_at_its_end(experiment: Experiment, pod: Ref) -> None:
    """Deleted, and still running: that it is not ready once it has stopped would say nothing."""
    ready = InCondition(of=pod, condition="Ready")
    parts = (PodDeleted(pod=pod), InPhase(pod=pod, phase="Running"), Not(of=ready))
    experiment.expect(Eventually(of=AllOf(parts=parts)))


@then(words("its {probe:Probe} probe does not fail until it is gone"))
def never_fails_to_its_end(experiment: Experiment, pod: Ref, probe: ProbeKind) -> None:
    """The kubelet has not said so in all its life."""
    experiment.expect(Eventually(of=Not(of=PodExists(pod=pod))))
    one_never_fails(experiment, pod, probe)


@then(words("its {probe:Probe} probe never fails"))
def one_never_fails(experiment: Experiment, pod: Ref, probe: ProbeKind) -> None:
    """The kubelet has not said so up to now."""
    experiment.hold(NeverFails(pod=pod, probe=probe))


@then("no probe of it ever fails")
def never_fails(experiment: Experiment, pod: Ref) -> None:
    """The kubelet has not said so up to now."""
    experiment.hold(NeverFails(pod=pod))


@then(words('no probe of its container "{container:Name}" ever fails'))
def never_fails_in(experiment: Experiment, pod: Ref, container: str) -> None:
    """The kubelet has not said so of that container up to now."""
    experiment.hold(NeverFails(pod=pod, container=container))


@then(words("its container is killed for its {probe:Probe} probe"))
def killed_for(experiment: Experiment, pod: Ref, probe: str) -> None:
    """The kubelet says why the container had to end."""
    message = f"failed {probe} probe, will be restarted"
    experiment.expect(Remarked(about=pod, reason="Killing", message=message))


@then(
    words(
        "its application is asked {times:Number} times in a row by its node, "
        "{period_s:Duration} apart"
    )
)
def asked(experiment: Experiment, pod: Ref, times: int, period_s: float) -> None:
    """As the application itself has noticed."""
    experiment.expect(Asked(pod=pod, times=times, period_s=period_s))


@then(words("its application is asked for the first time within {by_s:Duration} of its start"))
def first_asked(experiment: Experiment, pod: Ref, by_s: float) -> None:
    """As the application itself has noticed."""
    experiment.expect(FirstAsked(pod=pod, after_s=0, by_s=by_s))


@then(
    words(
        "its application is asked for the first time {after_s:Duration} "
        "to {by_s:Duration} after its start"
    )
)
def first_asked_between(experiment: Experiment, pod: Ref, after_s: float, by_s: float) -> None:
    """The same, and no earlier than it may be."""
    experiment.expect(FirstAsked(pod=pod, after_s=after_s, by_s=by_s))


@then(words('its {probe:Probe} probe is kept with "{numbers:Name}"'))
def probe_kept(experiment: Experiment, pod: Ref, probe: ProbeKind, numbers: str) -> None:
    """As the API server has stored it, its defaults included."""
    experiment.expect(ProbeStored(pod=pod, probe=probe, numbers=numbers))


@then(words('the record says that its part is that of "{fragment:Name}"'))
def part_noted(experiment: Experiment, fragment: str) -> None:
    """Whoever reads the run finds of what its pod was put together."""
    said = "\n".join(experiment.timeline.notes())
    assert re.search(rf"is taken from .*/{fragment}\.", said), (
        f"the record says: {said or 'nothing'}"
    )
