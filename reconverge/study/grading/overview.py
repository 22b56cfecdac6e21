"""A grading in the words of its reader's language, ready for the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from reconverge.report.html.grades import Judged, Overview, Remark
from reconverge.report.story import PromiseRecord
from reconverge.study.answers import kept, mark, printable, word
from reconverge.study.exercises import Exercise
from reconverge.study.flaws import Flaw
from reconverge.study.grades import VERDICTS
from reconverge.study.grading import receipts
from reconverge.study.grading.judging import Graded
from reconverge.study.grading.tables import place_of
from reconverge.study.languages import Language, Text
from reconverge.study.promising import promised

_SHARED = ("advice", "do", "reread")
_WORDS = {
    "grading": Text(en="grading", ko="채점"),
    "skip": Text(en="Skip to the hand-ins", ko="제출물로 건너뛰기"),
    "colours": Text(en="Colours", ko="색상"),
    "light": Text(en="Light", ko="밝게"),
    "dark": Text(en="Dark", ko="어둡게"),
    "overview": Text(en="Who did what", ko="한눈에 보기"),
    "learner": Text(en="Learner", ko="학습자"),
    "nothing": Text(en="nothing handed in", ko="제출 없음"),
    "hand_ins": Text(en="Hand-ins", ko="제출물"),
    "search": Text(en="Search name, exercise, sentence, code", ko="이름, 문제, 문장, 코드 검색"),
    "place": Text(en="where", ko="위치"),
    "code": Text(en="code", ko="코드"),
    "receipt": Text(en="receipt", ko="영수증"),
    "report": Text(en="what happened on the cluster", ko="클러스터에서 일어난 일"),
    "foot": Text(
        en="`reconverge study verify RECEIPT` recounts each of these verdicts.",
        ko="`reconverge study verify RECEIPT` 명령으로 모든 판정을 다시 확인할 수 있습니다.",
    ),
}
_FACTS = {
    "hand-ins": Text(en="Hand-ins", ko="제출물"),
    "wall": Text(en="Wall time", ko="걸린 시간"),
    "kubernetes": Text(en="Kubernetes", ko="쿠버네티스"),
    "reconverge": Text(en="reconverge", ko="reconverge"),
    "ended": Text(en="Ended (UTC)", ko="끝난 시각(UTC)"),
}


def overview_of(
    rows: Sequence[Graded],
    exercises: Sequence[Exercise],
    *,
    name: str,
    wall_s: float,
    language: Language,
) -> Overview:
    """What the page says, in that language; `wall_s` seconds is how long the grading took."""
    titles = {one.id: one.title.of(language) for one in exercises}
    words = {key: text.of(language) for key, text in _WORDS.items()}
    words |= {key: word(key, language) for key in _SHARED}
    words |= {verdict.value: mark(grade, language) for grade, verdict in VERDICTS.items()}
    found = [_judged(n, one, titles, language) for n, one in enumerate(rows, start=1)]
    return Overview(
        language=language,
        name=printable(name),
        rows=tuple(found),
        words=words,
        facts=tuple(_facts(rows, wall_s, language)),
    )


def _judged(number: int, one: Graded, titles: dict[str, str], language: Language) -> Judged:
    receipt, place = one.receipt, quote(place_of(one))
    report = f"{receipts.RUN}/report.html"
    return Judged(
        number=number,
        learner=printable(receipt.learner),
        exercise=printable(receipt.exercise),
        title=titles.get(receipt.exercise, printable(receipt.exercise) or "-"),
        verdict=VERDICTS[receipt.grade],
        mark=mark(receipt.grade, language),
        took_s=receipt.duration_s,
        remarks=tuple(_remark(flaw, language) for flaw in receipt.flaws),
        promises=tuple(_promise(row, language) for row in receipt.promises),
        receipt=f"{place}/{receipts.NAME}",
        report=f"{place}/{report}" if (one.folder / Path(report)).is_file() else "",
    )


def _promise(row: PromiseRecord, language: Language) -> tuple[str, str, str]:
    said = promised(row.promise).of(language)
    return row.verdict.value, kept(row.verdict, language), said


def _remark(flaw: Flaw, language: Language) -> Remark:
    return Remark(
        code=flaw.code,
        sentence=flaw.sentence(language),
        cure=flaw.cure(language),
        place=f"{printable(flaw.file)}:{flaw.line}:{flaw.column}" if flaw.file else "",
        is_advice=flaw.is_advice,
        reread=", ".join(flaw.to_reread()),
    )


def _facts(rows: Sequence[Graded], wall_s: float, language: Language) -> Iterator[tuple[str, str]]:
    def of(values: Iterator[str]) -> str:
        return ", ".join(dict.fromkeys(filter(None, values)))

    known = {
        "hand-ins": str(len(rows)),
        "wall": f"{wall_s:.0f} s",
        "kubernetes": of(one.receipt.kubernetes for one in rows),
        "reconverge": of(one.receipt.reconverge for one in rows),
        "ended": max((one.receipt.ended for one in rows), default="")[:19].replace("T", " "),
    }
    yield from ((_FACTS[key].of(language), value) for key, value in known.items() if value)
