"""What must be true at every event of a span, not only at its end; one module a theme.

Each promise names a tally that follows the deliveries of our watches. Where it is a question to
one snapshot, `violation` is its definition, and the tests hold the two equal; where it remembers
(a restart count never falls), the tests hold it against an oracle that reads the whole record.
"""

from __future__ import annotations

from reconverge.judges.invariants.backoff import BacksOff
from reconverge.judges.invariants.batch import MadeInAll, NoPodInVain, OnceAMinute, OneAtATime
from reconverge.judges.invariants.counts import NeverFewer, NeverMore, WithinSurge
from reconverge.judges.invariants.identity import (
    Instance,
    NeverMoved,
    RestartsNeverFall,
    SamePods,
    Untouched,
)
from reconverge.judges.invariants.judge import Invariant, InvariantJudge
from reconverge.judges.invariants.life import Life, Mark
from reconverge.judges.invariants.owners import OwnerGoesLast
from reconverge.judges.invariants.places import OnePerPlace
from reconverge.judges.invariants.surges import NeverBare, SurgesAtMost
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
    | MadeInAll
    | BacksOff
    | OnceAMinute
    | OneAtATime
    | OwnerGoesLast
    | OnlyWriters
    | Turnover
    | Claims
    | Life
    | SurgesAtMost
    | NeverBare
)

__all__ = [
    "AnyInvariant",
    "BacksOff",
    "Claims",
    "Instance",
    "Invariant",
    "InvariantJudge",
    "Life",
    "MadeInAll",
    "Mark",
    "NeverBare",
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
    "SurgesAtMost",
    "Turnover",
    "Untouched",
    "WithinSurge",
]
