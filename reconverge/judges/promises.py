"""Every promise there is, so that one written to a timeline can be read and judged again."""

from __future__ import annotations

import msgspec

from reconverge.judges.budgets import ReplacedWithin
from reconverge.judges.conditions import HasCondition
from reconverge.judges.containers import (
    EachRestarted,
    EndedAfterGrace,
    NeverRestarted,
    NoneRestarted,
    OneRestarted,
    PutOff,
    Replaced,
    Restarted,
    RestartedAfter,
)
from reconverge.judges.converges import Converges
from reconverge.judges.descriptions import DescribedAs
from reconverge.judges.events import Remarked
from reconverge.judges.invariants import AnyInvariant
from reconverge.judges.logs import LogBegins, LogSays, NoPreviousLog
from reconverge.judges.owners import GoneWithPods, Orphaned
from reconverge.judges.pods import Answering, Ended, PodReady
from reconverge.judges.probing import NeverFails, NeverReady, ProbeFails, ProbeStored, ReadyAfter
from reconverge.judges.requests import Asked, FirstAsked, Tires
from reconverge.judges.schedules import StartsJob, StartsNoJob
from reconverge.judges.states import NodeGone, NodeWhole, Released, Restarts
from reconverge.judges.templates import MadeFromTemplate, SameSpec, ThroughReplicaSet
from reconverge.judges.temporal import AnyTemporal
from reconverge.judges.throttling import Throttled

AnyContainerPromise = (
    EachRestarted
    | NoneRestarted
    | OneRestarted
    | Restarted
    | Replaced
    | EndedAfterGrace
    | PutOff
    | RestartedAfter
    | NeverRestarted
)
AnyLogPromise = LogSays | LogBegins | NoPreviousLog | Asked | FirstAsked
AnyProbePromise = (
    ProbeFails | NeverFails | ProbeStored | ReadyAfter | NeverReady | Tires | Throttled
)
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
    | AnyContainerPromise
    | AnyLogPromise
    | AnyProbePromise
)


def decode_promise(raw: msgspec.Raw) -> AnyPromise:
    """The promise that a timeline's `Promised` record holds."""
    return msgspec.json.decode(raw, type=AnyPromise)  # type: ignore[no-any-return]
