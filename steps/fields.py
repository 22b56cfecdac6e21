"""What objects say of themselves, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import then

from reconverge.judges.fields import Has, Shows

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.experiment import Experiment


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
