"""What an exercise begins with: its task as a text, the files given, and a place for answers."""

from __future__ import annotations

from pathlib import Path

from reconverge.errors import Unavailable
from reconverge.study.exercises import Exercise, Question
from reconverge.study.languages import Language
from reconverge.study.written import ANSWERS

TASK = "TASK.md"


def begin(exercise: Exercise, folder: Path, language: Language) -> list[str]:
    """Make the folder and what is missing in it; the names of what was made.

    Nothing is overwritten. Raises Unavailable where it cannot be written.
    """
    texts = {TASK: exercise.task(language)}
    texts |= {path.name: path.read_text(encoding="utf-8") for path in exercise.given}
    if exercise.questions:
        texts[ANSWERS] = "".join(_blank(question, language) for question in exercise.questions)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        missing = {name: text for name, text in texts.items() if not (folder / name).exists()}
        for name, text in missing.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"it cannot be written: {error.strerror}", where=str(folder)) from error
    return list(missing)


def _blank(question: Question, language: Language) -> str:
    """The question and its choices as comments, and the key without an answer."""
    choices = (f"#   {key}) {text.of(language)}" for key, text in question.choices.items())
    return "\n".join([f"# {question.ask.of(language)}", *choices, f'{question.key}: ""', ""])
