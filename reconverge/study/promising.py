"""What was promised, in each language: features are English, and not all of their readers are.

The wordings are promises.toml; what an author of exercises says in other words stays as it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from reconverge.study.languages import Text

_FILE = Path(__file__).with_name("promises.toml")
_NUMBERS = "nm"


def promised(text: str) -> Text:
    """A step, or the sentence of a promise, in each language."""
    return next(_worded(text), Text(en=text, ko=text))


def _worded(text: str) -> Iterator[Text]:
    for pattern, korean in _patterns():
        if found := pattern.fullmatch(text):
            yield Text(en=text, ko=korean.format(**found.groupdict()))


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple((_compiled(said), str(korean)) for said, korean in rows.items())


def _compiled(said: str) -> re.Pattern[str]:
    """Every second piece is the name of a blank."""
    pieces = enumerate(re.split(r"\{(\w)\}", said))
    return re.compile("".join(_blank(one) if n % 2 else re.escape(one) for n, one in pieces))


def _blank(name: str) -> str:
    return rf"(?P<{name}>\d+)" if name in _NUMBERS else f'(?P<{name}>[^"]+)'
