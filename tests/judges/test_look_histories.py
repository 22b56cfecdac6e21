"""Random histories of single objects: what is looked up equals what their raw JSON says.

The oracles read the newest version of everything that the record holds, each time anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconverge.judges.containers import NeverRestarted, NoneRestarted
from reconverge.judges.invariants import Invariant
from reconverge.judges.probing import NeverFails, NeverReady
from tests.builders import NAMESPACE
from tests.judges.test_tallies import OPS, A, Op, Raw, news, told, violations

World = dict[str, Any]  # the newest version of each object by UID; None once it was deleted


def world_of(raw: Raw) -> World:
    return {
        wire["metadata"]["uid"]: None if change == "deleted" else wire for _, change, wire in raw
    }


def restarts(pod: Any) -> int:
    return sum(one["restartCount"] for one in pod["status"]["containerStatuses"])


def is_gone_or_restarted(world: World) -> bool:
    return "a" in world and (world["a"] is None or restarts(world["a"]) > 0)


def is_one_restarted(world: World) -> bool:
    return any(world.get(uid) and restarts(world[uid]) > before for uid, before in BEFORE.items())


def is_ready(world: World) -> bool:
    rows = world["a"]["status"]["conditions"] if world.get("a") else []
    return any((row["type"], row["status"]) == ("Ready", "True") for row in rows)


def is_said_to_fail(world: World) -> bool:
    said = (one for one in world.values() if one and one.get("reason") == "Unhealthy")
    return any(
        one["involvedObject"]["uid"] == "a" and one["message"].startswith("Liveness")
        for one in said
    )


BEFORE = {"a": 0, "b": 1}
LOOKED: list[tuple[Invariant, Callable[[World], bool]]] = [
    (NeverRestarted(pod=A), is_gone_or_restarted),
    (NoneRestarted(restarts=BEFORE, namespace=NAMESPACE), is_one_restarted),
    (NeverReady(pod=A), is_ready),
    (NeverFails(pod=A, probe="liveness"), is_said_to_fail),
]


@pytest.mark.parametrize(
    ("invariant", "oracle"), LOOKED, ids=lambda one: getattr(one, "__name__", "")
)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(ops=st.lists(OPS, max_size=25))
def test_a_look_equals_the_raw_record(
    invariant: Invariant, oracle: Callable[[World], bool], ops: list[Op]
) -> None:
    """After every delivery."""
    timeline = told(ops).timeline
    for index, said in violations(invariant.tally(), timeline, 0):
        assert bool(said) == oracle(world_of(news(timeline, index)))
