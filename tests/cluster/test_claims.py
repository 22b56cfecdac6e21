"""One Lease, two runs: who has it, who waits, and what each may believe of the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from reconverge.cluster.claims import LEASE_S, PROCESS, RETRY_S, Claim, TakenOver, read
from reconverge.cluster.errors import Unreachable
from reconverge.model import Lease, ref
from tests.fakes import FakeCluster, SteppedClock

HOME, NAME = "default", "reconverge-turn-alone"


class SkewedClock(SteppedClock):
    """The same time as the world's, told by a wrong clock and counted from another instant."""

    def __init__(self, clock: SteppedClock, *, wrong_by: timedelta) -> None:
        super().__init__()
        self._clock, self._wrong_by = clock, wrong_by

    def monotonic_s(self) -> float:
        return self._clock.monotonic_s() + 4711

    def wall(self) -> Any:
        return self._clock.wall() + self._wrong_by


@pytest.fixture
def cluster() -> FakeCluster:
    cluster = FakeCluster(SteppedClock())
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": HOME}}
    cluster.create(namespace, namespace="")
    return cluster


@pytest.fixture
def claim_of(cluster: FakeCluster) -> Callable[..., Claim]:
    """Another run's claim upon the same Lease, by that run's name."""

    def make(who: str, *, clock: SteppedClock | None = None) -> Claim:
        clock = clock or cluster.clock
        return Claim(cluster, clock, NAME, namespace=HOME, identity=who, process=f"process {who}")

    return make


def lease(cluster: FakeCluster) -> Lease:
    found = read(cluster, NAME, namespace=HOME)
    assert found is not None
    return found


def pass_polling(cluster: FakeCluster, claim: Claim, seconds: float) -> bool:
    """So much time with a question every RETRY_S; whether it was had in the end."""
    until_s = cluster.clock.monotonic_s() + seconds
    while not (had := claim.try_take()) and cluster.clock.monotonic_s() < until_s:
        cluster.clock.pass_s(RETRY_S)
    return had


def test_of_two_one_has_it_and_the_other_is_told_whose_it_is(
    cluster: FakeCluster, claim_of: Callable[..., Claim]
) -> None:
    """By name and instant; the Lease tells anybody else as well."""
    a, b = claim_of("a"), claim_of("b")
    assert a.try_take()
    assert not b.try_take()
    assert b.holder is not None
    assert str(b.holder) == f"a since {cluster.clock.wall():%H:%M:%S} UTC"
    assert lease(cluster).spec.holder_identity == "a"
    assert lease(cluster).spec.lease_duration_seconds == LEASE_S
    assert lease(cluster).metadata.annotations[PROCESS] == "process a"


def test_what_is_given_back_is_anybodys_at_once(
    cluster: FakeCluster, claim_of: Callable[..., Claim]
) -> None:
    """Nobody waits for its expiry; how often it changed hands is counted."""
    a, b = claim_of("a"), claim_of("b")
    assert a.try_take()
    a.release()
    assert b.try_take()
    assert lease(cluster).spec.holder_identity == "b"
    assert lease(cluster).spec.lease_transitions == 1


def test_of_two_that_make_it_at_once_one_is_refused(
    cluster: FakeCluster, claim_of: Callable[..., Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both saw that there was none; the API server makes one."""
    a, b = claim_of("a"), claim_of("b")
    create = cluster.create

    def beaten(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr(cluster, "create", create)
        assert b.try_take()
        return create(*args, **more)

    monkeypatch.setattr(cluster, "create", beaten)
    assert not a.try_take()
    assert lease(cluster).spec.holder_identity == "b"


def test_of_two_that_take_it_over_at_once_one_is_refused(
    cluster: FakeCluster, claim_of: Callable[..., Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both read that it was given back; whoever writes second writes to another version (409)."""
    dead, a, b = claim_of("dead"), claim_of("a"), claim_of("b")
    assert dead.try_take()
    dead.release()
    patch = cluster.patch

    def beaten(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr(cluster, "patch", patch)
        assert b.try_take()
        return patch(*args, **more)

    monkeypatch.setattr(cluster, "patch", beaten)
    assert not a.try_take()
    assert lease(cluster).spec.holder_identity == "b"
    b.renew()


@pytest.mark.parametrize("wrong_by", [timedelta(hours=-9), timedelta(0), timedelta(days=3)])
def test_a_dead_runs_lease_expires_whatever_the_clocks_say(
    cluster: FakeCluster, claim_of: Callable[..., Claim], wrong_by: timedelta
) -> None:
    """After LEASE_S of our own time, counted from when we first saw it so."""
    dead = claim_of("dead", clock=SkewedClock(cluster.clock, wrong_by=wrong_by))
    b = claim_of("b")
    assert dead.try_take()
    cluster.clock.pass_s(60)  # nobody looked: that it was silent all that time is not known
    assert not pass_polling(cluster, b, LEASE_S - RETRY_S)
    assert pass_polling(cluster, b, 2 * RETRY_S)
    with pytest.raises(TakenOver, match="taken by b"):
        dead.renew()


@pytest.mark.parametrize("wrong_by", [timedelta(hours=-9), timedelta(days=3)])
def test_a_live_runs_lease_does_not_expire_whatever_the_clocks_say(
    cluster: FakeCluster, claim_of: Callable[..., Claim], wrong_by: timedelta
) -> None:
    """Each renewal is another version, and that alone is looked at."""
    a = claim_of("a", clock=SkewedClock(cluster.clock, wrong_by=wrong_by))
    b = claim_of("b")
    assert a.try_take()
    for _ in range(20):
        cluster.clock.pass_s(LEASE_S - 1)
        a.renew()
        assert not b.try_take()


def test_the_silence_of_the_api_server_is_not_the_holders(
    cluster: FakeCluster, claim_of: Callable[..., Claim]
) -> None:
    """It could not be heard; once the server answers again it has its whole time to renew."""
    a, b = claim_of("a"), claim_of("b")
    assert a.try_take()
    assert not b.try_take()
    cluster.is_down = True
    for _ in range(30):
        cluster.clock.pass_s(RETRY_S)
        with pytest.raises(Unreachable):
            b.try_take()
    cluster.is_down = False
    assert not pass_polling(cluster, b, LEASE_S - RETRY_S)
    a.renew()
    assert not b.try_take()


@pytest.mark.parametrize("ask", [Claim.try_take, Claim.is_free])
def test_a_short_silence_is_not_the_holders_either(
    cluster: FakeCluster, claim_of: Callable[..., Claim], ask: Callable[[Claim], bool]
) -> None:
    """Two stretches in which it was seen unchanged do not add up over the time of no answers."""
    a, b = claim_of("a"), claim_of("b")
    assert a.try_take()
    for is_down in (False, True, False):
        cluster.is_down = is_down
        for _ in range(3):
            if is_down:
                with pytest.raises(Unreachable):
                    ask(b)
            else:
                assert not ask(b)
            cluster.clock.pass_s(RETRY_S)
    assert cluster.clock.monotonic_s() > LEASE_S
    assert not ask(b)


def test_who_slept_has_seen_nothing(cluster: FakeCluster, claim_of: Callable[..., Claim]) -> None:
    """A laptop was closed for an hour: what happened in it, a silence of the server even, is not
    known, so the holder has its whole time again."""
    a, b = claim_of("a"), claim_of("b")
    assert a.try_take()
    assert not b.try_take()
    cluster.clock.pass_s(3600)
    assert not pass_polling(cluster, b, LEASE_S - RETRY_S)
    assert pass_polling(cluster, b, 2 * RETRY_S)


def test_a_renewal_whose_answer_was_lost_is_no_loss(
    cluster: FakeCluster, claim_of: Callable[..., Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server obeyed and nobody heard it: the next one meets a version that is ours as well."""
    a = claim_of("a")
    assert a.try_take()
    patch = cluster.patch

    def unheard(*args: Any, **more: Any) -> Any:
        patch(*args, **more)
        raise Unreachable("timed out")

    monkeypatch.setattr(cluster, "patch", unheard)
    with pytest.raises(Unreachable):
        a.renew()
    monkeypatch.setattr(cluster, "patch", patch)
    a.renew()
    a.renew()
    assert lease(cluster).spec.holder_identity == "a"


def test_a_lease_that_somebody_deletes_is_lost(
    cluster: FakeCluster, claim_of: Callable[..., Claim]
) -> None:
    """An administrator takes the turn away; it is not made again behind that one's back."""
    a = claim_of("a")
    assert a.try_take()
    cluster.delete(ref("Lease", lease(cluster)))
    with pytest.raises(TakenOver, match="was deleted"):
        a.renew()


def test_what_has_expired_is_put_away_for_all_who_look(
    cluster: FakeCluster, claim_of: Callable[..., Claim]
) -> None:
    """So that the next need not watch it for as long again, and who was only slow finds it out."""
    slow, b, c = claim_of("slow"), claim_of("b"), claim_of("c")
    assert slow.try_take()
    for _ in range(3):
        assert not b.is_free()
        cluster.clock.pass_s(LEASE_S / 3)
    assert b.is_free()
    assert c.is_free()
    with pytest.raises(TakenOver, match="taken by nobody"):
        slow.renew()
