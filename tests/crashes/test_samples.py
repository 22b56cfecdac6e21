"""No fault of the registry is forgotten by the crash trials."""

from __future__ import annotations

from typing import get_args

from reconverge.faults.registry import AnyFault
from reconverge.model import Ref
from tests.crashes.samples import LASTING, on
from tests.fakes import FakeCluster, SteppedClock

PLACES = ("namespace", "quota", "kubia", "lone")


def test_every_fault_is_played_or_said_why_not() -> None:
    """A new one is a red test until it has a sample."""
    scene = {name: Ref("Pod", "", name, name) for name in PLACES}
    samples = on(FakeCluster(SteppedClock()), scene)
    known = {one.__name__ for one in get_args(AnyFault)}
    assert known == samples.keys() | LASTING.keys()
    assert not samples.keys() & LASTING.keys()
