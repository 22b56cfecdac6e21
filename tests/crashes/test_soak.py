"""The soak's faults are its seed's, and those that stay at home do."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import pytest

from reconverge.errors import Unavailable
from reconverge.model import Ref
from reconverge.recovery.state import Difference
from tests.crashes import soak
from tests.crashes.samples import on
from tests.crashes.soak import AT_HOME, drawn, lives
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


def test_who_has_left_something_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed and left nothing is told, and the next one begins; a difference ends the soak."""

    def lived(_: object, make: Callable[[], object], *__: object) -> None:
        make()

    def failing() -> None:
        raise Unavailable("nothing to hit")

    monkeypatch.setattr(soak, "live", lived)
    found = iter([[], [], [Difference("Node/a", "True", "False")]])
    clock = SteppedClock()
    samples = {"A": failing, "B": lambda: None}
    told = lives(
        FakeCluster(clock),  # type: ignore[arg-type]
        samples,  # type: ignore[arg-type]
        iter("ABBB"),
        clock,
        within_s=60,
        left=lambda: next(found),
    )
    assert [str(one) for one in told] == [
        "   0.0 s  A: nothing to hit",
        "   0.0 s  B: healed",
        "   0.0 s  B: healed; left Node/a: True -> False",
    ]
