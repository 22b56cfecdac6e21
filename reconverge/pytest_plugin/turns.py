"""Scenarios that harm the whole cluster run alone; the others run beside each other.

Which they are is said by their tags; that they do is the lock's business.
"""

from __future__ import annotations

import pytest

from reconverge.pytest_plugin.wording import template_of

EXCLUSIVE_TAGS = ("node_loss", "control_plane", "exclusive")


def is_exclusive(item: pytest.Item) -> bool:
    """Whether this scenario must be alone on its cluster."""
    if item.config.getoption("--controllers-frozen"):
        return True
    return any(item.get_closest_marker(tag) for tag in EXCLUSIVE_TAGS)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what must be alone last: nobody waits for it, and with xdist it waits for few."""
    items.sort(key=lambda item: is_exclusive(item) and template_of(item) is not None)
