"""Every promise there is, so that one written to a timeline can be read and judged again."""

from __future__ import annotations

import msgspec

from reconverge.judges.budgets import ReplacedWithin
from reconverge.judges.conditions import HasCondition
from reconverge.judges.converges import Converges
from reconverge.judges.descriptions import DescribedAs
from reconverge.judges.events import Remarked
from reconverge.judges.invariants import AnyInvariant
from reconverge.judges.owners import GoneWithPods, Orphaned
from reconverge.judges.pods import Answering, Ended, PodReady
from reconverge.judges.schedules import StartsJob, StartsNoJob
from reconverge.judges.states import NodeGone, NodeWhole, Released, Restarts
from reconverge.judges.templates import MadeFromTemplate, SameSpec, ThroughReplicaSet
from reconverge.judges.temporal import AnyTemporal

AnyPromise = (
    Converges
    | Restarts
    | Released
    | NodeGone
    | NodeWhole
    | PodReady
    | Ended
    | Answering
    | DescribedAs
    | MadeFromTemplate
    | ThroughReplicaSet
    | SameSpec
    | HasCondition
    | Remarked
    | GoneWithPods
    | Orphaned
    | StartsJob
    | StartsNoJob
    | AnyInvariant
    | AnyTemporal
    | ReplacedWithin
)


def decode_promise(raw: msgspec.Raw) -> AnyPromise:
    """The promise that a timeline's `Promised` record holds."""
    return msgspec.json.decode(raw, type=AnyPromise)  # type: ignore[no-any-return]
