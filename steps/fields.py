"""What objects say of themselves, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import then, when

from reconverge.faults import OverwriteStatus
from reconverge.judges.fields import Has, Shows

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.experiment import Experiment, Injection


@when(
    words('the status of "{name:Name}" is overwritten to count {count:Number} "{field:Name}"'),
    target_fixture="injection",
)
def overwrite(experiment: Experiment, name: str, count: int, field: str) -> Injection:
    """Somebody writes a number into it that is not so."""
    workload = experiment.workload(name)
    return experiment.inject(OverwriteStatus(of=workload, field=field, number=count))


@then(words('"{name:Name}" shows "{field:Field}" as "{value:Name}"'))
def shows(experiment: Experiment, name: str, field: tuple[str, ...], value: str) -> None:
    """In the API server's own words, defaults included."""
    experiment.expect(Shows(of=experiment.workload(name), field=field, value=value))


@then(words('"{name:Name}" shows no "{field:Field}"'))
def shows_none(experiment: Experiment, name: str, field: tuple[str, ...]) -> None:
    """The field is absent."""
    experiment.expect(Shows(of=experiment.workload(name), field=field, value=None))


@then(words('"{name:Name}" has a "{field:Field}"'))
def has_field(experiment: Experiment, name: str, field: tuple[str, ...]) -> None:
    """The field is there, whatever it says."""
    experiment.expect(Has(of=experiment.workload(name), field=field))
