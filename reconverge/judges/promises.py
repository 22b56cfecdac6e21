"""Every promise there is, so that one written to a timeline can be read and judged again."""

from __future__ import annotations

import msgspec

from reconverge.judges.budgets import ReplacedWithin
from reconverge.judges.converges import Converges
from reconverge.judges.events import Remarked
from reconverge.judges.invariants import NeverFewerReady, NeverMore, SamePods, Untouched
from reconverge.judges.owners import GoneWithPods, Orphaned
from reconverge.judges.pods import Ended, PodReady
from reconverge.judges.schedules import StartsJob, StartsNoJob
from reconverge.judges.states import NodeGone, NodeWhole, Released, Restarts

AnyPromise = (
    Converges
    | Restarts
    | Released
    | NodeGone
    | NodeWhole
    | Untouched
    | NeverMore
    | NeverFewerReady
    | SamePods
    | PodReady
    | Ended
    | Remarked
    | GoneWithPods
    | Orphaned
    | StartsJob
    | StartsNoJob
    | ReplacedWithin
)


def decode_promise(raw: msgspec.Raw) -> AnyPromise:
    """The promise that a timeline's `Promised` record holds."""
    return msgspec.json.decode(raw, type=AnyPromise)  # type: ignore[no-any-return]
