"""reconverge itself, as a scenario's step uses it: `experiment.converge`."""

from __future__ import annotations

import msgspec

from bench.verdicts.rows import Anatomy
from bench.verdicts.truth import Line, Seen, Sighting, Truth, Workload, is_told_too
from reconverge.errors import Unavailable
from reconverge.experiment import Experiment, PromiseBroken
from reconverge.judges.liveliness import ANSWER_S
from reconverge.model import Ref
from reconverge.timeline import Entry, Judged, Observed, Timeline
from reconverge.verdict import Finding, Verdict

_SEEN = msgspec.json.Decoder(Seen)


class Converge:
    """Waits in this process, on the experiment that injected the fault."""

    def __init__(
        self, experiment: Experiment, workload: Ref, *, replicas: int, settle_s: float
    ) -> None:
        self._experiment = experiment
        self._workload = workload
        self._replicas = replicas
        self._settle_s = settle_s
        self.finding: Finding | None = None
        self.anatomy: Anatomy | None = None

    def wait(self, *, within_s: float) -> bool:
        """At a deadline it asks the controller once more: that time is part of `within_s`."""
        self.anatomy = None
        try:
            self.finding = self._experiment.converge(
                self._workload,
                replicas=self._replicas,
                within_s=max(0.0, within_s - ANSWER_S),
                settle_s=self._settle_s,
            )
        except PromiseBroken as broken:
            self.finding = broken.finding
        if self.finding.verdict is Verdict.HELD:
            self.anatomy = self._taken_apart(self.finding)
        return self.finding.verdict is Verdict.HELD

    def _taken_apart(self, finding: Finding) -> Anatomy:
        timeline = self._experiment.timeline
        returned_s = timeline.now_s()
        began_s = timeline.clock.monotonic_s() - returned_s
        assert finding.instant_s is not None, "a HELD has the instant of its event"
        return Anatomy(
            event=event_of(timeline[finding.evidence[0]]),
            instant_s=began_s + finding.instant_s,
            settle_s=self._settle_s,
            proved_s=began_s + finding.decided_s,
            judged_s=began_s + judged_s(timeline),
            returned_s=began_s + returned_s,
        )


def judged_s(timeline: Timeline) -> float:
    """The second of the last finding; watches may have gone on since."""
    for index in range(len(timeline) - 1, -1, -1):
        if isinstance(timeline[index].record, Judged):
            return timeline[index].at_s
    raise AssertionError("nothing was judged")


def received(timeline: Timeline, event: str) -> float:
    """The monotonic second at which the timeline received that change."""
    began_s = timeline.clock.monotonic_s() - timeline.now_s()
    for index in range(len(timeline) - 1, -1, -1):
        if event_of(timeline[index]) == event:
            return began_s + timeline[index].at_s
    raise Unavailable(f"{event} is not on the timeline", where="bench")


def retold(timeline: Timeline, workload: Workload) -> Truth:
    """The witness's rules on what the timeline received, in its order; no code of our judges."""
    began_s = timeline.clock.monotonic_s() - timeline.now_s()
    truth = Truth(workload, is_told_too)
    for entry in timeline.entries():
        record = entry.record
        if isinstance(record, Observed) and record.kind in ("Pod", "ReplicationController"):
            type_ = "DELETED" if record.change == "deleted" else "MODIFIED"
            seen = msgspec.structs.replace(_SEEN.decode(bytes(record.object)), kind=record.kind)
            truth.take(Sighting(began_s + record.at_s, Line(type_, seen)))
    return truth


def event_of(entry: Entry) -> str:
    """The entry's change, in the words of the truth; other entries than changes have none."""
    record = entry.record
    return f"{record.kind}@{record.resource_version}" if isinstance(record, Observed) else ""
