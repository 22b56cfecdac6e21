"""How long a live stream may be silent depends on whether the API server ticks it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping

import pytest

from reconverge.clock import RealClock
from reconverge.cluster.kinds import CORE
from reconverge.cluster.recorder import WATCH_MAX_S, WatchRecorder
from reconverge.timeline import Timeline


class Quiet:
    """A watch that ends at once."""

    def batches(self) -> Iterator[list[bytes]]:
        return iter(())

    def shutdown(self) -> None: ...

    def close(self) -> None: ...


class Source:
    """An empty collection, and a note of how long a watch of it may be silent."""

    def __init__(self) -> None:
        self.silence_s = 0.0
        self.is_watched = threading.Event()

    def list(self, path: str, query: Mapping[str, str]) -> bytes:
        del path, query
        return b'{"metadata":{"resourceVersion":"1"},"items":[]}'

    def watch(self, path: str, query: Mapping[str, str], *, silence_s: float) -> Quiet:
        del path, query
        self.silence_s = silence_s
        self.is_watched.set()
        return Quiet()


@pytest.mark.parametrize(("kind", "silence_s"), [("Pod", 75.0), ("Event", WATCH_MAX_S + 75.0)])
def test_events_are_not_ticked(kind: str, silence_s: float) -> None:
    """A namespace without a new Event for minutes is quiet, and its watch is not broken."""
    source, timeline = Source(), Timeline(RealClock())
    recorder = WatchRecorder(
        source, timeline, kinds=[CORE[kind]], namespaces=["ns"], silence_s=75.0
    )
    assert source.is_watched.wait(10.0)
    recorder.stop()
    assert source.silence_s == silence_s
