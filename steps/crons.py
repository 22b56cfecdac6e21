"""CronJobs: work that begins by the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.experiment import Experiment
    from reconverge.pytest_plugin.manifests import Manifests


@given(words('the CronJob "{name:Name}" has been accepted'))
def accepted_cron(experiment: Experiment, manifests: Manifests, name: str) -> None:
    """Apply the manifest of that name; when its first Job is due does not matter."""
    experiment.apply(manifests.named("CronJob", name))
