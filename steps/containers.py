"""Containers: restarted or not, by whom they are followed, how they ended, what they said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, then, when

from reconverge.faults import (
    BurnProcessor,
    ExhaustMemory,
    FreezeContainers,
    KillContainers,
)
from reconverge.judges.containers import (
    EachRestarted,
    EndedAfterGrace,
    NeverRestarted,
    NoneRestarted,
    OneRestarted,
    PutOff,
    Replaced,
    Restarted,
    RestartedAfter,
    restarts_on,
)
from reconverge.judges.events import Remarked
from reconverge.judges.logs import LogBegins, LogSays, NoPreviousLog
from reconverge.judges.requests import Tires
from reconverge.judges.throttling import Throttled

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.blast import BlastRadius
    from reconverge.experiment import Experiment, Injection
    from reconverge.faults.containers import Ending
    from reconverge.model import Ref


@when("its process is asked to end", target_fixture="injection")
def end_process(experiment: Experiment, pod: Ref) -> Injection:
    """Send SIGTERM to its first process, which must be one that minds it."""
    return experiment.inject(KillContainers(of=pod, signal="TERM"))


@when(words("its container is sent {signal:Signal} from outside"), target_fixture="injection")
def signal_container(experiment: Experiment, pod: Ref, signal: Ending) -> Injection:
    """Signal its first process from the node, past everything that a container could object."""
    return experiment.inject(KillContainers(of=pod, signal=signal))


@when("its container is frozen", target_fixture="injection")
def freeze_container(experiment: Experiment, pod: Ref) -> Injection:
    """Suspend its first process: it is there, and does nothing."""
    return experiment.inject(FreezeContainers(of=pod))


@when("its memory is exhausted", target_fixture="injection")
def exhaust_memory(experiment: Experiment, pod: Ref) -> Injection:
    """Eat all that its limit allows, so that the kernel ends its first process."""
    return experiment.inject(ExhaustMemory(of=pod))


@when(words("its processor is kept busy for {for_s:Number} seconds"), target_fixture="injection")
def burn_processor(experiment: Experiment, pod: Ref, for_s: int) -> Injection:
    """Use up what its limit allows."""
    return experiment.inject(BurnProcessor(of=pod, for_s=for_s))


@when(
    words('the containers of {radius:BlastRadius} of the pods of "{name:Name}" are killed'),
    target_fixture="injection",
)
def kill_containers(experiment: Experiment, radius: BlastRadius, name: str) -> Injection:
    """Crash the first process of each."""
    return experiment.inject(KillContainers(of=experiment.workload(name), blast_radius=radius))


@then("its container is restarted")
def restarted(experiment: Experiment, pod: Ref) -> None:
    """It runs again, in the same pod."""
    experiment.expect(Restarted(pod=pod))


@then(words("its container is restarted {times:Number} times"))
def restarted_often(experiment: Experiment, pod: Ref, times: int) -> None:
    """It has been restarted so often, and runs."""
    experiment.expect(Restarted(pod=pod, times=times))


@then(words('its container "{container:Name}" is restarted'))
def one_restarted(experiment: Experiment, pod: Ref, container: str) -> None:
    """One of several."""
    experiment.expect(Restarted(pod=pod, container=container))


@then(words('each pod of "{name:Name}" is restarted {times:Number} times'))
def each_restarted(experiment: Experiment, name: str, times: int) -> None:
    """At least so often, and none is left out."""
    experiment.expect(EachRestarted(workload=experiment.workload(name), times=times))


@then(words('a pod of "{name:Name}" on another node is restarted'))
def restarted_elsewhere(experiment: Experiment, injection: Injection, name: str) -> None:
    """Where there is a kubelet, it goes on with its work."""
    workload, node = experiment.workload(name), injection.targets[0].name
    known = restarts_on(experiment.before(), workload, node, is_there=False)
    experiment.expect(OneRestarted(restarts=known))


@then(words('the pods of "{name:Name}" on that node are not restarted any more'))
def not_restarted_there(experiment: Experiment, injection: Injection, name: str) -> None:
    """Not since the fault, up to now."""
    workload, node = experiment.workload(name), injection.targets[0].name
    known = restarts_on(experiment.before(), workload, node, is_there=True)
    experiment.hold(NoneRestarted(restarts=known, namespace=experiment.namespace))


@then("its container is never restarted")
def never_restarted(experiment: Experiment, pod: Ref) -> None:
    """No container of it has ended, up to now."""
    experiment.hold(NeverRestarted(pod=pod))


@then(words('its container "{container:Name}" is never restarted'))
def one_never_restarted(experiment: Experiment, pod: Ref, container: str) -> None:
    """One of several has not ended, up to now."""
    experiment.hold(NeverRestarted(pod=pod, container=container))


@then("another container has taken its place, in the same pod on the same node")
def replaced(experiment: Experiment, pod: Ref) -> None:
    """Of another ID; how the one before ended is told in full."""
    experiment.expect(Replaced.of(experiment.before(), pod))


@then(words("its previous container was killed {grace_s:Duration} after it was asked to end"))
def killed_after_grace(experiment: Experiment, pod: Ref, grace_s: float) -> None:
    """It had not cared for the request."""
    experiment.expect(EndedAfterGrace(pod=pod, grace_s=grace_s))


@then(words("its container is put off for {backoff_s:Duration}"))
def put_off(experiment: Experiment, pod: Ref, backoff_s: float) -> None:
    """It is not started again at once, because it has failed so often."""
    experiment.expect(PutOff(pod=pod, backoff_s=int(backoff_s)))


@then(words('its kubelet says "{reason:Name}"'))
def kubelet_says(experiment: Experiment, pod: Ref, reason: str) -> None:
    """In an Event about the pod."""
    experiment.expect(Remarked(about=pod, reason=reason))


@then(
    words(
        "its restart number {restart:Number} comes {least_s:Duration} to {most_s:Duration} "
        "after its end"
    )
)
def restarted_after(
    experiment: Experiment, pod: Ref, restart: int, least_s: float, most_s: float
) -> None:
    """By the kubelet's own stamps."""
    promise = RestartedAfter(pod=pod, restart=restart, least_s=least_s, most_s=most_s)
    experiment.expect(promise)


@then(words('the log of its previous container says "{text:Name}"'))
def previous_log_says(experiment: Experiment, pod: Ref, text: str) -> None:
    """What the container that ended had to say, as `kubectl logs --previous` shows it."""
    experiment.expect(LogSays(pod=pod, previous=True, text=text))


@then(words('the log of its previous container says "{text:Name}" exactly {times:Number} times'))
def previous_log_says_times(experiment: Experiment, pod: Ref, text: str, times: int) -> None:
    """So often, and not once more: that log has come to its end."""
    experiment.expect(LogSays(pod=pod, previous=True, text=text, least=times, most=times))


@then(words('the log of its previous container does not say "{text:Name}"'))
def previous_log_lacks(experiment: Experiment, pod: Ref, text: str) -> None:
    """The container never came to say it."""
    experiment.expect(LogSays(pod=pod, previous=True, text=text, least=0, most=0))


@then(words('the log of its previous container begins with "{text:Name}"'))
def previous_log_begins(experiment: Experiment, pod: Ref, text: str) -> None:
    """It is all there, from its first line on."""
    experiment.expect(LogBegins(pod=pod, previous=True, text=text))


@then(words('the log of its container says "{text:Name}"'))
def log_says(experiment: Experiment, pod: Ref, text: str) -> None:
    """What the container has to say, as `kubectl logs` shows it."""
    experiment.expect(LogSays(pod=pod, text=text))


@then(words('the log of its container says "{text:Name}" {times:Number} times'))
def log_says_times(experiment: Experiment, pod: Ref, text: str, times: int) -> None:
    """At least so often: it goes on."""
    experiment.expect(LogSays(pod=pod, text=text, least=times))


@then(words('the log of its container does not say "{text:Name}"'))
def log_lacks(experiment: Experiment, pod: Ref, text: str) -> None:
    """Up to now."""
    experiment.expect(LogSays(pod=pod, text=text, least=0, most=0))


@then(words('the log of its container begins anew with "{text:Name}"'))
def log_begins(experiment: Experiment, pod: Ref, text: str) -> None:
    """Nothing of what the container before it had to say is in it."""
    experiment.expect(LogBegins(pod=pod, text=text))


@then("it has no previous container, and no log of one")
def no_previous_log(experiment: Experiment, pod: Ref) -> None:
    """The API server says so where somebody asks for it."""
    experiment.expect(NoPreviousLog(pod=pod))


@given(words("it answers {well:Number} requests well, and no further one"))
@then(words("it answers {well:Number} requests well, and no further one"))
def tires(experiment: Experiment, pod: Ref, well: int) -> None:
    """As somebody finds who asks until the answer is bad, and once more."""
    experiment.expect(Tires(pod=pod, well=well))


@then(words('its container "{container:Name}" is held up for more than {share:Number} percent'))
def held_up(experiment: Experiment, pod: Ref, container: str, share: int) -> None:
    """Of the periods in which it would run: its processor time is used up."""
    experiment.expect(Throttled(pod=pod, container=container, least=share))


@then(
    words(
        'container "{container:Name}" of "{name:Name}" is held up for less than '
        "{share:Number} percent"
    )
)
def hardly_held_up(experiment: Experiment, container: str, name: str, share: int) -> None:
    """The same application, under the same limit."""
    promise = Throttled(pod=experiment.pod(name), container=container, most=share)
    experiment.expect(promise)
