"""Whether a hand-in is what the task asks for, as far as its files tell."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from reconverge.study import safety
from reconverge.study.exercises import Demand, Exercise, Question
from reconverge.study.flaws import Flaw
from reconverge.study.languages import Text
from reconverge.study.rules import flaws_of
from reconverge.study.written import ANSWERS, HandIn, Written


def flaws_in(hand_in: HandIn, exercise: Exercise | None = None) -> tuple[Flaw, ...]:
    """Every flaw that the files show, errors before advice; with an exercise, also against it.

    What the task asks of an object is looked at once the object is sound in itself.
    """
    found = list(hand_in.flaws)
    for one in hand_in.objects:
        is_foreign = exercise is not None and safety.is_cluster_wide(one, exercise)
        own = () if is_foreign else flaws_of(one)
        found += own
        if exercise is not None:
            found += safety.flaws_of(one, exercise)
            is_sound = all(flaw.is_advice for flaw in own)
            found += _of_task(one, exercise) if is_sound else ()
    if exercise is not None and not hand_in.flaws:
        found += tuple(_missing(hand_in, exercise)) or _namesakes(hand_in, exercise)
        found += _unanswered_in(hand_in, exercise)
    return tuple(sorted(found, key=lambda flaw: flaw.is_advice))


def _of_task(one: Written, exercise: Exercise) -> Iterator[Flaw]:
    for demand in exercise.demands:
        if demand.of == f"{one.kind}/{one.name}" and not demand.is_met(one.at(demand.path)):
            yield _unmet(one, demand)


def _unmet(one: Written, demand: Demand) -> Flaw:
    value = one.at(demand.path)
    shown = "not there" if value is None else value
    flaw = one.flaw(
        "RCS702", demand.path, {"said": demand.otherwise}, path=demand.field, value=shown
    )
    return msgspec.structs.replace(flaw, sections=demand.sections)


def _missing(hand_in: HandIn, exercise: Exercise) -> Iterator[Flaw]:
    there = {(one.kind, one.name) for one in hand_in.objects}
    for wanted in exercise.hand_in:
        if (wanted.kind, wanted.name) not in there:
            found = ", ".join(map(str, hand_in.objects))
            texts = {
                "found": Text(en=found or "nothing", ko=found or "없음"),
                "found_ko": Text(en=found or "nothing", ko=found or "없음"),
            }
            nearest = next((one for one in hand_in.objects if one.kind == wanted.kind), None)
            if nearest is not None:
                yield nearest.flaw("RCS701", ("metadata", "name"), texts, wanted=wanted)
            else:
                file = next(iter(hand_in.texts), "")
                words = {"wanted": str(wanted)}
                yield Flaw(code="RCS701", file=file, words=words, texts=texts)


def _namesakes(hand_in: HandIn, exercise: Exercise) -> tuple[Flaw, ...]:
    """Of what stands beside the hand-in on the cluster: they would be played in its stead."""
    there = exercise.world_names
    mine = (one for one in hand_in.objects if (one.kind, one.name) in there)
    return tuple(one.flaw("RCS703", ("metadata", "name")) for one in mine)


def predictions_in(hand_in: HandIn, exercise: Exercise) -> tuple[Flaw, ...]:
    """The predictions that are wrong: for after the fact."""
    found = []
    for question in exercise.questions:
        given = hand_in.answers.get(question.key, "")
        if given in question.choices and given != question.answer:
            found.append(_wrong(question, given, hand_in))
    return tuple(found)


def _unanswered_in(hand_in: HandIn, exercise: Exercise) -> Iterator[Flaw]:
    for question in exercise.questions:
        if hand_in.answers.get(question.key) not in question.choices:
            yield _unanswered(question)


def _unanswered(question: Question) -> Flaw:
    words = {
        "choices": ", ".join(question.choices),
        "key": question.key,
        "example": next(iter(question.choices)),
    }
    return Flaw(code="RCS708", file=ANSWERS, words=words, texts={"question": question.ask})


def _wrong(question: Question, given: str, hand_in: HandIn) -> Flaw:
    rows = hand_in.texts.get(ANSWERS, "").splitlines()
    line = next((n for n, row in enumerate(rows, 1) if row.startswith(question.key)), 1)
    said = question.choices[given]
    texts = {
        "question": question.ask,
        "given": Text(en=f'{given} ("{said.en}")', ko=f'{given} ("{said.ko}")'),
        "because": question.because,
    }
    return Flaw(code="RCS707", file=ANSWERS, line=line, texts=texts)
