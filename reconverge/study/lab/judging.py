"""What became of a lab: its promises one after the other, up to the first that was not kept.

The first is the reason; what comes after it would only follow from it, and cost its deadline.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reconverge.clock import RealClock
from reconverge.errors import BadInput
from reconverge.pytest_plugin.by_hand import Turns
from reconverge.pytest_plugin.halves import Said, goes_on_from, perform, steps_in
from reconverge.report.story import PromiseRecord
from reconverge.study.exercises import Exercise
from reconverge.study.flaws import Flaw
from reconverge.study.lab.evidence import evidence
from reconverge.study.lab.ground import Place, guest
from reconverge.study.lab.history import History
from reconverge.study.lab.shelf import Lab
from reconverge.study.playing import Played
from reconverge.study.promising import promised
from reconverge.turns import Turn
from reconverge.verdict import PromiseBroken, Verdict

RECORD = "lab"
# What has been done is not changed by a fault of now; what is still awaited could be.
_PAST = {"history", "begun"}


def judge(exercise: Exercise, lab: Lab, folder: Path, *, say: Callable[[str], None]) -> Played:
    """Judge what stands in the lab, and how it came about; `folder` receives the record.

    A promise that waits is judged in turn, so that nobody harms a node meanwhile; `say` is told
    of a wait for it. Raises Unavailable, and BadInput where the lab's namespace is gone.
    """
    assert exercise.lab_feature is not None
    ground, name = Place.of(lab).ground(), lab.namespace.name
    scenario = f"lab::{exercise.id}"
    with (
        ground.watched(),
        Turns(ground, RealClock(), say=say) as turns,
        guest(ground, name, folder / RECORD, scenario=scenario) as experiment,
        turns.alarm.armed(),
    ):
        fixtures: dict[str, object] = {
            "experiment": experiment,
            "history": History(ground.cluster, name, lab.begun),
        }
        flaw, text = None, ""
        for step in steps_in(exercise.lab_feature):
            if step.kind == "given" or flaw is not None:
                continue
            if not goes_on_from(step) & _PAST:
                turns.take(Turn.SHARED, experiment)
            flaw, text = _flaw(exercise, step, fixtures)
        turns.alarm.raise_if_lost()
    promises = tuple(
        PromiseRecord(promise=one.promise, verdict=one.verdict, why=one.why)
        for one in experiment.findings
    )
    return Played(
        promises=promises,
        flaws=(flaw,) if flaw is not None else (),
        accounts=(text,) if text else (),
        folder=folder / RECORD,
    )


def _flaw(exercise: Exercise, step: Said, fixtures: dict[str, object]) -> tuple[Flaw | None, str]:
    """What is to be said of a step that does not hold, and the evidence; nothing of one that does.

    A name that means nothing on the cluster is one that the learner has not made, or has deleted.
    """
    try:
        perform(step, fixtures)
    except PromiseBroken as error:
        if error.finding.verdict is Verdict.UNKNOWN:
            said = {"promise": promised(step.text)}
            why = {"why": error.finding.why}
            return Flaw(code="RCS803", file="", words=why, texts=said), str(error)
        return _told(exercise, step, error.finding.why), str(error)
    except BadInput as error:
        if step.kind != "then":
            raise
        return _told(exercise, step, error.what), ""
    return None, ""


def _told(exercise: Exercise, step: Said, why: str) -> Flaw:
    assert exercise.lab is not None
    told = exercise.lab.told_of(step.text)
    return Flaw(code=told.code, file="", texts={"said": told.otherwise, "why": evidence(why)})
