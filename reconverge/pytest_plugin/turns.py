"""Whose turn it is on the cluster: what a scenario's tags say, and the order that follows.

Those that only look at their own namespace run beside each other; those that harm a node one after
another, beside the former where a node is set aside for them; the rest alone. That it is so is the
lock's business (lock.py).
"""

from __future__ import annotations

from collections.abc import Set

import pytest

from reconverge.pytest_plugin.wording import template_of
from reconverge.turns import Turn

# The gravest first: a scenario with two of these tags needs the more of the cluster.
TURNS = {
    "control_plane": Turn.ALONE,
    "exclusive": Turn.ALONE,
    "node_loss": Turn.OUTAGE,
    "node_labels": Turn.LABELS,
}
LONG = "long"
_ORDER = {Turn.OUTAGE: 0, Turn.LABELS: 0, Turn.SHARED: 1, Turn.ALONE: 2}


def turn_of(tags: Set[str]) -> Turn:
    """The turn that a scenario of these tags takes."""
    return next((turn for tag, turn in TURNS.items() if tag in tags), Turn.SHARED)


def turn_of_item(item: pytest.Item) -> Turn:
    """The turn of a collected scenario."""
    if item.config.getoption("--controllers-frozen"):
        return Turn.ALONE
    return turn_of(_tags(item))


def _tags(item: pytest.Item) -> set[str]:
    return {mark.name for mark in item.iter_markers()}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes long, a queue or a wait, and end with what must be alone.

    So no worker of xdist is left with a long one while the others have nothing to do any more.
    Tests that are no scenarios come first, as they are.
    """
    items.sort(key=_rank)
    if config.getoption("--reverse"):
        items.reverse()


def _rank(item: pytest.Item) -> tuple[int, bool]:
    if template_of(item) is None:
        return -1, False
    tags = _tags(item)
    turn = turn_of_item(item)
    return _ORDER[turn], turn is Turn.SHARED and LONG not in tags
