"""One fault in the words of the features, without a scenario around it.

The words of a When find the same step that a feature would, so a fault by hand is the fault of the
features: with its targets chosen by a seed, its guard, its undo on disk, and its record.
"""

from __future__ import annotations

from inspect import signature

from pytest_bdd.steps import StepFunctionContext

from reconverge.errors import BadInput
from reconverge.experiment import Experiment
from reconverge.pytest_plugin.vocabulary import step_named

_WHEN = "When "


def fault_step(sentence: str) -> StepFunctionContext:
    """The step that the sentence says, `When` or not. Raises BadInput.

    A step that needs what an earlier step of a scenario made cannot be done by itself.
    """
    found = step_named(sentence.removeprefix(_WHEN), "when")
    lacking = set(signature(found.step_func).parameters) - {"experiment", *_words(found, sentence)}
    if lacking:
        names = ", ".join(sorted(lacking))
        what = f"this step goes on from an earlier one, which made: {names}"
        raise BadInput(what, where=sentence, cure="write a scenario with both")
    return found


def inject(step: StepFunctionContext, sentence: str, experiment: Experiment) -> None:
    """Do what the step does. Raises whatever it raises, and BadInput where it injects nothing."""
    step.step_func(experiment=experiment, **_words(step, sentence))
    if not experiment.injections:
        raise BadInput("this step does no fault", where=sentence, cure="reconverge steps when")


def _words(step: StepFunctionContext, sentence: str) -> dict[str, object]:
    return dict(step.parser.parse_arguments(sentence.removeprefix(_WHEN)) or {})
