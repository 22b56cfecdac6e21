"""Promises about what containers say, by the log as the API server gives it."""

from __future__ import annotations

import pytest

from reconverge.judges.logs import LogBegins, LogSays, NoPreviousLog, lines_of
from reconverge.judges.replay import reviews
from reconverge.judges.requests import Asked, FirstAsked, Tires
from reconverge.model import Ref
from reconverge.verdict import Verdict
from tests.builders import NAMESPACE, Json, Story, node
from tests.judges.asked import DEADLINE_S, play

A = Ref("Pod", NAMESPACE, "a", "a")
STARTING = "2026-01-01T00:00:00.5Z Kubia server starting..."


def log(*seconds: float, who: str = "10.244.1.1") -> str:
    """A log of requests at these seconds after its pod's container was started."""
    rows = [f"2026-01-01T00:00:{second:09.6f}Z Received request from {who}" for second in seconds]
    return "\n".join([STARTING, *rows])


def story(**more: object) -> Story:
    """A pod on a node whose pods have the network 10.244.1.0/24; its container started at 0 s."""
    told = Story()
    wire = node("worker", told.next_version())
    wire["spec"] = {"podCIDR": "10.244.1.0/24"}
    told.see("Node", "listed", wire)
    told.pod("a", "listed", **more)
    return told


def ended(**more: object) -> Json:
    """The status of a container that was restarted at second 20, after an end at second 10."""
    times = {"startedAt": "2026-01-01T00:00:00Z", "finishedAt": "2026-01-01T00:00:10Z"}
    return {
        "containerStatuses": [
            {
                "name": "main",
                "restartCount": 1,
                "state": {"running": {"startedAt": "2026-01-01T00:00:20Z"}},
                "lastState": {"terminated": {"exitCode": 137, "reason": "Error", **times}},
                **more,
            }
        ]
    }


def test_lines_have_the_instants_of_the_runtime() -> None:
    """What carries none, such as an error of the runtime's in their place, is no line."""
    [line] = lines_of(f"{STARTING}\nunable to retrieve container logs")
    assert (line.text, line.at.microsecond) == ("Kubia server starting...", 500_000)


def test_a_log_is_read_again_until_it_says_it() -> None:
    """A line that comes later is found, a second after the question before."""
    finding = play(story(), LogSays(pod=A, text="request"), [(True, STARTING), (True, log(3))])
    assert (finding.verdict, finding.decided_s) == (Verdict.HELD, 1.0)
    assert finding.promise == 'the log of the container of "a" says "request"'


def test_a_log_that_never_says_it_is_broken_by_the_last_question() -> None:
    """Which is asked at the deadline."""
    finding = play(story(), LogSays(pod=A, text="request"), [(True, STARTING)])
    assert (finding.verdict, finding.decided_s) == (Verdict.BROKEN, DEADLINE_S)
    assert finding.why == '0 such lines of 1; the log of the container of "a" says it 0 times'


@pytest.mark.parametrize(
    ("least", "most", "verdict"),
    [
        (2, None, Verdict.HELD),
        (2, 2, Verdict.HELD),
        (3, None, Verdict.BROKEN),
        (1, 1, Verdict.BROKEN),
        (0, 0, Verdict.BROKEN),
    ],
)
def test_how_often_it_is_said_counts(least: int, most: int | None, verdict: Verdict) -> None:
    """At least, exactly, not at all."""
    promise = LogSays(pod=A, text="request", least=least, most=most)
    assert play(story(), promise, [(True, log(1, 2))]).verdict is verdict


def test_a_log_that_cannot_be_read_keeps_nothing() -> None:
    """Not even the promise that something is not said."""
    finding = play(story(), LogSays(pod=A, text="x", least=0, most=0), [(False, "not found")])
    assert finding.verdict is Verdict.BROKEN
    assert "was not read" in finding.why


def test_a_container_that_no_kubelet_tells_of_says_nothing() -> None:
    """A log whose container is not known to run may be anybody's."""
    told = story(status={"containerStatuses": []})
    finding = play(told, LogSays(pod=A, text="request"), [(True, log(3))])
    assert finding.verdict is Verdict.BROKEN
    assert "its kubelet tells of no such container" in finding.why


def test_who_is_not_answered_knows_nothing() -> None:
    """An API server that is away is no log without the line; one that comes back is asked again."""
    promise = LogSays(pod=A, text="request")
    finding = play(story(), promise, [(True, STARTING), (None, "connection refused")])
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.why == "not answered: connection refused"
    assert play(story(), promise, [(None, "refused"), (True, log(3))]).verdict is Verdict.HELD


def test_an_answer_to_an_older_question_does_not_count() -> None:
    """It speaks of an earlier state."""
    told = story()
    told.at(5.0).probed("log", "a", ok=True, answer=log(1), asked_s=-1.0)
    assert play(told, LogSays(pod=A, text="request"), [(True, STARTING)]).verdict is Verdict.BROKEN


def test_a_log_begins_with_the_life_of_its_container() -> None:
    """A first line that is older than the container is of another life."""
    promise = LogBegins(pod=A, text="starting")
    finding = play(story(status=ended()), promise, [(True, STARTING)])
    assert finding.verdict is Verdict.BROKEN
    anew = STARTING.replace("00:00:00.5", "00:00:20.5")
    assert play(story(status=ended()), promise, [(True, anew)]).verdict is Verdict.HELD
    assert play(story(), promise, [(True, log(1).partition("\n")[2])]).verdict is Verdict.BROKEN


def test_the_previous_log_begins_with_the_life_of_the_previous_container() -> None:
    """Its start is that of the end that the status tells."""
    promise = LogBegins(pod=A, text="starting", previous=True)
    assert play(story(status=ended()), promise, [(True, STARTING)]).verdict is Verdict.HELD
    assert play(story(), promise, [(True, STARTING)]).verdict is Verdict.BROKEN


def test_no_previous_log_is_what_the_api_server_says() -> None:
    """A container that has not begun yet has no log either, for another reason."""
    said = 'previous terminated container "main" in pod "a" not found'
    answers = [(False, 'container "main" is waiting to start'), (False, said)]
    assert play(story(), NoPreviousLog(pod=A), answers).verdict is Verdict.HELD
    assert play(story(), NoPreviousLog(pod=A), [(True, STARTING)]).verdict is Verdict.BROKEN


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (log(1, 11, 21.5), Verdict.HELD),
        (log(1, 2, 12, 22), Verdict.HELD),
        (log(1, 11), Verdict.BROKEN),
        (log(1, 11, 26, 36), Verdict.BROKEN),
        (log(1, 11, 21, who="10.244.1.7"), Verdict.BROKEN),
    ],
    ids=["in rhythm", "after an odd one", "too few", "interrupted", "not from its node"],
)
def test_probes_come_in_a_rhythm_and_from_the_node(said: str, verdict: Verdict) -> None:
    """So many in a row, a second more or less apart."""
    promise = Asked(pod=A, times=3, period_s=10)
    assert play(story(), promise, [(True, said)]).verdict is verdict


def test_connections_are_probes_as_well() -> None:
    """An application that speaks no HTTP says so in other words."""
    said = log(1, 2, 3).replace("Received request", "Accepted connection")
    assert play(story(), Asked(pod=A, times=3, period_s=1), [(True, said)]).verdict is Verdict.HELD


@pytest.mark.parametrize(
    ("second", "verdict"),
    [(14.9, Verdict.BROKEN), (15.1, Verdict.HELD), (26.5, Verdict.BROKEN)],
)
def test_the_first_probe_comes_in_its_span(second: float, verdict: Verdict) -> None:
    """Neither too early nor too late, from the start that the kubelet tells."""
    promise = FirstAsked(pod=A, after_s=15, by_s=26)
    finding = play(story(), promise, [(True, STARTING), (True, log(second, 40))])
    assert finding.verdict is verdict
    assert f"first asked {second} s after its start" in finding.why


@pytest.mark.parametrize(
    ("said", "verdict", "questions"),
    [
        ("+++++--", Verdict.HELD, 7),
        ("++++---", Verdict.BROKEN, 7),
        ("+++++++", Verdict.BROKEN, 7),
    ],
)
def test_an_application_tires_after_so_many_answers(
    said: str, verdict: Verdict, questions: int
) -> None:
    """It is asked no more often than it takes to know."""
    told = story()
    finding = play(told, Tires(pod=A, well=5), [(one == "+", "") for one in said])
    assert (finding.verdict, finding.why.partition(";")[0][-7:]) == (verdict, said)
    assert len(told.timeline) == 3 + questions


def test_what_was_answered_can_be_judged_again() -> None:
    """The answers are on the timeline, and nothing else is needed."""
    told, promise = story(), LogSays(pod=A, text="request")
    name = told.promise(promise, deadline_s=DEADLINE_S, start=2)
    told.judged(name, play(told, promise, [(True, STARTING), (True, log(3))]))
    [review] = reviews(told.timeline)
    assert review.now == review.recorded
