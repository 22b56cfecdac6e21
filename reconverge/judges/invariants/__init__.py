"""What must be true at every event of a span, not only at its end; one module a theme.

Each promise names a tally that follows the deliveries of our watches. Where it is a question to
one snapshot, `violation` is its definition, and the tests hold the two equal; where it remembers
(a restart count never falls), the tests hold it against an oracle that reads the whole record.
"""

from __future__ import annotations

from reconverge.judges.invariants.batch import NoPodInVain, OnceAMinute, OneAtATime
from reconverge.judges.invariants.counts import NeverFewer, NeverMore, WithinSurge
from reconverge.judges.invariants.identity import (
    Instance,
    NeverMoved,
    RestartsNeverFall,
    SamePods,
    Untouched,
)
from reconverge.judges.invariants.judge import Invariant, InvariantJudge
from reconverge.judges.invariants.owners import OwnerGoesLast
from reconverge.judges.invariants.places import OnePerPlace
from reconverge.judges.invariants.turnover import Claims, Turnover
from reconverge.judges.invariants.writers import OnlyWriters

AnyInvariant = (
    Untouched
    | SamePods
    | NeverMore
    | NeverFewer
    | WithinSurge
    | OnePerPlace
    | NeverMoved
    | RestartsNeverFall
    | NoPodInVain
    | OnceAMinute
    | OneAtATime
    | OwnerGoesLast
    | OnlyWriters
    | Turnover
    | Claims
)

__all__ = [
    "AnyInvariant",
    "Claims",
    "Instance",
    "Invariant",
    "InvariantJudge",
    "NeverFewer",
    "NeverMore",
    "NeverMoved",
    "NoPodInVain",
    "OnceAMinute",
    "OneAtATime",
    "OnePerPlace",
    "OnlyWriters",
    "OwnerGoesLast",
    "RestartsNeverFall",
    "SamePods",
    "Turnover",
    "Untouched",
    "WithinSurge",
]
