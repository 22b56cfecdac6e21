"""A learner's own kubectl: what is asked of the pods that stood when a lab began."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import then, when

from reconverge.judges.learning import NoneDeleted, OneReleased, TakenOver

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.experiment import Experiment
    from reconverge.judges.learning import Beginning
    from reconverge.study.lab.history import History


@when("the learner has done it by hand", target_fixture="begun")
def done_by_hand(experiment: Experiment, history: History) -> Beginning:
    """In a lab only: what was written since its beginning comes onto the timeline."""
    return history.recall(experiment.timeline)


@then("no pod was deleted to get there")
def none_deleted(experiment: Experiment, begun: Beginning) -> None:
    """The pods of the beginning are all there; where there is an audit log, it is asked, too."""
    experiment.hold(NoneDeleted(begun=begun))


@then("one of the pods it began with is released, and runs on")
def one_released(experiment: Experiment, begun: Beginning) -> None:
    """The very pod, by its UID, ready and without a controller."""
    experiment.hold(OneReleased(begun=begun))


@then(words('the {kind:Kind} "{name:Name}" has taken over the pods it began with'))
def taken_over(experiment: Experiment, begun: Beginning, kind: str, name: str) -> None:
    """The very pods, by their UIDs, and no other beside them."""
    experiment.hold(TakenOver(begun=begun, kind=kind, name=name))
