"""What a predicate is: a question to one snapshot that has a name, a definition and a tally."""

from __future__ import annotations

import msgspec

from reconverge.judges.tally import Tally
from reconverge.model import Snapshot


class Predicate(msgspec.Struct, frozen=True, kw_only=True, tag_field="is", tag=True):
    """Base of all predicates."""

    def words(self, adverb: str = "") -> str:
        """The predicate as a clause; `adverb` (never, always, not, eventually) stands within it."""
        raise NotImplementedError

    def lack(self, snapshot: Snapshot) -> str:
        """Why it is not so, as a clause; empty where it is so."""
        raise NotImplementedError

    def tally(self) -> Tally:
        """A tally whose violation is `lack`."""
        raise NotImplementedError


def spaced(adverb: str) -> str:
    """The adverb with the space that sets it off from what follows; nothing without one."""
    return f"{adverb} " if adverb else ""
