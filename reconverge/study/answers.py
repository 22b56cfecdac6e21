"""What a learner is told: passed or not yet, first the reason, then where, and what to do.

The sentence comes first, since it is what is read; the line of the file stands below it, with its
neighbours, as editors and compilers show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from reconverge.study.exercises import Exercise
from reconverge.study.flaws import Flaw
from reconverge.study.grades import Grade, grade_of, passes
from reconverge.study.languages import Language, Text
from reconverge.study.playing import Played
from reconverge.study.promising import promised
from reconverge.study.written import HandIn
from reconverge.verdict import Verdict

_AROUND = 1  # lines before and after the flawed one
_WORDS = {
    "passed": Text(en="PASSED", ko="통과"),
    "not yet": Text(en="NOT YET", ko="아직"),
    "advice": Text(en="advice", ko="조언"),
    "do": Text(en="do", ko="할 일"),
    "reread": Text(en="reread", ko="다시 읽기"),
    "code": Text(en="more", ko="더 보기"),
    "kept": Text(en="kept", ko="지켜짐"),
    "broken": Text(en="not kept", ko="안 지켜짐"),
    "unknown": Text(en="unknown", ko="알 수 없음"),
    "unplayed": Text(en="not played any more", ko="더 실행하지 않은 시나리오"),
    "record": Text(en="record", ko="기록"),
    "so it is": Text(en="so it is", ko="해설"),
    "asking": Text(
        en="asking the API server (a dry run) ...", ko="API 서버에 먼저 물어보는 중입니다..."
    ),
    "playing": Text(
        en="applying it, harming it, judging it; this takes a minute or so, "
        "and longer while others use the cluster ...",
        ko="클러스터에 적용하고 장애를 일으켜 판정하는 중입니다. 1분쯤 걸리며, "
        "다른 사람이 클러스터를 쓰고 있으면 더 걸립니다...",
    ),
    "opening": Text(
        en="making your namespace; this takes half a minute or so ...",
        ko="전용 네임스페이스를 만드는 중입니다. 30초쯤 걸립니다...",
    ),
    "looking": Text(
        en="reading what stands in your namespace, and how it came about ...",
        ko="네임스페이스의 상태와 그렇게 된 과정을 읽는 중입니다...",
    ),
    "closing": Text(
        en="deleting your namespace ...", ko="전용 네임스페이스를 삭제하는 중입니다..."
    ),
    "by hand": Text(en="With your own kubectl", ko="직접 kubectl로 해 보기"),
    "until": Text(
        en="This kubeconfig reaches the namespace {namespace} and nothing else, until {until}.",
        ko="이 kubeconfig로는 {namespace} 네임스페이스만 다룰 수 있고, {until}까지 쓸 수 있습니다.",
    ),
    "found again": Text(
        en="The lab stands already, as you left it; the kubeconfig is new.",
        ko="이미 시작한 실습이 그대로 있습니다. kubeconfig만 새로 만들었습니다.",
    ),
    "then check": Text(en="When you have done it:", ko="다 했으면:"),
    "deleted": Text(en="deleted", ko="삭제함"),
    "not judged": Text(en="UNKNOWN", ko="판정 불가"),
    "as before": Text(
        en="as before: nothing in it has changed", ko="바뀐 것이 없어 이전 판정 그대로"
    ),
    "taking back": Text(
        en="interrupted: taking back what is being judged; this takes a minute at most ...",
        ko="중단합니다. 판정 중이던 것을 되돌리는 중입니다. 길면 1분쯤 걸립니다...",
    ),
    "agrees": Text(en="agrees", ko="일치"),
    "differs": Text(en="DIFFERS", ko="불일치"),
    "not stored": Text(en="not kept", ko="확인 불가"),
    "sound": Text(en="no flaw in it", ko="잘못된 곳이 없습니다"),
}


def word(name: str, language: Language) -> str:
    return _WORDS[name].of(language)


def mark(grade: Grade, language: Language) -> str:
    """A grade in the reader's language."""
    # "unknown" by itself is a promise's: Korean has another word for it.
    return word("not judged" if grade == "unknown" else grade, language)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a hand-in: what was read, what is wrong, and what was played."""

    hand_in: HandIn
    flaws: tuple[Flaw, ...] = ()
    played: Played | None = None


_KEPT = {Verdict.HELD: "kept", Verdict.BROKEN: "broken", Verdict.UNKNOWN: "unknown"}


def kept(verdict: Verdict, language: Language) -> str:
    """What became of a promise, in the reader's language."""
    return word(_KEPT[verdict], language)


def whole(answer: Answer, exercise: Exercise, language: Language) -> Iterator[str]:
    """What is wrong first; then each promise, and the evidence of those that were not kept."""
    texts = answer.hand_in.texts
    yield from lines_of(answer.flaws, texts, language=language, exercise=exercise)
    if answer.played is not None:
        yield ""
        for promise in answer.played.promises:
            said = promised(promise.promise).of(language)
            yield f"  {kept(promise.verdict, language)}: {said}"
        for title in answer.played.unplayed:
            yield f"  {word('unplayed', language)}: {promised(title).of(language)}"
        for account in answer.played.accounts:
            yield ""
            yield from (f"  {row}" for row in account.splitlines())
        yield f"  {word('record', language)}: {answer.played.folder}"
    if passes(answer.flaws):
        for question in exercise.questions:
            yield f"  {word('so it is', language)}: {question.because.of(language)}"


def as_json(answer: Answer, exercise: Exercise, language: Language) -> dict[str, object]:
    """The same for programs."""
    played = answer.played
    return {
        **read_as_json(answer.flaws, exercise.id, language),
        "promises": msgspec.to_builtins(played.promises) if played else [],
        "unplayed": list(played.unplayed) if played else [],
        "record": str(played.folder) if played else "",
    }


def read_as_json(flaws: tuple[Flaw, ...], exercise: str, language: Language) -> dict[str, object]:
    """What the files alone say; `exercise` is empty where they were read for none."""
    return {
        "exercise": exercise,
        "grade": grade_of(flaws),
        "passed": passes(flaws),
        "flaws": [msgspec.to_builtins(shown(flaw, language)) for flaw in flaws],
    }


class Shown(msgspec.Struct, frozen=True):
    """A flaw as programs read it."""

    code: str
    advice: bool
    file: str
    line: int
    column: int
    sentence: str
    cure: str
    sections: tuple[str, ...]


def shown(flaw: Flaw, language: Language) -> Shown:
    return Shown(
        code=flaw.code,
        advice=flaw.is_advice,
        file=flaw.file,
        line=flaw.line,
        column=flaw.column,
        sentence=flaw.sentence(language),
        cure=flaw.cure(language),
        sections=flaw.to_reread(),
    )


def lines_of(
    flaws: tuple[Flaw, ...],
    texts: Mapping[str, str],
    *,
    language: Language,
    exercise: Exercise | None = None,
) -> Iterator[str]:
    """The whole answer, a line each."""
    head = mark(grade_of(flaws), language)
    subject = f"{exercise.id}: {exercise.title.of(language)}" if exercise else ""
    sound = word("sound", language) if not flaws and not exercise else ""
    yield "  ".join(filter(None, (head, subject or sound)))
    for flaw in flaws:
        yield ""
        yield from _of_flaw(flaw, texts.get(flaw.file, ""), language)


def _of_flaw(flaw: Flaw, text: str, language: Language) -> Iterator[str]:
    advice = f"{word('advice', language)}: " if flaw.is_advice else ""
    yield f"  {advice}{flaw.sentence(language)}"
    if flaw.file:
        yield f"    {flaw.file}:{flaw.line}:{flaw.column}"
    rows = text.splitlines()
    first = max(1, flaw.line - _AROUND)
    for number in range(first, min(len(rows), flaw.line + _AROUND) + 1):
        mark = ">" if number == flaw.line else " "
        yield f"    {mark} {number:3} | {printable(rows[number - 1])}"
    yield f"    {word('do', language)}: {flaw.cure(language)}"
    if sections := flaw.to_reread():
        yield f"    {word('reread', language)}: {', '.join(sections)}"
    yield f"    {word('code', language)}: reconverge study explain {flaw.code}"


def printable(line: str) -> str:
    """What somebody else wrote, without what would speak to the terminal."""
    return "".join(one if one.isprintable() or one == "\t" else "�" for one in line)[:200]
