"""A Docker daemon is really started and really stopped, out of the way of the machine's own.

The daemon gets namespaces of its own for mounts and network, so that its socket, its images and its
bridge are not the machine's, and the test may run beside clusters.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reconverge.provision.machine import RealMachine, has_systemd

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root starts Docker"),
    pytest.mark.skipif(has_systemd(RealMachine()), reason="systemd starts Docker here"),
    pytest.mark.skipif(not shutil.which("dockerd"), reason="Docker's daemon is not installed"),
]

PROGRAM = """
from reconverge.provision import egress, engine, toolchain
from reconverge.provision.machine import RealMachine
from reconverge.provision.state import StateDir

machine, state, said = RealMachine(), StateDir(), []
docker = engine.provide_docker(
    machine, state, allow_install=False, progress=said.append,
    go=lambda: toolchain.go(machine, state, allow_install=False, progress=print),
)
assert engine.find_docker(machine) == docker
assert any("starting dockerd" in line for line in said), said
runtime = machine.run(["docker", "info", "--format", "{{.DefaultRuntime}}"]).stdout.strip()
assert (runtime == engine.SHIM) == engine.needs_shim(machine), runtime
egress.provide_network(machine)
assert egress.close(machine, docker, print) == "closed" and egress.is_closed(machine)
assert egress.remove_network(machine) and not egress.is_closed(machine)
assert engine.stop_our_daemon(state, print) and engine.our_daemon(state) is None
"""


def test_daemon_is_started_used_and_stopped(tmp_path: Path) -> None:
    """Started with the shim where this machine needs it, egress rule set, stopped: all for real."""
    apart = "mount -t tmpfs none /run && mount -t tmpfs none /var/lib/docker && ip link set lo up"
    own_namespaces = ("unshare", "--mount", "--net", "sh", "-c")
    done = subprocess.run(
        [*own_namespaces, f'{apart} && exec "$@"', "sh", sys.executable, "-c", PROGRAM],
        env={**os.environ, "RECONVERGE_STATE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
