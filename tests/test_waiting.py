"""The one wait loop: it misses nothing, waits for nothing else, and tells what it waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from reconverge.clock import RealClock
from reconverge.judges.judge import (
    Progress,
    Want,
    WantAnswer,
    WantKnock,
    WantLog,
    WantMetrics,
    WantProbe,
    WantSentinel,
)
from reconverge.judges.pods import Answering
from reconverge.model import Ref, ref
from reconverge.timeline import Challenged, Entry, Noted, Probed, Timeline
from reconverge.verdict import Finding, Verdict
from reconverge.waiting import wait_until_judged, wait_until_seen
from reconverge.waiting.loop import JudgeStalled
from tests.fakes import SteppedClock
from tests.stage import Stage, staged


def found(now_s: float) -> Finding:
    return Finding(promise="p", verdict=Verdict.HELD, why="so", decided_s=now_s)


class Listener:
    """A judge that is content once it has heard `ends` notes, or at `due_s`."""

    def __init__(
        self, *, ends: int = 10**9, due_s: float | None = None, wants: Iterable[Want] = ()
    ) -> None:
        self.heard: list[str] = []
        self.told: list[float] = []
        self.due_s = due_s
        self._ends = ends
        self._wants = tuple(wants)

    def feed(self, entry: Entry) -> Finding | None:
        if isinstance(entry.record, Noted):
            self.heard.append(entry.record.text)
        return found(entry.at_s) if len(self.heard) >= self._ends else None

    def at(self, now_s: float) -> Finding | None:
        self.told.append(now_s)
        return found(now_s)

    def wants(self) -> tuple[Want, ...]:
        wants, self._wants = self._wants, ()
        return wants

    def progress(self) -> Progress:
        return Progress("notes", f"{len(self.heard)} notes")


def nobody(want: Want) -> None:
    raise AssertionError(f"nobody wanted {want}")


def wait(
    timeline: Timeline,
    judge: Listener,
    *,
    start: int = 0,
    act: Callable[[Want], None] = nobody,
) -> Finding:
    return wait_until_judged(timeline, judge, start=start, act=act)


def test_entries_of_before_and_of_later_are_fed_once_each() -> None:
    """From the start index on, in order, without a repetition."""
    clock = SteppedClock()
    timeline = Timeline(clock)
    for text in ("skipped", "before"):
        timeline.note(text)
    for delay_s in (1, 2):
        clock.after(delay_s, lambda delay_s=delay_s: timeline.note(f"after {delay_s}"))  # type: ignore[misc]
    judge = Listener(ends=3)
    assert wait(timeline, judge, start=1).decided_s == 2
    assert judge.heard == ["before", "after 1", "after 2"]


def test_a_judge_is_told_when_it_is_due_and_not_before() -> None:
    """Without an entry the loop wakes at the judge's own second."""
    judge = Listener(due_s=7.5)
    assert wait(Timeline(SteppedClock()), judge).decided_s == 7.5
    assert judge.told == [7.5]


def test_what_comes_after_the_finding_cannot_sway_it() -> None:
    """The loop ends at the deciding entry, though more is on the timeline."""
    timeline = Timeline(SteppedClock())
    for text in ("one", "two", "three"):
        timeline.note(text)
    judge = Listener(ends=2)
    wait(timeline, judge)
    assert judge.heard == ["one", "two"]


def test_an_act_that_records_at_once_is_heard() -> None:
    """What an act appends while the loop does not sleep wakes it all the same."""
    timeline = Timeline(SteppedClock())
    judge = Listener(ends=1, wants=[WantSentinel("ReplicaSet")])
    wait(timeline, judge, act=lambda want: timeline.note(str(want)))
    assert judge.heard == ["WantSentinel(kind='ReplicaSet')"]


def test_a_judge_that_never_decides_is_a_defect() -> None:
    """To be due and do nothing would spin for ever."""

    class Stalled(Listener):
        def at(self, now_s: float) -> Finding | None:
            self.told.append(now_s)
            return None

    with pytest.raises(JudgeStalled, match="notes: the judge is due and does nothing"):
        wait(Timeline(SteppedClock()), Stalled(due_s=1))


def test_no_wake_up_is_lost_between_threads() -> None:
    """Two writers on the real clock: every note arrives, although the loop has no time-out."""
    timeline = Timeline(RealClock())
    judge = Listener(ends=400)

    def write() -> None:
        for _ in range(200):
            timeline.note("x")

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    assert wait(timeline, judge).verdict is Verdict.HELD
    for writer in writers:
        writer.join()


def test_what_comes_between_looking_and_sleeping_ends_the_sleep() -> None:
    """An entry that is appended after the last look, and before the sleep, is not slept over."""
    timeline = Timeline(SteppedClock())

    class Interrupted(Listener):
        def wants(self) -> tuple[Want, ...]:
            if not len(timeline):
                timeline.note("just now")
            return ()

    judge = Interrupted(ends=1, due_s=5)
    wait(timeline, judge)
    assert timeline.now_s() == 0
    assert judge.heard == ["just now"]


def test_a_fact_that_comes_while_looking_is_not_slept_over() -> None:
    """The same, for a fact that is waited for."""
    clock = SteppedClock()
    timeline = Timeline(clock)
    timeline.note("first")

    def is_second(entry: Entry) -> bool:
        if entry.index == 0:
            timeline.note("second")
        return entry.index == 1

    assert wait_until_seen(timeline, is_second, within_s=3) is not None
    assert clock.monotonic_s() == 0


def test_a_fact_that_never_comes_is_none_after_the_time() -> None:
    """Exactly at the end of the time given."""
    clock = SteppedClock()
    timeline = Timeline(clock)
    assert wait_until_seen(timeline, lambda _: True, within_s=3) is None
    assert clock.monotonic_s() == 3


def test_a_fact_of_before_is_found_at_once() -> None:
    """No time passes for what is on the timeline already."""
    clock = SteppedClock()
    timeline = Timeline(clock)
    timeline.note("there")
    entry = wait_until_seen(timeline, lambda _: True, within_s=3)
    assert entry is not None
    assert clock.monotonic_s() == 0


@pytest.fixture
def stage(tmp_path: Path) -> Iterable[Stage]:
    with staged(tmp_path) as stage:
        yield stage


def probed(stage: Stage, probe: WantProbe | WantLog | WantAnswer | WantMetrics) -> Probed:
    stage.experiment._acts.perform(probe)
    record = stage.experiment.timeline[len(stage.experiment.timeline) - 1].record
    assert isinstance(record, Probed)
    return record


def test_a_reachable_node_answers_its_probes(stage: Stage) -> None:
    """The address is the container's own, and a pod there answers; the probe's pod is gone."""
    assert probed(stage, WantProbe("node-address", "fake-worker")).ok
    assert probed(stage, WantProbe("pods-reachable", "fake-worker")).answer.startswith("You've hit")
    stage.cluster.clock.pass_s(1)
    names = [one["metadata"]["name"] for one in stage.cluster.store.of("Pod")]
    assert not [name for name in names if name.startswith("probe-")]


def test_a_pod_answers_in_its_own_name(stage: Stage) -> None:
    """One that is not there does not answer, and a name that is not its own is no answer."""
    [name, *_] = [pod.name for pod in stage.pods()]
    record = probed(stage, WantProbe("pod-answers", name))
    assert (record.ok, record.answer) == (True, f"You've hit {name}")
    assert probed(stage, WantProbe("pod-answers", "nobody")).answer == "pod nobody does not exist"
    pods = tuple(stage.experiment.pod(pod.name) for pod in stage.pods())
    assert stage.expect(Answering(pods=pods)).verdict is Verdict.HELD
    assert stage.expect(Answering(pods=()), within_s=1).verdict is Verdict.BROKEN


def test_a_stopped_node_fails_its_probe_within_its_time(stage: Stage) -> None:
    """A bad answer is an answer, and comes within seconds."""
    stage.cluster.machines.stop("fake-worker")
    begun_s = stage.cluster.clock.monotonic_s()
    record = probed(stage, WantProbe("pods-reachable", "fake-worker"))
    assert not record.ok
    assert "no pod became ready" in record.answer
    assert stage.cluster.clock.monotonic_s() - begun_s < 15


def test_an_unreachable_api_is_recorded_and_not_raised(stage: Stage) -> None:
    """Probes and challenges say so on the timeline."""
    stage.cluster.is_down = True
    assert "connection refused" in probed(stage, WantProbe("pods-reachable", "fake-worker")).answer
    stage.experiment._acts.perform(WantKnock(stage.kubia))
    stage.cluster.is_down = False
    record = stage.experiment.timeline[len(stage.experiment.timeline) - 1].record
    assert isinstance(record, Challenged)
    assert "connection refused" in record.error


def test_a_log_is_recorded_whole(stage: Stage) -> None:
    """However long it is; that there is no previous one is an answer as well."""
    pod = ref("Pod", stage.pods()[0])
    stage.cluster.said[pod.name] = "a line\n" * 1000
    record = probed(stage, WantLog(pod=pod))
    assert (record.probe, record.target, record.ok) == ("log", pod.name, True)
    assert record.answer == stage.cluster.said[pod.name]
    record = probed(stage, WantLog(pod=pod, container="main", previous=True))
    assert (record.probe, record.target) == ("previous log", f"{pod.name}/main")
    assert not record.ok
    assert not record.is_unanswered


def test_an_application_is_asked(stage: Stage) -> None:
    """What it says is the answer; an API server that is away gives none."""
    pod = ref("Pod", stage.pods()[0])
    record = probed(stage, WantAnswer(pod=pod, port=8080))
    assert (record.ok, record.answer) == (True, f"You've hit {pod.name}")
    stage.cluster.is_down = True
    assert probed(stage, WantAnswer(pod=pod, port=8080)).is_unanswered
    stage.cluster.is_down = False


def test_of_all_that_a_kubelet_counts_only_what_was_asked_for_is_kept(stage: Stage) -> None:
    """Of that container, of that metric; a kubelet that may not be asked gives no answer."""
    pod = ref("Pod", stage.pods()[0])
    labels = f'{{container="main",namespace="{pod.namespace}",pod="{pod.name}"}}'
    wanted = f"cpu_periods_total{labels} 7"
    others = [f"memory{labels} 1", f"{wanted.replace('main', 'other')}", "# HELP cpu_periods_total"]
    stage.cluster.metrics = "\n".join([*others, wanted])
    want = WantMetrics(pod=pod, container="main", metric="cpu_")
    record = probed(stage, want)
    assert (record.ok, record.answer) == (True, wanted)
    stage.cluster.is_reticent = True
    assert probed(stage, want).is_unanswered


def test_an_unknown_node_is_no_crash(stage: Stage) -> None:
    """The judge hears that there is none."""
    assert "not registered" in probed(stage, WantProbe("node-address", "nowhere")).answer


def test_a_want_that_nobody_performs_is_a_defect(stage: Stage) -> None:
    """A new kind of want cannot be forgotten silently."""
    stray = Ref("Pod", "", "", "")

    class WantMore(Want, frozen=True):
        subject: Ref

    with pytest.raises(AssertionError, match="nobody performs"):
        stage.experiment._acts.perform(WantMore(stray))
