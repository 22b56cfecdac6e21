"""A turn's Lease while the scenario runs: when it is given up for lost, and when it is not."""

from __future__ import annotations

import threading

import pytest

from reconverge.clock import RealClock
from reconverge.cluster import renewal
from reconverge.cluster.claims import LEASE_S, RENEW_WITHIN_S, RETRY_S, Claim
from reconverge.cluster.renewal import Keeper, Renewal
from reconverge.cluster.transport import PROMPT
from tests.cluster.test_claims import HOME, NAME, cluster, pass_polling
from tests.fakes import FakeCluster

__all__ = ["cluster"]


class Run:
    """A run that has the Lease, and whose own fault may hold the API server."""

    def __init__(self, cluster: FakeCluster, *, who: str = "a") -> None:
        self.cluster, self.holds_api_server = cluster, False
        self.claim = Claim(cluster, cluster.clock, NAME, namespace=HOME, identity=who)
        self.renewal = Renewal(
            self.claim, cluster.clock, holds_api_server=lambda: self.holds_api_server
        )

    def live(self, seconds: float) -> str:
        """Beat as the keeper would, for so long or until it is lost; the reason."""
        until_s = self.cluster.clock.monotonic_s() + seconds
        while self.cluster.clock.monotonic_s() < until_s:
            self.cluster.clock.pass_s(RETRY_S)
            if lost := self.renewal.beat():
                return lost
        return ""


@pytest.fixture
def run(cluster: FakeCluster) -> Run:
    run = Run(cluster)
    assert run.claim.try_take()
    return run


def test_a_run_that_renews_keeps_its_turn(run: Run, cluster: FakeCluster) -> None:
    """However long it takes, and however often somebody asks."""
    other = Run(cluster, who="b")
    for _ in range(20):
        assert run.live(LEASE_S) == ""
        assert not other.claim.try_take()


def test_an_api_server_that_is_away_by_itself_loses_the_turn_before_others_can_have_it(
    run: Run, cluster: FakeCluster
) -> None:
    """Who is cut off cannot tell that from a server that serves everybody else."""
    began_s = cluster.clock.monotonic_s()
    cluster.is_down = True
    lost = run.live(60)
    assert "could not be renewed" in lost
    assert "connection refused" in lost
    silent_s = cluster.clock.monotonic_s() - began_s
    assert RENEW_WITHIN_S <= silent_s <= RENEW_WITHIN_S + RETRY_S
    assert PROMPT.total_s is not None
    assert RENEW_WITHIN_S + PROMPT.attempts * PROMPT.total_s <= LEASE_S


def test_a_short_silence_is_forgiven(run: Run, cluster: FakeCluster) -> None:
    """Each renewal begins the time anew."""
    for _ in range(5):
        cluster.is_down = True
        assert run.live(RENEW_WITHIN_S - 2 * RETRY_S) == ""
        cluster.is_down = False
        assert run.live(RETRY_S) == ""


def test_under_our_own_fault_the_servers_silence_is_no_loss(run: Run, cluster: FakeCluster) -> None:
    """Nobody else can write meanwhile; when it is back, who waits lets us renew first."""
    other = Run(cluster, who="b")
    assert not other.claim.try_take()
    run.holds_api_server, cluster.is_down = True, True
    assert run.live(120) == ""
    run.holds_api_server = False  # it is taken back, and the server needs time to begin
    assert run.live(30) == ""
    cluster.is_down = False
    assert not other.claim.try_take()
    assert run.live(60) == ""
    assert not other.claim.try_take()


def test_the_excuse_ends_with_the_first_answer(run: Run, cluster: FakeCluster) -> None:
    """A later silence that is not ours counts as any other."""
    run.holds_api_server, cluster.is_down = True, True
    assert run.live(30) == ""
    run.holds_api_server, cluster.is_down = False, False
    assert run.live(10) == ""
    cluster.is_down = True
    assert "could not be renewed" in run.live(60)


def test_under_our_own_fault_what_another_has_written_is_a_loss(
    run: Run, cluster: FakeCluster
) -> None:
    """It was we who could not reach the server: the first answer tells whose the Lease is."""
    other = Run(cluster, who="b")
    run.holds_api_server = True
    assert pass_polling(cluster, other.claim, LEASE_S + RETRY_S)
    assert run.renewal.beat() == f'the Lease "{NAME}" was taken by b'


def test_a_run_that_slept_keeps_what_nobody_took(run: Run, cluster: FakeCluster) -> None:
    """A laptop was closed: that the version is ours still proves that nobody had it meanwhile."""
    cluster.clock.pass_s(3600)
    assert run.live(RETRY_S) == ""


def test_the_keeper_renews_until_it_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """From its own thread; on return of `stop` no attempt is on its way."""
    monkeypatch.setattr(renewal, "RETRY_S", 0.01)
    beats = threading.Semaphore(0)

    def beat() -> str:
        beats.release()
        return ""

    keeper = Keeper(beat, RealClock(), on_loss=lambda _: pytest.fail("not lost"))
    keeper.start()
    for _ in range(3):
        assert beats.acquire(timeout=10)
    keeper.stop()
    while beats.acquire(blocking=False):
        """What was counted before it ended."""
    assert not beats.acquire(timeout=0.1)


def test_the_keeper_tells_a_loss_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """And renews no more: the Lease is another's."""
    monkeypatch.setattr(renewal, "RETRY_S", 0.01)
    told: list[str] = []
    is_told = threading.Event()

    def on_loss(why: str) -> None:
        told.append(why)
        is_told.set()

    keeper = Keeper(lambda: "taken by b", RealClock(), on_loss=on_loss)
    keeper.start()
    assert is_told.wait(10)
    keeper.stop()
    assert told == ["taken by b"]
