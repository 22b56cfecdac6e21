"""Flaws: what is wrong with a hand-in, under a code that keeps its meaning, in each language.

The texts are flaws.toml; a rule gives the code, the place and the words that fill the text.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from reconverge.study.languages import Language, Text

_FILE = Path(__file__).with_name("flaws.toml")


class FlawKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a code means: its sentence in each language, its cure, and the page that explains it.

    `sections` are those of the chapter to reread. What is `advice` does not make a hand-in fail.
    """

    title: str
    en: str
    ko: str
    cure: Text
    about: str
    sections: tuple[str, ...] = ()
    advice: bool = False


class Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """One flaw: `line` and `column` count from 1; `words` fill the sentence of its code.

    `sections` are those to reread where its own say more than the code's.
    """

    code: str
    file: str
    line: int = 1
    column: int = 1
    words: dict[str, str] = {}
    texts: dict[str, Text] = {}
    sections: tuple[str, ...] = ()

    @property
    def kind(self) -> FlawKind:
        return flaw_kinds()[self.code]

    @property
    def is_advice(self) -> bool:
        return self.kind.advice

    def sentence(self, language: Language) -> str:
        """What is wrong, in the learner's terms."""
        template = self.kind.ko if language == "ko" else self.kind.en
        return template.format(**self._filling(language))

    def cure(self, language: Language) -> str:
        """What to do about it."""
        return self.kind.cure.of(language).format(**self._filling(language))

    def to_reread(self) -> tuple[str, ...]:
        """The sections of the chapter that explain it."""
        return self.sections or self.kind.sections

    def _filling(self, language: Language) -> dict[str, str]:
        return {**self.words, **{name: text.of(language) for name, text in self.texts.items()}}


@cache
def flaw_kinds() -> dict[str, FlawKind]:
    """Every code there is, in order."""
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {code: msgspec.convert(row, FlawKind) for code, row in sorted(rows.items())}
