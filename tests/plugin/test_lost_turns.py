"""A turn that another machine takes away: the scenario ends at once, and nothing is known."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from reconverge.cluster import leased_turns, renewal
from reconverge.cluster.claims import Claim
from reconverge.cluster.leased_turns import ALONE
from reconverge.errors import ExitCode, Unavailable
from reconverge.pytest_plugin.alarm import Alarm, TurnLost
from tests.plugin import stage
from tests.plugin.conftest import Play
from tests.plugin.test_verdicts_and_exit_codes import FEATURE


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Renewals come at once, and no Lease is left to the next test."""
    monkeypatch.setattr(renewal, "RETRY_S", 0.05)
    before = signal.getsignal(signal.SIGURG)
    yield
    signal.signal(signal.SIGURG, before)
    for one in stage.Registry(cluster=stage.LEASES).turns():
        stage.LEASES.delete(stage.ref("Lease", one))


@pytest.mark.parametrize("tag", ["", "@exclusive"])
def test_the_fault_is_taken_back_and_the_verdict_is_unknown(
    play: Play, pytester: pytest.Pytester, tag: str
) -> None:
    """With the reason and the cure, whatever the scenario was waiting for."""
    result = play(f"{tag}\n{FEATURE.format(name='dispossessed').lstrip()}")
    assert result.ret == ExitCode.UNKNOWN
    told = " ".join(" ".join(result.outlines).split())
    assert "UNKNOWN" in told
    assert "the turn on the cluster was lost, and what stood was taken back" in told
    assert "was taken by elsewhere/now/1" in told
    log = (pytester.path / "runs" / "log.txt").read_text()
    assert "close failed=True" in log


def test_a_turn_that_is_kept_leaves_no_lease(play: Play) -> None:
    """It was held, and given back."""
    calls = len(stage.LEASES.calls)
    result = play(f"@exclusive\n{FEATURE.format(name='shop').lstrip()}")
    assert result.ret == ExitCode.HELD
    assert stage.LEASES.calls[calls:].count("patch") + stage.LEASES.calls[calls:].count("create")
    assert not stage.Registry(cluster=stage.LEASES).turns()
    assert stage.LEASES.read("Lease", ALONE, namespace=stage.NAMESPACE)


def test_who_was_waited_for_stands_on_the_record(
    play: Play, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name: a worker of xdist has no screen to say it on."""
    monkeypatch.setattr(leased_turns, "RETRY_S", 0.01)
    others = Claim(
        stage.LEASES, stage.LEASES.clock, ALONE, namespace=stage.NAMESPACE, identity="elsewhere"
    )
    assert others.try_take()
    read, looks = stage.LEASES.read, []

    def until_it_is_given_back(*args: Any, **more: Any) -> Any:
        looks.append(args)
        if len(looks) == 5:
            others.release()
        return read(*args, **more)

    monkeypatch.setattr(stage.LEASES, "read", until_it_is_given_back)
    result = play(FEATURE.format(name="shop"))
    assert result.ret == ExitCode.HELD
    (path,) = (pytester.path / "runs" / "now").glob("*/timeline.jsonl")
    assert "before the scenario: waiting for a turn on the cluster: elsewhere" in path.read_text()


def test_what_was_lost_before_it_could_interrupt_is_not_forgotten() -> None:
    """Between taking a turn and arming, or while what stood was taken back."""
    alarm = Alarm()
    alarm.ring("taken by b")
    with pytest.raises(Unavailable, match="taken by b"), alarm.armed():
        pytest.fail("nothing is begun")
    with pytest.raises(Unavailable, match="taken by b"):
        alarm.raise_if_lost()


def test_a_rollback_is_not_interrupted() -> None:
    """What stands is taken back, in turn or not."""
    alarm = Alarm()
    with alarm.armed():
        pass
    alarm.ring("taken by b")
    signal.raise_signal(signal.SIGURG)


def test_nobody_takes_it_for_an_unreachable_cluster() -> None:
    """Which is tolerated in many places: it is no Exception, until it has come out."""
    alarm = Alarm()
    alarm.arm()
    threading.Timer(0.05, alarm.ring, ("taken by b",)).start()
    with pytest.raises(TurnLost, match="taken by b"):
        tolerant()


def tolerant() -> None:
    """Blocked, as in a request to a cluster whose absence is no news."""
    with suppress(Exception):
        threading.Event().wait(30)
