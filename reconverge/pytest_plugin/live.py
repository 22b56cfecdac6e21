"""What runs now, below pytest's own line: the one scenario in full, or a line for each worker.

It is drawn from the records on disk by a thread of the process that reports to the user, so it is
the same with and without xdist, and costs the scenarios nothing. In CI, and where output goes to a
file, a scenario that takes long says so in a line once a minute.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Generator
from contextlib import suppress

import pytest
from rich.console import Group

from reconverge.clock import RealClock
from reconverge.errors import ReconvergeError
from reconverge.pytest_plugin.options import RUN, SCREEN, is_worker
from reconverge.pytest_plugin.scenarios import folder_name
from reconverge.report.live import Follower, Scene
from reconverge.report.live_text import in_a_line, in_full, painted
from reconverge.report.stored import TIMELINE

PAINTED_EVERY_S = 0.25
SAID_EVERY_S = 60.0
QUIET_TICK_S = 5.0


def pytest_configure(config: pytest.Config) -> None:
    """Only where a person may look."""
    if not is_worker(config) and not config.stash[SCREEN].is_muted:
        config.pluginmanager.register(Live(config), "reconverge-live")


class Live:
    """Which scenarios run, and the thread that shows them. A plugin, since it remembers."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._screen = config.stash[SCREEN]
        self._clock = RealClock()
        self._running: dict[str, Follower] = {}
        self._said_s: dict[str, float] = {}
        self._idle = threading.Condition()
        self._is_over = False
        self._thread: threading.Thread | None = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> Generator[None, object, object]:
        """pytest writes first."""
        with self._screen.apart():
            result = yield
            self._begin(nodeid)
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(
        self, report: pytest.TestReport
    ) -> Generator[None, object, object]:
        """A scenario is over with its teardown, or with the worker that died of it."""
        with self._screen.apart():
            if report.when not in ("setup", "call"):
                self._running.pop(report.nodeid, None)
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None, object, object]:
        """Nothing is live while pytest says how it went."""
        with self._idle:
            self._is_over = True
            self._idle.notify_all()
        if self._thread is not None:
            self._thread.join()
        self._screen.clear()
        return (yield)

    def _begin(self, nodeid: str) -> None:
        path = self._config.stash[RUN].folder / folder_name(nodeid) / TIMELINE
        self._running[nodeid] = Follower(path, self._clock)
        self._said_s[nodeid] = self._clock.monotonic_s()
        if self._thread is None:
            self._thread = threading.Thread(target=self._go_on, name="live", daemon=True)
            self._thread.start()

    def _go_on(self) -> None:
        is_live = self._screen.is_live
        while not self._is_over:
            with suppress(ReconvergeError):  # a record that cannot be read is not shown
                self._paint() if is_live else self._remind()
            with self._idle:
                if not self._is_over:
                    tick_s = PAINTED_EVERY_S if is_live else QUIET_TICK_S
                    self._clock.wait(self._idle, timeout_s=tick_s)

    def _paint(self) -> None:
        running = dict(self._running)
        scenes = [scene for one in running.values() if (scene := one.scene()).name]
        lines = self._lines(scenes)
        with self._screen.lock:
            if running.keys() == self._running.keys():
                self._screen.show(lines)

    def _lines(self, scenes: list[Scene]) -> list[str]:
        if not scenes:
            return []
        one = in_full(scenes[0]) if len(scenes) == 1 else Group(*map(in_a_line, scenes))
        is_coloured = not os.environ.get("NO_COLOR")
        return painted(one, width=self._screen.width, colour=is_coloured)

    def _remind(self) -> None:
        now_s = self._clock.monotonic_s()
        for nodeid, follower in dict(self._running).items():
            if now_s - self._said_s[nodeid] < SAID_EVERY_S:
                continue
            self._said_s[nodeid] = now_s
            scene = follower.scene()
            if scene.name:
                self._screen.say(told(scene))


def told(scene: Scene) -> str:
    """A scene as one plain line of a log."""
    step = scene.step
    parts = [f"{scene.elapsed_s:.0f} s", scene.title]
    parts += [f"{step.keyword} {step.text}"] if step is not None else []
    parts += [scene.seen] if scene.seen else []
    parts += [f"{scene.left_s:.0f} s left"] if scene.left_s is not None and scene.limit_s else []
    return "  ".join(parts)
