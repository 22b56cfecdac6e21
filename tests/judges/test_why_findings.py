"""Where explanations go: into findings, into the live progress, into the text of a red scenario."""

from __future__ import annotations

from reconverge.judges.converges import ConvergenceJudge, Converges
from reconverge.judges.effects import PodsLost
from reconverge.judges.judge import Explaining, Progress
from reconverge.judges.steady import ReadyPods
from reconverge.model import Ref
from reconverge.report.console import failure_text
from reconverge.timeline import Timeline
from reconverge.verdict import Finding, Verdict
from tests.builders import KUBIA, NAMESPACE, Audience, FakeClock, Responder, Story

PENDING = {
    "conditions": [
        {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": "0/2 nodes are available: 2 Insufficient cpu.",
            "lastTransitionTime": "2026-01-01T00:00:02Z",
        }
    ],
    "containerStatuses": [],
}
REASON = "b cannot be scheduled (Unschedulable): 0/2 nodes are available: 2 Insufficient cpu"


def one_unschedulable() -> Story:
    """Two pods are asked for; the second finds no node."""
    story = Story()
    story.steady("a")
    story.workload(replicas=2, current=2, ready=1)
    story.at(2).pod("b", "added", ready=False, phase="Pending", node="", status=PENDING)
    return story


def judged(story: Story) -> tuple[ConvergenceJudge, Audience]:
    promise = Converges(workload=KUBIA, steady=ReadyPods(count=2))
    judge = promise.judge(deadline_s=20.0)
    return judge, Audience(story, judge)


def broken() -> tuple[Story, Finding]:
    story = one_unschedulable()
    _, audience = judged(story)
    controller = Responder(audience)
    controller.state = {"replicas": 2, "current": 2, "ready": 1}
    finding = controller.run(40.0)
    assert finding is not None
    return story, finding


def test_a_broken_promise_carries_its_evidence() -> None:
    """The sentence, the entries that show it, the lines for a reader, and whose move it is."""
    story, finding = broken()
    assert (finding.verdict, finding.why) == (Verdict.BROKEN, REASON)
    records = [story.timeline[index].record for index in finding.evidence]
    assert [record.kind for record in records] == ["ReplicationController", "Pod"]  # type: ignore[union-attr]
    assert finding.because[-2:] == (
        f"#{finding.evidence[1]} b: PodScheduled is False (Unschedulable) since 18 s",
        "now it is up to default-scheduler",
    )


def test_an_unknown_one_says_what_is_seen() -> None:
    """Where the verdict is open, what is seen is still worth a look."""
    _, audience = judged(one_unschedulable())
    controller = Responder(audience)
    controller.refuses = "exceeded quota"
    finding = controller.run(40.0)
    assert finding is not None
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.because[0] == f"as far as is seen, {REASON}"


def test_a_reason_is_given_only_while_the_state_is_awaited() -> None:
    """Neither before the fault has shown its effect, nor once the state is there."""
    story = one_unschedulable()
    judge, audience = judged(story)
    assert isinstance(judge, Explaining)
    assert judge.reason(5.0) == ""
    audience.hear()
    assert judge.reason(5.0) == REASON
    story.pod("b")
    story.workload(replicas=2)
    audience.hear()
    assert judge.reason(5.0) == ""
    fault = story.inject(PodsLost(pods=(Ref("Pod", NAMESPACE, "a", "a"),)))
    promise = Converges(workload=KUBIA, steady=ReadyPods(count=3), injections=(fault,))
    waiting = promise.judge(deadline_s=20.0)
    Audience(story, waiting).hear()
    assert waiting.reason(5.0) == ""


def test_a_reason_takes_the_place_of_the_details() -> None:
    """One line has room for one of them."""
    seen = "1 of 2 ready; b Pending, Unschedulable"
    assert Progress("it converges", seen).outlook == seen
    assert Progress("it converges", seen, reason=REASON).outlook == f"1 of 2 ready; {REASON}"


def test_the_text_shows_the_evidence_line_by_line() -> None:
    """Below the reason, each line cut to the width and none folded."""
    story, finding = broken()
    story.judged("promise", finding)
    lines = failure_text(story.timeline, finding).splitlines()
    first = next(number for number, line in enumerate(lines) if "evidence" in line)
    assert lines[first].startswith("  evidence    #")
    rows = lines[first : first + len(finding.because)]
    assert [row[14:] for row in rows] == list(finding.because)
    assert rows[-1] == "              now it is up to default-scheduler"
    assert not any(" decides " in line for line in lines), "nothing settled it but the deadline"


def test_a_snapshot_knows_the_entries_of_what_is_there() -> None:
    """The newest delivery of each object, until it is gone; a stale one changes nothing."""
    story = Story()
    first = story.pod("a").index
    newest = story.pod("a")
    assert newest.snapshot.index_of("a") == newest.index > first
    assert story.timeline.snapshot_at(first).index_of("a") == first
    story.version -= 2
    assert story.pod("a").snapshot.index_of("a") == newest.index
    story.version += 2
    gone = story.pod("a", "deleted")
    assert gone.snapshot.index_of("a") is None
    assert gone.snapshot.index_of("b") is None


def test_an_entry_knows_the_wall_s_time() -> None:
    """By the opening record; without one nobody knows."""
    story = Story()
    entry = story.note()
    assert str(entry.instant(61.0)) == "2026-01-01 00:01:01+00:00"
    bare = Timeline(FakeClock()).restore(entry.record)
    assert bare.instant(61.0) is None
