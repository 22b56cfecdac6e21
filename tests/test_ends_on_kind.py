"""However a run ends in the middle of a fault, nothing of it is left on a real cluster.

Neither is anything done for it: no next start, no recovery by hand.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from reconverge import namespaces
from reconverge.clock import RealClock
from reconverge.cluster.leased_turns import Registry
from reconverge.cluster.nodes import KindCluster
from reconverge.errors import ExitCode
from tests.elsewhere import CONTEXT
from tests.test_attached_on_kind import SHOP, folder

__all__ = ["folder"]
pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parent.parent
FEATURE = """\
Feature: The shop
  Scenario: It is ended in the middle of a fault
    Given the ReplicationController "shop" is in its steady state of 2 ready pods
    When "shop" is scaled to 1 pods
    Then the run is ended by {how}
"""
# Its step stands where no cluster is asked any more: what follows is what the run leaves.
CONFTEST = """
import os, signal, threading
from pathlib import Path
import pytest_timeout
from pytest_bdd import parsers, then

@then(parsers.parse("the run is ended by {how}"))
def end(request, experiment, how):
    me = f"/proc/{os.getpid()}"
    children = Path(f"{me}/task/{os.getpid()}/children").read_text()
    Path("left.txt").write_text(f"{os.getpid()} {experiment.namespace}\\n{children}")
    if how == "kill -9":
        os.kill(os.getpid(), signal.SIGKILL)
    hook = request.config.hook
    settings = pytest_timeout.Settings(1.0, how, False, True)
    hook.pytest_timeout_cancel_timer(item=request.node)
    hook.pytest_timeout_set_timer(item=request.node, settings=settings)
    threading.Event().wait(600)
"""
# Noticed within a second, the engine imported, two undos, each seen: 3 s on an idle machine.
HEALED_WITHIN_S = 90.0


class Ended:
    """A run that has been ended so, and what it left."""

    def __init__(self, folder: Path, how: str) -> None:
        (folder / "conftest.py").write_text(CONFTEST)
        (folder / "shop.feature").write_text(FEATURE.format(how=how))
        (folder / "shop.yaml").write_text(SHOP)
        command = [sys.executable, "-m", "pytest", "shop.feature", "-p", "no:cacheprovider"]
        command += ["--kubeconfig", "config", "--kube-context", CONTEXT, "--report-dir", "ended"]
        state = {"RECONVERGE_STATE_DIR": str(folder / "state"), "PYTHONPATH": str(ROOT)}
        env = {**os.environ, **state, "PYTEST_ADDOPTS": ""}
        done = subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True, check=False
        )
        self.folder, self.code, self.said = folder, done.returncode, done.stdout
        first, *rest = (folder / "left.txt").read_text().splitlines()
        self.pid, self.namespace = first.split()
        self.children = [int(one) for one in " ".join(rest).split()]

    def wait_until_alone(self) -> None:
        """Until none of its children runs; fails after HEALED_WITHIN_S."""
        for child in self.children:
            with suppress(ProcessLookupError):
                ready, _, _ = select.select([os.pidfd_open(child)], [], [], HEALED_WITHIN_S)
                assert ready, f"process {child} still runs: {self.log}"

    @property
    def journal(self) -> Path:
        [journal] = (self.folder / "state" / "attached").glob("*/journal")
        return journal

    @property
    def log(self) -> str:
        return "".join(one.read_text() for one in self.journal.glob("watchdog-*.log"))

    def processes(self) -> list[str]:
        """Whatever still runs that was told of its folder."""
        found = []
        for one in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                words = one.read_bytes().replace(b"\0", b" ").decode(errors="replace")
                found += [words] if str(self.folder) in words else []
        return found

    def is_nothing_left(self, cluster: KindCluster) -> None:
        """Asserts it: of processes, journals, turns and objects."""
        assert not self.processes()
        assert not list(self.journal.glob("*.jsonl")), self.log
        held = [one.spec.holder_identity for one in Registry(cluster=cluster).turns()]
        assert not [one for one in held if one.endswith(f"/ended/{self.pid}")]
        namespaces.wait_until_gone(cluster, clock=RealClock(), names={self.namespace})
        assert not [one for one in cluster.find("Namespace") if one.name == self.namespace]


@pytest.mark.parametrize(("how", "code"), [("kill -9", -signal.SIGKILL), ("thread", 1)])
def test_what_dies_at_once_is_healed_by_its_watchdog(
    folder: Path, cluster: KindCluster, how: str, code: int
) -> None:
    """Killed, or ended by pytest-timeout's `thread`, which leaves by os._exit: no code of it runs.

    The pods are scaled back before their namespace goes, and then there is no process either.
    """
    run = Ended(folder, how)
    assert run.code == code, run.said
    run.wait_until_alone()
    assert f"process {run.pid} has ended and left its journal" in run.log
    scaled, removed = run.log.splitlines()[1:]
    assert 'ReplicationController "shop" scaled back to 2' in scaled
    assert f'Namespace "{run.namespace}"' in removed
    assert "FAILED" not in run.log
    run.is_nothing_left(cluster)


def test_what_is_interrupted_heals_itself(folder: Path, cluster: KindCluster) -> None:
    """pytest-timeout's `signal` raises in the test: the fault is taken back as after any other end,
    and the verdict is UNKNOWN, for no promise was judged."""
    run = Ended(folder, "signal")
    assert run.code == ExitCode.UNKNOWN, run.said
    told = " ".join(run.said.split())
    assert "Timeout (>1.0s) from pytest-timeout" in told
    assert "1 UNKNOWN" in told
    run.wait_until_alone()
    assert run.log == ""
    timeline = (run.folder / "ended").glob("*/timeline.jsonl")
    assert any("scaled back to 2" in one.read_text() for one in timeline)
    run.is_nothing_left(cluster)
