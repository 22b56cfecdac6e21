"""The soak's faults are its seed's, and those that stay at home do."""

from __future__ import annotations

from itertools import islice

from reconverge.model import Ref
from tests.crashes.samples import on
from tests.crashes.soak import AT_HOME, drawn
from tests.crashes.test_samples import PLACES
from tests.fakes import FakeCluster, SteppedClock


def test_a_seed_repeats_its_faults() -> None:
    """And another one has others; each name comes up."""
    names = ["a", "b", "c", "d"]
    first = list(islice(drawn(names, seed=7), 100))
    assert first == list(islice(drawn(names, seed=7), 100))
    assert first != list(islice(drawn(names, seed=8), 100))
    assert set(first) == set(names)


def test_those_at_home_are_faults_that_there_are() -> None:
    """A name that is not would be found out when it is drawn."""
    scene = {name: Ref("Pod", "", name, name) for name in PLACES}
    assert set(AT_HOME) <= on(FakeCluster(SteppedClock()), scene).keys()
