"""The languages that a learner can be answered in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal, get_args

import msgspec
from rich.cells import cell_len, set_cell_size

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same sentence in each language."""

    en: str
    ko: str

    def of(self, language: Language) -> str:
        return self.ko if language == "ko" else self.en


def padded(text: str, width: int) -> str:
    """The text with spaces behind it, to that many cells of a terminal: Korean letters have two."""
    return set_cell_size(text, max(width, cell_len(text)))


def language_of(environment: Mapping[str, str] = os.environ) -> Language:
    """The language of the terminal, as the locale variables say it; English where it is another."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name, ""):
            return "ko" if value.startswith("ko") else "en"
    return "en"
