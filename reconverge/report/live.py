"""A scenario while it runs, as its record tells it: its step, its targets, the counts, the timers.

The record on disk is all there is to read, so the terminal of the run, another terminal and the
controller of several workers show the same, and none of them disturbs the run.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec

from reconverge.clock import Clock
from reconverge.judges.judge import Explaining, Judge, Progress
from reconverge.judges.promises import decode_promise
from reconverge.report.story import StepRecord, Story, story_of
from reconverge.timeline import Injected, Judged, Opened, Promised, RolledBack, Timeline
from reconverge.timeline.tail import Tail


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """One moment of one scenario. Seconds are those of its record.

    `limit_s` is how long the promise under judgement may take, `left_s` what is left of it; None
    where nothing is waited for. `faults` are the sentences of those that stand or were done.
    """

    name: str = ""
    elapsed_s: float = 0.0
    story: Story = Story()
    faults: tuple[str, ...] = ()
    promise: str = ""
    seen: str = ""
    reason: str = ""
    limit_s: float | None = None
    left_s: float | None = None

    @property
    def title(self) -> str:
        return self.name.partition("::")[2] or self.name

    @property
    def is_over(self) -> bool:
        """Whether its last step has ended, or one has failed; the clean-up may still go on."""
        steps = self.story.steps
        return bool(steps) and (
            steps[-1].status == "passed" or any(one.status == "failed" for one in steps)
        )

    @property
    def step(self) -> StepRecord | None:
        """The step that it is at; the last one that ended where it is between two."""
        reached = [one for one in self.story.steps if one.status != "skipped"]
        return reached[-1] if reached else None


class Follower:
    """One scenario's record, followed; the judge of the promise at hand is fed along with it."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._tail = Tail(path, clock)
        self._clock = clock
        self._promised: Promised | None = None
        self._judge: Judge | None = None
        self._cursor = 0
        self._seen = 0

    @property
    def timeline(self) -> Timeline:
        return self._tail.timeline

    def scene(self) -> Scene:
        """What can be told now. Raises BadInput where the record cannot be read."""
        self._tail.read()
        if not len(self.timeline):
            return Scene()
        self._note_promises()
        opened = self.timeline[0].record
        assert isinstance(opened, Opened), "a timeline begins with its opening record"
        now_s = self._now_s(opened.started)
        progress = self._progress(now_s)
        promised = self._promised
        return Scene(
            name=opened.scenario,
            elapsed_s=now_s,
            story=story_of(self.timeline),
            faults=_faults(self.timeline),
            promise=promised.sentence if promised is not None else "",
            seen=progress.seen if progress is not None else "",
            reason=progress.reason if progress is not None else "",
            limit_s=promised.deadline_s - promised.at_s if promised is not None else None,
            left_s=max(0.0, promised.deadline_s - now_s) if promised is not None else None,
        )

    def _now_s(self, started: datetime) -> float:
        """Its own clock is another process's: the wall's difference is near enough for a person."""
        last_s = self.timeline[len(self.timeline) - 1].at_s
        return max(last_s, (self._clock.wall() - started).total_seconds())

    def _note_promises(self) -> None:
        for entry in self.timeline.entries(self._seen):
            self._seen = entry.index + 1
            match entry.record:
                case Promised() as promised:
                    self._promised, self._judge = promised, None
                    self._cursor = promised.start
                    with suppress(msgspec.MsgspecError):  # a promise of somebody else's program
                        promise = decode_promise(promised.promise)
                        self._judge = promise.judge(deadline_s=promised.deadline_s)
                case Judged(id=id_) if self._promised is not None and id_ == self._promised.id:
                    self._promised = self._judge = None

    def _progress(self, now_s: float) -> Progress | None:
        judge = self._judge
        if judge is None:
            return None
        for entry in self.timeline.entries(self._cursor):
            self._cursor = entry.index + 1
            finding = judge.feed(entry)
            judge.wants()  # asked in the run itself, by which the record goes on
            if finding is not None:
                break
        progress = judge.progress()
        if isinstance(judge, Explaining) and not progress.reason:
            return msgspec.structs.replace(progress, reason=judge.reason(now_s))
        return progress


def _faults(timeline: Timeline) -> tuple[str, ...]:
    """What was done, in its own words; what was taken back says so."""
    done: dict[str, str] = {}
    for entry in timeline.entries():
        match entry.record:
            case Injected(id=id_, sentence=sentence):
                done[id_] = sentence
            case RolledBack(id=id_, error="") if id_ in done:
                done[id_] = f"{done[id_]} (taken back)"
    return tuple(done.values())
