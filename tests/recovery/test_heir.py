"""The turn of a dead run, kept by its watchdog until what it harmed is whole."""

from __future__ import annotations

import pytest

from reconverge.cluster.claims import LEASE_S, RETRY_S
from reconverge.recovery.heir import Heir
from tests.cluster.test_claims import HOME, cluster
from tests.cluster.test_leased_turns import Machine, Meet, Waiting, meet
from tests.fakes import FakeCluster

__all__ = ["cluster", "meet"]


@pytest.mark.parametrize(("kind", "left"), [("shared", 0), ("outage-1", 1), ("alone", 1)])
def test_nobody_begins_before_it_is_given_back(
    meet: Meet, cluster: FakeCluster, kind: str, left: int
) -> None:
    """However long it takes; and then nothing that only the dead wanted is left."""
    dead, other = meet("dead"), meet("other")
    dead.take(kind)
    dead.is_dead = True
    heir = Heir(dead.registry, cluster.clock)
    until_s = cluster.clock.monotonic_s() + 10 * LEASE_S

    def beat() -> None:
        assert heir.beat() == ""
        if cluster.clock.monotonic_s() < until_s:
            cluster.clock.after(RETRY_S, beat)

    beat()
    with pytest.raises(Waiting):
        other.take("alone", patience_s=8 * LEASE_S)
    heir.release()
    held = {one.name for one in dead.registry.turns()}
    assert dead.turn is not None
    assert dead.turn.claim.name not in held or kind == "alone"
    names = {one.name for one in cluster.find("Lease", namespace=HOME)}
    assert len(names & {dead.turn.claim.name}) == left


def test_what_went_to_another_stays_there(meet: Meet, cluster: FakeCluster) -> None:
    """The watchdog came late: it writes nothing."""
    dead, other = meet("dead"), meet("other")
    dead.take("alone")
    dead.is_dead = True
    other.take("alone")
    heir = Heir(dead.registry, cluster.clock)
    assert heir.beat() == ""
    heir.release()
    [lease] = other.registry.turns()
    assert lease.spec.holder_identity == "other/now/1"


def test_an_api_server_that_is_away_is_asked_again(meet: Meet, cluster: FakeCluster) -> None:
    """The dead run's own fault may keep it away, until that is taken back."""
    dead: Machine = meet("dead")
    dead.take("alone")
    dead.is_dead = True
    heir = Heir(dead.registry, cluster.clock)
    cluster.is_down = True
    assert heir.beat() == ""
    cluster.is_down = False
    before = dead.registry.turns()[0].metadata.resource_version
    assert heir.beat() == ""
    assert dead.registry.turns()[0].metadata.resource_version != before
