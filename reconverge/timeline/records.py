"""What a timeline can hold: one frozen value for each type of line on disk.

`"is"` names the record's type, `"at_s"` is seconds since the timeline was opened, by this machine's
monotonic clock, taken as the record enters the timeline. A field that has its default is left out
where a record is written often.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from reconverge.bound import Bound
from reconverge.model import Named, Ref
from reconverge.model.settings import ClusterSettings
from reconverge.verdict import Finding

# 1: `object` with the whole of its managedFields. 2: they are condensed to `writers`. 3: with the
# scenario's steps.
FORMAT = 3
FORMATS_READ = (1, 2, 3)

Change = Literal["listed", "added", "modified", "deleted"]
# The audit log's own outages and listings are told as those of a kind of this name.
AUDIT_LOG = "AuditLog"
SECOND_S, MICROSECOND_S = 1.0, 1e-6
_AT_ONCE_S = 0.0  # one object, since msgspec knows a default by its identity


class Record(msgspec.Struct, frozen=True, kw_only=True, tag_field="is", tag=str.lower):
    """Base of everything a timeline can hold."""

    at_s: float = 0.0


class Opened(Record, frozen=True, kw_only=True):
    """The first line: what is needed to understand, and to repeat, the rest.

    `cluster` are the settings from which deadlines follow; None where nobody read them.
    """

    format: int = FORMAT
    scenario: str
    seed: int
    namespace: str
    started: datetime
    cluster: ClusterSettings | None = None


class Writer(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One entry of `metadata.managedFields`: who has a say in the object, and since when.

    `name` is what the writer calls itself (`manager` in the API), such as kubelet. `at` is the API
    server's clock in whole seconds, cut off: the write came up to 1 s later. It stands still while
    a writer sets nothing new, and for deletions.
    """

    name: str = msgspec.field(name="manager", default="")
    at: datetime | None = msgspec.field(name="time", default=None)
    subresource: str = ""


class Stamp(msgspec.Struct, frozen=True):
    """An instant of somebody else's clock: the truth lies from `at` to `at + grain_s` seconds."""

    at: datetime
    grain_s: float


class Observed(Record, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One delivery of a list or a watch: `object` is the API server's own JSON but for
    `metadata.managedFields`, of which `writers` keeps who, when and which subresource.

    Once it is on disk, `object` is no longer in memory: `bytes(record.object)` reads it from there.
    `authored` is the stamp in microseconds that the object's author put, by that author's clock:
    an Event's eventTime, a Lease's renewTime. The bytes were received `waited_s` before `at_s`
    (rounded to 0.1 ms), while what came with them was decoded.
    """

    kind: str
    change: Change
    uid: str
    resource_version: int
    object: msgspec.Raw
    writers: tuple[Writer, ...] = ()
    authored: datetime | None = None
    waited_s: float = _AT_ONCE_S

    @property
    def stamp(self) -> Stamp | None:
        """The finest instant that the API tells about this version; None where it tells none."""
        if self.authored is not None:
            return Stamp(self.authored, MICROSECOND_S)
        last = self.last_writers
        return Stamp(last[0].at, SECOND_S) if last and last[0].at is not None else None

    @property
    def last_writers(self) -> tuple[Writer, ...]:
        """Who may have written this version: more than one where they share the newest second.

        A deletion's author is not among them: it manages no field.
        """
        newest = max((one.at for one in self.writers if one.at is not None), default=None)
        return tuple(one for one in self.writers if newest is not None and one.at == newest)


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """One change of one object as it came, decoded: ready for the timeline but for its second."""

    kind: str
    change: Change
    resource_version: int
    object: msgspec.Raw
    view: Named
    writers: tuple[Writer, ...] = ()
    authored: datetime | None = None

    def observed(self, at_s: float, waited_s: float = _AT_ONCE_S) -> Observed:
        return Observed(
            at_s=at_s,
            kind=self.kind,
            change=self.change,
            uid=self.view.metadata.uid,
            resource_version=self.resource_version,
            object=self.object,
            writers=self.writers,
            authored=self.authored,
            waited_s=waited_s or _AT_ONCE_S,
        )


class Synced(Record, frozen=True, kw_only=True):
    """All objects of `kind` as of `resource_version` are now on the timeline.

    Of a kind that is watched in several namespaces, `namespace` tells which watch it was.
    """

    kind: str
    resource_version: int
    namespace: str = ""


class Gap(Record, frozen=True, kw_only=True):
    """Changes of `kind` after `since_s` may be missing, up to the next `Synced` of that watch.

    Between the two, `deleted` means: not in the new list; `object` is then the last known state.
    """

    kind: str
    since_s: float
    reason: str
    namespace: str = ""


class Lost(Record, frozen=True, kw_only=True):
    """Nothing of `kind` is known to have happened after `since_s`, until that watch has `Resumed`.

    The watch is down or silent. Nothing need be missing: what happened meanwhile is delivered
    late, or a `Gap` says that it may be missing.
    """

    kind: str
    since_s: float
    reason: str
    namespace: str = ""


class Resumed(Record, frozen=True, kw_only=True):
    """The watch of `kind` is open again and goes on after `resource_version`."""

    kind: str
    resource_version: int
    namespace: str = ""


class Wrote(Record, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Somebody's write that the API server answered, as its audit log tells it.

    `received` and `answered` are the API server's clock in microseconds; the write took effect
    between them. `at_s` is when it was read here, later than both. `code` is the HTTP answer: from
    400 on nothing was written. `based_on` is the resourceVersion that the writer had seen, where
    the request named one. `name` is missing where the server chose it, `uid` in most requests.
    """

    user: str
    verb: str
    kind: str
    code: int
    received: datetime
    answered: datetime
    namespace: str = ""
    name: str = ""
    uid: str = ""
    subresource: str = ""
    based_on: int = 0
    agent: str = ""


class Noted(Record, frozen=True, kw_only=True):
    """A fact for the reader, such as how a manifest was adapted before it was applied."""

    text: str


class Step(msgspec.Struct, frozen=True):
    """One step of a scenario as it is written: `Given`, its text, its line in the feature file."""

    keyword: str
    text: str
    line: int


class Scripted(Record, frozen=True, kw_only=True):
    """The scenario as its feature file tells it, before its first step: also what is never reached.

    `path` is the feature file as the run's node IDs name it; examples are filled in.
    """

    feature: str
    path: str
    title: str
    line: int
    rule: str = ""
    tags: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


class Stepped(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A step of the script, by its index, begins or ends; `error` is the first line of its failure.

    One that begins and never ends was interrupted.
    """

    step: int
    state: Literal["begun", "passed", "failed"]
    error: str = ""


class Injected(Record, frozen=True, kw_only=True):
    """A fault was injected into `targets`; `fault` and `effect` are the encoded values.

    `upon` is the index of the entry that triggered it, where it waited for something to happen.
    """

    id: str
    fault: msgspec.Raw
    effect: msgspec.Raw
    sentence: str
    targets: tuple[Ref, ...]
    upon: int | None = None


class RolledBack(Record, frozen=True, kw_only=True):
    """The undo of one injection ran; `error` is empty when it succeeded."""

    id: str
    sentence: str
    error: str = ""


class Probed(Record, frozen=True, kw_only=True):
    """A question that no watch answers, and its answer; a bad answer is an answer.

    `asked_s` is the second at which it was asked: a slow answer may speak of an earlier state.
    `is_unanswered` where nobody answered, so that nothing can be told of what was asked.
    """

    probe: str
    target: str
    ok: bool
    answer: str = ""
    asked_s: float | None = None
    is_unanswered: bool = False


class Challenged(Record, frozen=True, kw_only=True):
    """A harmless change that a live controller must answer (see reconverge.judges.liveliness).

    `resource_version` is that of the write itself: of the created pod, of the patched workload.
    `error` is why there was none; with `is_unreached`, because nobody answered.
    """

    step: Literal["sentinel", "knock"]
    subject: Ref
    resource_version: int
    error: str = ""
    is_unreached: bool = False


class Promised(Record, frozen=True, kw_only=True):
    """From here on a promise is being judged; `promise` is the encoded value.

    `start` is the index of the first entry that its judge was fed: it lies before this record
    where the promise speaks of a fault that was injected earlier. `bound` is how long the cluster's
    settings let it take; the deadline is taken from it unless the scenario states one.
    """

    id: str
    promise: msgspec.Raw
    sentence: str
    deadline_s: float
    start: int = 0
    bound: Bound | None = None
    is_stated: bool = False


class Judged(Record, frozen=True, kw_only=True):
    """What a judge found about the promise `id`."""

    id: str
    finding: Finding


AnyRecord = (
    Opened
    | Observed
    | Synced
    | Gap
    | Lost
    | Resumed
    | Wrote
    | Noted
    | Scripted
    | Stepped
    | Injected
    | RolledBack
    | Probed
    | Challenged
    | Promised
    | Judged
)
