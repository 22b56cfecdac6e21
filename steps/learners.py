"""A learner's own kubectl: what is asked of what stood when a lab began."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import then, when

from reconverge.judges.beginnings import (
    AllReleased,
    AsksFor,
    Labelled,
    NoneLeft,
    OfImage,
    OneTakenOver,
    SameWorkload,
)
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


@then(words('the {kind:AnyKind} "{name:Name}" is the very one it began with'))
def same_workload(experiment: Experiment, begun: Beginning, kind: str, name: str) -> None:
    """By its UID: changed at most, and not made anew."""
    experiment.hold(SameWorkload(begun=begun, kind=kind, name=name))


@then(words('the {kind:AnyKind} "{name:Name}" asks for {count:Number} pods'))
def asks_for(experiment: Experiment, begun: Beginning, kind: str, name: str, count: int) -> None:
    """What is written in it now; of a Job, how many may run at once."""
    experiment.hold(AsksFor(begun=begun, kind=kind, name=name, count=count))


@then(words('the {kind:Kind} "{name:Name}" owns exactly the pods it began with'))
def taken_over(experiment: Experiment, begun: Beginning, kind: str, name: str) -> None:
    """The very pods, by their UIDs, and no other beside them."""
    experiment.hold(TakenOver(begun=begun, kind=kind, name=name))


@then(words('the {kind:Kind} "{name:Name}" has taken over one of the pods it began with'))
def one_taken_over(experiment: Experiment, begun: Beginning, kind: str, name: str) -> None:
    """One of the very pods, by its UID, and no second one."""
    experiment.hold(OneTakenOver(begun=begun, kind=kind, name=name))


@then("the pods it began with are all released, and run on")
def all_released(experiment: Experiment, begun: Beginning) -> None:
    """The very pods, ready and without a controller."""
    experiment.hold(AllReleased(begun=begun))


@then("none of the pods it began with is left")
def none_left(experiment: Experiment, begun: Beginning) -> None:
    """Whatever runs now was made after the beginning."""
    experiment.hold(NoneLeft(begun=begun))


@then(words('the pods it began with are labelled "{labels:Labels}"'))
def labelled(experiment: Experiment, begun: Beginning, labels: dict[str, str]) -> None:
    """As they are labelled now; of those that are still there."""
    experiment.hold(Labelled(begun=begun, labels=labels))


@then(words('one of the pods it began with is labelled "{labels:Labels}"'))
def one_labelled(experiment: Experiment, begun: Beginning, labels: dict[str, str]) -> None:
    """Exactly one of the very pods."""
    experiment.hold(Labelled(begun=begun, labels=labels, is_one=True))


@then(words('the pods of the {kind:Kind} "{name:Name}" are of the image "{image:Name}"'))
def of_image(experiment: Experiment, begun: Beginning, kind: str, name: str, image: str) -> None:
    """Those that the controller owns now, all of them."""
    experiment.hold(OfImage(begun=begun, kind=kind, name=name, image=image))
