"""Turns between machines: what the lock of one machine promises, by Leases."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from reconverge.cluster.claims import LEASE_S, RETRY_S
from reconverge.cluster.errors import Forbidden, Unreachable
from reconverge.cluster.leased_turns import ANSWERED_WITHIN_S, LeasedTurn, Registry
from reconverge.errors import BadInput, Refused, Unavailable
from tests.cluster.test_claims import HOME, cluster
from tests.fakes import FakeCluster

__all__ = ["cluster"]

KINDS: dict[str, dict[str, Any]] = {
    "shared": {"is_alone": False},
    "labels": {"is_alone": False, "lane": "labels"},
    "outage-1": {"is_alone": False, "lane": "outage-1"},
    "outage-2": {"is_alone": False, "lane": "outage-2"},
    "alone": {"is_alone": True},
}


class Waiting(Exception):
    """It would wait for ever: so much time has passed."""


class Machine:
    """A run on a machine of its own. Its Lease is renewed as its keeper would."""

    def __init__(self, cluster: FakeCluster, name: str) -> None:
        self.cluster, self.clock = cluster, cluster.clock
        self.registry = Registry(cluster=cluster, namespace=HOME, run=name, process=name)
        self.said: list[str] = []
        self.is_dead = False
        self.turn: LeasedTurn | None = None

    def take(self, kind: str, *, patience_s: float = 3600.0) -> None:
        """Raises Waiting when it is not had in that time."""
        turn = LeasedTurn(self.registry, self.clock, **KINDS[kind], say=self.said.append)
        is_over = [False]

        def give_up() -> None:
            if not is_over[0]:
                raise Waiting

        self.clock.after(patience_s, give_up)
        turn.take(on_taken=lambda: self._keep(turn))
        is_over[0] = True
        self.turn = turn

    def _keep(self, turn: LeasedTurn) -> None:
        def beat() -> None:
            if not self.is_dead and self.turn in (None, turn):
                turn.claim.renew()
                self.clock.after(RETRY_S, beat)

        self.clock.after(RETRY_S, beat)

    def release(self) -> None:
        assert self.turn is not None
        self.is_dead = True
        self.turn.release()


Meet = Callable[[str], Machine]


@pytest.fixture
def meet(cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch) -> Meet:
    """A machine of that name; each names itself in its Leases."""
    monkeypatch.setattr(Registry, "identity", property(lambda self: f"{self.run}/now/1"))
    return lambda name: Machine(cluster, name)


@pytest.mark.parametrize("first", KINDS)
@pytest.mark.parametrize("second", KINDS)
def test_two_machines_keep_each_other_out_as_two_runs_of_one_do(
    meet: Meet, first: str, second: str
) -> None:
    """Who is alone is so; each lane is one's; whatever else goes on beside each other."""
    a, b = meet("a"), meet("b")
    a.take(first)
    excludes = "alone" in (first, second) or (first == second != "shared")
    if not excludes:
        b.take(second)
        return
    with pytest.raises(Waiting):
        b.take(second, patience_s=10 * LEASE_S)
    assert len(b.said) == 1
    assert re.match(
        r"waiting for a turn on the cluster: a/now/1 since \d\d:\d\d:\d\d UTC", b.said[0]
    )


@pytest.mark.parametrize("first", KINDS)
@pytest.mark.parametrize("second", KINDS)
def test_what_is_given_back_is_had_at_the_next_look(
    meet: Meet, cluster: FakeCluster, first: str, second: str
) -> None:
    """No expiry is waited for."""
    a, b = meet("a"), meet("b")
    a.take(first)
    cluster.clock.after(30, a.release)
    began_s = cluster.clock.monotonic_s()
    b.take(second)
    assert cluster.clock.monotonic_s() - began_s <= 30 + 2 * RETRY_S


@pytest.mark.parametrize("first", KINDS)
@pytest.mark.parametrize("second", ["shared", "alone"])
def test_a_dead_run_is_in_the_way_until_its_lease_expires(
    meet: Meet, cluster: FakeCluster, first: str, second: str
) -> None:
    """And for nobody after that."""
    a, b, c = meet("a"), meet("b"), meet("c")
    a.take(first)
    a.is_dead = True
    began_s = cluster.clock.monotonic_s()
    b.take(second)
    took_s = cluster.clock.monotonic_s() - began_s
    if "alone" in (first, second):
        assert LEASE_S <= took_s <= LEASE_S + 3 * RETRY_S
    b.release()
    began_s = cluster.clock.monotonic_s()
    c.take("shared")
    assert cluster.clock.monotonic_s() - began_s < RETRY_S


def test_newcomers_do_not_starve_who_waits_to_be_alone(meet: Meet, cluster: FakeCluster) -> None:
    """Once somebody waits to be alone, later ones queue behind it."""
    first, alone, late = meet("first"), meet("alone"), meet("late")
    first.take("shared")

    def come_late() -> None:
        with pytest.raises(Waiting):
            late.take("shared", patience_s=30)

    cluster.clock.after(5, come_late)
    cluster.clock.after(60, first.release)
    alone.take("alone")
    assert cluster.clock.monotonic_s() >= 60
    assert late.said == [one for one in late.said if "alone/now/1" in one] != []


def test_who_withdraws_is_in_nobodys_way(meet: Meet) -> None:
    """Two that come at once see each other: who shares steps back, and leaves nothing behind."""
    alone, late = meet("alone"), meet("late")
    alone.take("alone")
    with pytest.raises(Waiting):
        late.take("outage-1", patience_s=20)
    alone.release()
    assert not alone.registry.turns()
    meet("third").take("alone", patience_s=RETRY_S)


def test_of_two_that_come_at_once_one_at_least_sees_the_other(
    meet: Meet, cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who shares writes before it looks: whoever is alone by then finds its Lease, and waits."""
    alone, late = meet("alone"), meet("late")
    create, saw = cluster.create, []

    def at_the_same_time(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr(cluster, "create", create)
        made = create(*args, **more)
        with pytest.raises(Waiting):
            alone.take("alone", patience_s=5)
        saw.append("late")
        return made

    monkeypatch.setattr(cluster, "create", at_the_same_time)
    with pytest.raises(Waiting):
        late.take("shared", patience_s=30)
    assert saw == ["late"]
    assert "alone/now/1" in late.said[0]


@pytest.mark.parametrize(("kind", "left"), [("shared", 0), ("outage-1", 1), ("alone", 1)])
def test_no_lease_of_a_scenario_is_left(
    meet: Meet, cluster: FakeCluster, kind: str, left: int
) -> None:
    """But for the few whose names are always the same, and nobody's."""
    for number in range(3):
        one = meet(str(number))
        one.take(kind)
        one.release()
    assert len(cluster.find("Lease", namespace=HOME)) == left
    assert not meet("last").registry.turns()


def test_an_api_server_that_is_away_is_waited_for(meet: Meet, cluster: FakeCluster) -> None:
    """Whoever has the turn may have frozen it; that is said, once."""
    a = meet("a")
    cluster.is_down = True
    cluster.clock.after(60, lambda: setattr(cluster, "is_down", False))
    a.take("alone")
    assert a.said == ["no turn yet: connection refused"]


def test_one_that_stays_away_is_an_error(meet: Meet, cluster: FakeCluster) -> None:
    """Nothing is known, and nobody waits for ever."""
    cluster.is_down = True
    with pytest.raises(Unavailable, match="connection refused"):
        meet("a").take("shared", patience_s=ANSWERED_WITHIN_S + 60)


def test_where_leases_may_not_be_written_nothing_is_harmed(
    meet: Meet, cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused, with the rights that are missing and where to have them from."""

    def forbidden(*_: object, **__: object) -> None:
        raise Forbidden('User "guest" cannot create resource "leases"')

    monkeypatch.setattr(cluster, "create", forbidden)
    with pytest.raises(Refused, match='cannot create resource "leases"') as refused:
        meet("a").take("shared")
    assert "reconverge rbac" in refused.value.cure


def test_a_namespace_that_is_not_there_is_bad_input(cluster: FakeCluster) -> None:
    """With the option that names it."""
    registry = Registry(cluster=cluster, namespace="nowhere")
    turn = LeasedTurn(registry, cluster.clock, is_alone=True, say=lambda _: None)
    with pytest.raises(BadInput, match='no namespace "nowhere"') as bad:
        turn.take(on_taken=lambda: None)
    assert "--lease-namespace" in bad.value.cure


def test_what_cannot_be_given_back_expires(meet: Meet, cluster: FakeCluster) -> None:
    """A scenario does not end red for it."""
    a = meet("a")
    a.take("alone")
    cluster.is_down = True
    a.release()
    cluster.is_down = False
    meet("b").take("shared", patience_s=LEASE_S + 3 * RETRY_S)


def test_who_was_put_away_has_lost_it(meet: Meet) -> None:
    """A run that was only slow, and not dead, does not go on beside who is alone."""
    slow, alone = meet("slow"), meet("alone")
    slow.take("shared")
    slow.is_dead = True
    alone.take("alone")
    assert slow.turn is not None
    with pytest.raises(Exception, match="was deleted"):
        slow.turn.claim.renew()


def test_an_unanswered_look_begins_the_waiting_anew(meet: Meet, cluster: FakeCluster) -> None:
    """The holder could not be heard either, so it is not taken for dead."""
    a, b = meet("a"), meet("b")
    a.take("shared")
    a.is_dead = True
    find, looks = cluster.find, []

    def deaf_now_and_then(*args: Any, **more: Any) -> Any:
        looks.append(cluster.clock.monotonic_s())
        if len(looks) % 5 == 0 and len(looks) < 30:
            raise Unreachable("timed out")
        return find(*args, **more)

    cluster.find = deaf_now_and_then  # type: ignore[method-assign]
    b.take("alone")
    assert len(looks) >= 30
