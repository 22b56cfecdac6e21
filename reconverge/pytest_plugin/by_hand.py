"""One fault in the words of the features, without a scenario around it.

The words of a When find the same step that a feature would, so a fault by hand is the fault of the
features: with its targets chosen by a seed, its guard, its undo on disk, and its record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from inspect import signature
from types import TracebackType
from typing import Any

from pytest_bdd.steps import StepFunctionContext

from reconverge.clock import Clock
from reconverge.errors import BadInput
from reconverge.experiment import Experiment, Injection
from reconverge.faults import Fault, LabelNode
from reconverge.pytest_plugin.alarm import Alarm
from reconverge.pytest_plugin.clusters import Ground
from reconverge.pytest_plugin.taking import harms_control_plane, turn_on
from reconverge.pytest_plugin.vocabulary import step_named
from reconverge.turns import Turn, turn_for

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


class Turns:
    """The turn on the cluster that a fault by hand has: none before it is known what it hits.

    It is held until the end, when all is taken back. A later fault that needs more of the cluster
    gives the first turn back and takes the other: nobody upgrades, or two could wait in a circle.
    """

    def __init__(self, ground: Ground, clock: Clock, *, say: Callable[[str], None]) -> None:
        self.alarm = Alarm()
        self._ground, self._clock, self._say = ground, clock, say
        self._stack = ExitStack()
        self._had: Turn | None = None

    def __enter__(self) -> Turns:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _it: object, _trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def take(self, wanted: Turn, experiment: Experiment) -> None:
        """Block until it is ours. Raises what a turn raises."""
        if self._had in (wanted, Turn.ALONE) or (self._had and wanted is Turn.SHARED):
            return
        self._stack.close()
        self._had = wanted
        self._stack.enter_context(
            turn_on(
                self._ground.state,
                self._ground.registry_for("by-hand"),
                self._clock,
                is_alone=wanted is Turn.ALONE,
                lanes=tuple(wanted.lanes(self._ground.set_aside)),
                alarm=self.alarm,
                holds_api_server=lambda: harms_control_plane(experiment),
                say=self._say,
            )
        )


class ByHand(Experiment):
    """One fault that a person does: it takes its turn when it is known what it would hit.

    Whom it hits is chosen again after the wait. Without `turns` there is nothing to wait for.
    """

    def __init__(self, *args: Any, turns: Turns | None, **more: Any) -> None:
        super().__init__(*args, **more)
        self._turns = turns

    def inject_all(
        self, faults: Sequence[Fault], *, upon: int | None = None
    ) -> tuple[Injection, ...]:
        if self._turns is not None:
            self._turns.take(self._turn_for(faults), self)
        return super().inject_all(faults, upon=upon)

    def _turn_for(self, faults: Sequence[Fault]) -> Turn:
        foreseen: list[Injection] = []
        for fault in faults:
            foreseen.append(self.plan(fault, after=foreseen))
        targets = [one for injection in foreseen for one in injection.targets]
        are_labelled = all(isinstance(fault, LabelNode) for fault in faults)
        return turn_for(targets, self.timeline.latest(), are_labelled=are_labelled)
