"""Random histories of a Job that is due: what is said against what was really made, and when.

The oracle is the truth: Jobs are made and deleted in a world of their own, and how much of it our
watches show, how late and in which gaps, is another matter. Whatever they show, no verdict may say
what is not so; and where they show all of it at once, none may be UNKNOWN without a reason.
"""

from __future__ import annotations

from typing import Any, Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconverge.judges.controllers import PHANTOM
from reconverge.judges.judge import Want, WantKnock
from reconverge.judges.replay import replay
from reconverge.judges.schedules import StartsJob, StartsNoJob
from reconverge.model import Ref
from reconverge.timeline import Timeline
from reconverge.verdict import Finding, Verdict
from tests.builders import NAMESPACE, Audience, Json, meta, owned_by
from tests.judges.steady.worlds import World
from tests.judges.test_schedules import CRON, DUE, NAME, OTHER

BEGIN_S, DEADLINE_S = 10.0, 20.0
STARTS, STARTS_NONE = StartsJob(cron=CRON, due=DUE), StartsNoJob(cron=CRON, due=DUE)
SLOW = [HealthCheck.too_slow]

Op = tuple[float, str, Any]  # the second, what happens, to what
Part = st.SearchStrategy[list[Op]]
# Never the very second of the deadline; most that matters begins before it.
EARLY = st.integers(0, 6).map(lambda step: BEGIN_S + 1.5 * step + 0.25)
LATE = st.integers(7, 12).map(lambda step: BEGIN_S + 1.5 * step + 0.25)
SECONDS = st.one_of(EARLY, EARLY, LATE)


def once(name: str, what: Any = None) -> Part:
    return SECONDS.map(lambda at_s: [(at_s, name, what)])


def span(begin: str, end: str, what: Any = None) -> Part:
    """From one second to another."""
    pairs = st.tuples(EARLY, SECONDS).map(sorted)
    return pairs.map(lambda row: [(row[0], begin, what), (row[1], end, what)])


def some(*parts: Part, least: int = 0, most: int = 1) -> Part:
    rows = st.lists(st.one_of(*parts), min_size=least, max_size=most)
    return rows.map(lambda ops: [op for row in ops for op in row])


def history(*parts: Part) -> Part:
    """What comes of each of `parts`, in the order of time."""
    return st.tuples(*parts).map(
        lambda rows: sorted((op for row in rows for op in row), key=lambda op: op[0])
    )


MADE, DEAD = some(once("job")), some(span("dies", "revives"))
NOISE = some(once("change"), once("namesake", OTHER), once("namesake"), once("again"))
JOBS = [span(what, "mend", "Job") for what in ("gap", "lost", "hang")]
CRONS = [span(what, "mend", "CronJob") for what in ("gap", "lost", "hang")]
CALM = history(MADE, DEAD, NOISE)
WILD = history(
    some(once("job"), least=1), some(once("gone")), some(*JOBS, least=1), some(*CRONS), DEAD, NOISE
)

Change = Literal["listed", "added", "modified", "deleted"]


class Watch:
    """What our watch of one kind brings: at once, late, or only what is left when it is listed."""

    def __init__(self, world: World, kind: str) -> None:
        self.world, self.kind = world, kind
        self.state = "whole"
        self.late: list[tuple[Change, Json]] = []
        self.left: dict[str, Json] = {}
        self.known: dict[str, Json] = {}

    def bring(self, change: Change, wire: Json) -> None:
        uid = uid_of(wire)
        self.left[uid] = wire
        if change == "deleted":
            del self.left[uid]
        if self.state == "whole":
            self.show(change, wire)
        else:
            self.late.append((change, wire))

    def show(self, change: Change, wire: Json) -> None:
        self.known[uid_of(wire)] = wire
        if change == "deleted":
            del self.known[uid_of(wire)]
        self.world.see(self.kind, change, wire)

    def gap(self) -> None:
        self.state = "gap"
        self.world.gap(self.kind)

    def lost(self) -> None:
        if self.state in ("whole", "hang"):
            self.state = "lost"
            self.world.lost(self.kind)

    def hang(self) -> None:
        """Nothing comes any more, and nobody has noticed."""
        if self.state == "whole":
            self.state = "hang"

    def mend(self) -> None:
        """After a gap comes a list; else all that has waited."""
        was, self.state = self.state, "whole"
        if was == "gap":
            self.late = [("listed", wire) for wire in self.left.values()]
            gone = [wire for uid, wire in self.known.items() if uid not in self.left]
            self.late += [("deleted", wire) for wire in gone]
        late, self.late = self.late, []
        for change, wire in late:
            self.show(change, wire)
        if was == "gap":
            self.world.synced(self.kind)
        if was in ("gap", "lost"):
            self.world.resumed(self.kind)


def uid_of(wire: Json) -> str:
    metadata: Any = wire["metadata"]
    return str(metadata["uid"])


class Reality:
    """A CronJob, its Jobs, its controller, and our watches of them."""

    def __init__(self) -> None:
        self.world = World()
        self.jobs, self.crons = Watch(self.world, "Job"), Watch(self.world, "CronJob")
        self.is_alive, self._is_spoiled = True, False
        self.made: list[float] = []  # when the Job that is due was made
        self._standing: Json | None = None
        self._others = 0
        self._served = 0
        self.cron([])
        self.world.at(BEGIN_S).note()

    def cron(self, active: list[Json]) -> int:
        metadata = meta(CRON.name, CRON.uid, self.world.next_version())
        version = self.world.version
        self.crons.bring("modified", {"metadata": metadata, "status": {"active": active}})
        return version

    def job(self, name: str, uid: str, owner: Ref | None) -> Json:
        owners: Json = {"ownerReferences": owned_by(owner)} if owner is not None else {}
        return {"metadata": {**meta(name, uid, self.world.next_version()), **owners}}

    def play(self, name: str, what: Any) -> None:
        match name:
            case "job":
                self._make()
            case "namesake":
                self._others += 1
                self.jobs.bring("added", self.job(NAME, f"other-{self._others}", what))
            case "change" if self._standing is not None:
                self._standing = self.job(NAME, uid_of(self._standing), CRON)
                self.jobs.bring("modified", self._standing)
            case "gone" if self._standing is not None:
                gone = self.job(NAME, uid_of(self._standing), CRON)
                self.jobs.bring("deleted", gone)
                self._standing = None
            case "dies" | "revives":
                self.is_alive = name == "revives"
                self._answer()
            case "gap" | "lost" | "mend" | "hang":
                getattr(self.jobs if what == "Job" else self.crons, name)()
            case "again" if self.jobs.known and self.jobs.state == "whole":
                self.jobs.show("listed", next(iter(self.jobs.known.values())))

    def _make(self) -> None:
        """Its controller makes it if it is there, once: the name is taken after that."""
        if self.is_alive and self._standing is None:
            self.made.append(self.world.timeline.now_s())
            self._standing = self.job(NAME, f"uid-{len(self.made)}", CRON)
            self.jobs.bring("added", self._standing)

    def _answer(self) -> None:
        """It strikes off the list what never was, at once or when it is back."""
        if self.is_alive and self._is_spoiled:
            self._is_spoiled = False
            self.cron([])

    def serve(self, audience: Audience) -> None:
        """Do what is wanted, as the engine would."""
        audience.hear()
        while audience.finding is None and self._served < len(audience.wanted):
            self._do(audience.wanted[self._served])
            self._served += 1
            audience.hear()

    def _do(self, want: Want) -> None:
        if isinstance(want, WantKnock):
            knocked = self.cron([{"name": PHANTOM, "uid": PHANTOM}])
            self.world.challenged("knock", CRON, version=knocked)
            self._is_spoiled = True
            self._answer()
            return
        name = f"stray-{self._served}"
        wire = self.job(name, name, None)
        planted = Ref("Job", NAMESPACE, name, name)
        self.world.challenged("sentinel", planted, version=self.world.version)
        self.jobs.bring("added", wire)

    def let_pass(self, audience: Audience, until_s: float) -> None:
        self.serve(audience)
        while audience.finding is None:
            due_s = audience.judge.due_s
            if due_s is None or due_s > until_s:
                break
            audience.wait(due_s)
            self.serve(audience)
        self.world.at(max(until_s, self.world.timeline.now_s()))


def told(promise: StartsJob | StartsNoJob, ops: list[Op]) -> tuple[Reality, Finding, Timeline]:
    """A span from second 10, with the deadline at 20, judged to its end."""
    reality = Reality()
    world = reality.world
    start = len(world.timeline) - 1
    name = world.promise(promise, deadline_s=DEADLINE_S, start=start)
    audience = Audience(world, promise.judge(deadline_s=DEADLINE_S), start=start)
    reality.serve(audience)
    for at_s, op, what in ops:
        reality.let_pass(audience, at_s)
        if audience.finding is not None:
            break
        reality.play(op, what)
        reality.serve(audience)
    reality.let_pass(audience, world.timeline.now_s() + DEADLINE_S + 60)
    finding = audience.finding
    assert finding is not None, "a judge ends soon after its deadline"
    world.judged(name, finding)
    return reality, finding, world.timeline


PROMISES = st.sampled_from([STARTS, STARTS_NONE])


def was_made(reality: Reality) -> bool:
    """Whether the Job that is due was made in time."""
    return any(at_s <= DEADLINE_S for at_s in reality.made)


@settings(max_examples=400, suppress_health_check=SLOW)
@given(promise=PROMISES, ops=WILD)
def test_no_verdict_says_what_is_not_so(promise: StartsJob | StartsNoJob, ops: list[Op]) -> None:
    """However little our watches show, and however late; and the record says it again."""
    reality, finding, timeline = told(promise, ops)
    if finding.verdict is not Verdict.UNKNOWN:
        is_kept = was_made(reality) is (promise is STARTS)
        assert (finding.verdict is Verdict.HELD) == is_kept, finding.why
    assert replay(timeline) == [(finding, finding)]


@settings(max_examples=200, suppress_health_check=SLOW)
@given(promise=PROMISES, ops=CALM)
def test_where_everything_is_known_nothing_is_unknown(
    promise: StartsJob | StartsNoJob, ops: list[Op]
) -> None:
    """On whole watches only a dead controller leaves it open whether there is rightly none."""
    reality, finding, _ = told(promise, ops)
    is_kept = was_made(reality) is (promise is STARTS)
    if finding.verdict is Verdict.UNKNOWN:
        assert promise is STARTS_NONE
        assert not reality.is_alive
    else:
        assert (finding.verdict is Verdict.HELD) == is_kept, finding.why
