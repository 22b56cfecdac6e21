"""Every promise there is, so that one written to a timeline can be read and judged again."""

from __future__ import annotations

import msgspec

from reconverge.judges.beginnings import AnyOfBeginning
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
from reconverge.judges.fields import Has, Shows
from reconverge.judges.invariants import AnyInvariant
from reconverge.judges.logs import LogBegins, LogSays, NoPreviousLog
from reconverge.judges.occurrences import Occurs
from reconverge.judges.owners import AllGone, GoneWithPods, Orphaned
from reconverge.judges.pods import Answering, Ended, PodReady, ServesUnseen
from reconverge.judges.probing import NeverFails, NeverReady, ProbeFails, ProbeStored, ReadyAfter
from reconverge.judges.requests import Asked, FirstAsked, Tires
from reconverge.judges.schedule_keeping import KeepsSchedule
from reconverge.judges.schedules import StartsJob, StartsNoJob
from reconverge.judges.states import NodeGone, NodeWhole, Released, Restarts
from reconverge.judges.templates import MadeFromTemplate, SameSpec, ThroughReplicaSet
from reconverge.judges.temporal import AnyTemporal
from reconverge.judges.throttling import Throttled
from reconverge.judges.work import (
    EndedJobs,
    EndedPods,
    FromTemplate,
    KeepsRestarting,
    MadeTogether,
    SelectsByUid,
    Tracked,
    Worked,
)

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
    | ServesUnseen
    | Occurs
    | DescribedAs
    | MadeFromTemplate
    | ThroughReplicaSet
    | SameSpec
    | HasCondition
    | Remarked
    | Shows
    | Has
    | EndedPods
    | EndedJobs
    | Worked
    | KeepsRestarting
    | MadeTogether
    | SelectsByUid
    | Tracked
    | FromTemplate
    | GoneWithPods
    | Orphaned
    | AllGone
    | StartsJob
    | StartsNoJob
    | KeepsSchedule
    | AnyInvariant
    | AnyTemporal
    | ReplacedWithin
    | AnyContainerPromise
    | AnyLogPromise
    | AnyProbePromise
    | AnyOfBeginning
)


def decode_promise(raw: msgspec.Raw) -> AnyPromise:
    """The promise that a timeline's `Promised` record holds."""
    promise: AnyPromise = msgspec.json.decode(raw, type=AnyPromise)
    return promise
