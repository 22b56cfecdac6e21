"""Jobs: work that ends, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import then, when

from reconverge.judges.events import Remarked
from reconverge.judges.steady import JobComplete, JobRunning

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.experiment import Experiment
    from reconverge.pytest_plugin.manifests import Manifests


@when(words('the Job "{name:Name}" is created'))
def create_job(experiment: Experiment, manifests: Manifests, name: str) -> None:
    """Apply the manifest of that name, and wait for nothing."""
    experiment.apply(manifests.named("Job", name))


@then(words('"{name:Name}" goes on with {count:Number} pods'))
def goes_on(experiment: Experiment, name: str, count: int) -> None:
    """Exactly so many pods run, and the Job has not ended."""
    experiment.converge_to(experiment.workload(name), JobRunning(active=count))


@then(words('"{name:Name}" completes with {count:Number} successful pods'))
def completes(experiment: Experiment, name: str, count: int) -> None:
    """The Job has ended well, and nothing of it still runs."""
    experiment.converge_to(experiment.workload(name), JobComplete(completions=count))


@then(words('an event "{reason:Name}" tells of "{name:Name}"'))
def remarked(experiment: Experiment, name: str, reason: str) -> None:
    """What `kubectl describe` shows of it."""
    experiment.expect(Remarked(about=experiment.workload(name), reason=reason))


@then(words('it is refused for its field "{field:Name}"'))
def field_refused(refusal: str, field: str) -> None:
    """Nothing was created, and the reason names the field."""
    assert field in refusal, f"it was refused with {refusal!r}" if refusal else "nothing refused it"
