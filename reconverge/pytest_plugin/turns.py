"""Scenarios that harm the whole cluster run alone; the others run beside each other.

A readers-writer lock on two files, kept by the kernel (flock), so that the death of a process
releases it. Whoever wants in passes the gate; who wants the cluster alone keeps the gate until the
others have left, so that newcomers cannot starve it.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from reconverge.pytest_plugin.wording import template_of

EXCLUSIVE_TAGS = ("node_loss", "exclusive")


def is_exclusive(item: pytest.Item) -> bool:
    """Whether this scenario must be alone on its cluster."""
    return any(item.get_closest_marker(tag) for tag in EXCLUSIVE_TAGS)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what must be alone last: nobody waits for it, and with xdist it waits for few."""
    items.sort(key=lambda item: is_exclusive(item) and template_of(item) is not None)


@contextmanager
def turn(folder: Path, *, is_alone: bool) -> Iterator[None]:
    """Hold a turn on the cluster whose state folder is `folder`; blocks until it is ours."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "turns.gate").open("w") as gate, (folder / "turns.room").open("w") as room:
        with _locked(gate, fcntl.LOCK_EX):
            fcntl.flock(room, fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH)
        with _released(room):
            yield


@contextmanager
def _locked(file: IO[str], how: int) -> Iterator[None]:
    fcntl.flock(file, how)
    with _released(file):
        yield


@contextmanager
def _released(file: IO[str]) -> Iterator[None]:
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
