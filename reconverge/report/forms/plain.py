"""Text that every form can hold: without colours, and without what XML forbids."""

from __future__ import annotations

import re

_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# What XML 1.0 allows (section 2.2, Char).
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """`text` as XML 1.0 can hold it; what it cannot is replaced by a visible mark."""
    return _FORBIDDEN.sub("\ufffd", _COLOUR.sub("", text))
