"""The watchdog: it heals within about a second of a death, and is gone when nobody needs it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from tests.cluster.apiserver import ApiServer, compact

ROOT = Path(__file__).parent.parent.parent
NODE_PATH = "/api/v1/nodes/w"


@pytest.fixture
def server() -> Iterator[ApiServer]:
    """An API server on which a patch of the node is accepted."""
    server = ApiServer()
    node = {"kind": "Node", "metadata": {"name": "w", "uid": "uid-w", "resourceVersion": "2"}}
    for verb in ("GET", "PATCH"):
        server.answers[f"{verb} {NODE_PATH}"] = (200, compact(node))
    yield server
    server.close()


class Dying:
    """The program of tests.recovery.dying, and its watchdog."""

    def __init__(self, folder: Path, server: ApiServer) -> None:
        self.folder, self.server = folder / "journal", server
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "a", "cluster": {"server": server.url}}],
            "users": [{"name": "a", "user": {}}],
            "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
        }
        kubeconfig = folder / "config"
        kubeconfig.write_text(yaml.safe_dump(config))
        words = [sys.executable, "-m", "tests.recovery.dying", self.folder, kubeconfig, "a"]
        self.process = subprocess.Popen(
            words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.watchdog = int(self.process.stdout.readline())
        self.fd = os.pidfd_open(self.watchdog)

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.wait()

    def wait_until_watchdog_ended(self, within_s: float = 30.0) -> None:
        """Fails when it stays."""
        ready, _, _ = select.select([self.fd], [], [], within_s)
        assert ready, "the watchdog still runs"

    def open_files(self) -> list[str]:
        """What the watchdog has open; a file may be closed while it is looked at."""
        names = []
        for one in Path(f"/proc/{self.watchdog}/fd").iterdir():
            with suppress(FileNotFoundError):
                names.append(str(one.readlink()))
        return names

    @property
    def patches(self) -> int:
        return sum(verb == "PATCH" for verb, *_ in self.server.requests)

    @property
    def journals(self) -> list[Path]:
        return list(self.folder.glob("*.jsonl"))


@pytest.fixture
def dying(tmp_path: Path, server: ApiServer) -> Iterator[Dying]:
    dying = Dying(tmp_path, server)
    yield dying
    dying.process.kill()
    dying.process.communicate()
    dying.wait_until_watchdog_ended()  # or it would ask the next test's server
    os.close(dying.fd)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_whatever_kills_the_run_its_fault_is_taken_back(dying: Dying, how: signal.Signals) -> None:
    """By the watchdog, which then ends; what it did is in its log, with the instant."""
    dying.end(how)
    dying.wait_until_watchdog_ended()
    assert dying.patches == 1
    assert not dying.journals
    [log] = dying.folder.glob("watchdog-*.log")
    assert f"process {dying.process.pid} has ended" in log.read_text()
    assert "w labelled: w labelled disk=<none> again" in log.read_text()


def test_a_death_is_noticed_within_a_second(dying: Dying) -> None:
    """The kernel tells; nothing is polled. The engine is imported only then."""
    begun = datetime.now(UTC)
    dying.end(signal.SIGKILL)
    dying.wait_until_watchdog_ended()
    [log] = dying.folder.glob("watchdog-*.log")
    noticed = datetime.fromisoformat(log.read_text().split()[0])
    assert noticed - begun < timedelta(seconds=1)


def test_a_live_run_is_left_alone(dying: Dying) -> None:
    """As long as its process lives nothing is asked of the cluster, and the watchdog waits."""
    ready, _, _ = select.select([dying.fd], [], [], 1.0)
    assert not ready
    assert not dying.server.requests
    assert len(dying.journals) == 1


def test_after_a_run_that_ended_well_nothing_is_left(dying: Dying) -> None:
    """No process, no log, no request."""
    dying.process.communicate("well\n")
    dying.wait_until_watchdog_ended()
    assert dying.process.returncode == 0
    assert not dying.server.requests
    assert not dying.journals
    assert not list(dying.folder.glob("watchdog-*.log"))


def test_what_a_run_could_not_take_back_is_tried_after_its_end(dying: Dying) -> None:
    """The process ends of its own accord, with an undo left in its journal."""
    dying.process.communicate("\n")
    dying.wait_until_watchdog_ended()
    assert dying.patches == 1
    assert not dying.journals


def test_the_signals_of_a_terminal_do_not_reach_it(dying: Dying) -> None:
    """It is in a session of its own, and deaf to those who end it by name with the run."""
    assert os.getsid(dying.watchdog) == dying.watchdog
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(dying.watchdog, one)
    dying.end(signal.SIGKILL)
    dying.wait_until_watchdog_ended()
    assert dying.patches == 1


def test_it_inherits_nothing_but_its_pipe_and_its_log(dying: Dying) -> None:
    """No file of the run stays open in it, so no lock of the run is kept."""
    while "pidfd" not in str(names := dying.open_files()):
        """It is still starting."""
    kinds = {name.partition(":")[0] for name in names if not name.endswith(".log")}
    assert kinds <= {"pipe", "anon_inode"}, names


def test_the_journal_of_another_process_is_not_its_business(dying: Dying) -> None:
    """Only its own run's is taken back; a dead one of before stays for the next start."""
    other = dying.folder / f"{2**22 + 1}-0.jsonl"
    [mine] = dying.journals
    other.write_text(mine.read_text().replace(f'"pid":{dying.process.pid}', f'"pid":{2**22 + 1}'))
    dying.end(signal.SIGKILL)
    dying.wait_until_watchdog_ended()
    assert dying.journals == [other]
    assert dying.patches == 1
