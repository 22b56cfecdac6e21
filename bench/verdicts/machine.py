"""What the figures depend on: the machine, the cluster, and the versions of everything compared."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from reconverge.shell import run

_GIB = 1 << 30


def described() -> str:
    """The machine in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    return (
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB, "
        f"Linux {platform.release()}, Python {platform.python_version()}"
    )


def load() -> str:
    """How busy the machine is with this and all other work (1 is one core), and our place in it."""
    average = os.getloadavg()[2]
    return f"load average {average:.1f} over the last 15 minutes, niceness {os.nice(0)}"


def versions(packages: Iterable[str]) -> str:
    """Installed packages with their versions."""
    return ", ".join(f"{name} {version(name)}" for name in sorted(set(packages)))


def commit() -> str:
    """What was measured of this repository; a page that is older than the engine shows it."""
    folder = ("git", "-C", str(Path(__file__).parent))
    done = run((*folder, "rev-parse", "--short", "HEAD"), accept=(0, 128))
    if done.exit_code:
        return "no commit"
    is_changed = bool(run((*folder, "status", "--porcelain", "--untracked-files=no")).stdout)
    return f"commit {done.stdout.strip()}" + (", changed" if is_changed else "")


def kubectl_of(node: str, folder: Path) -> Path:
    """The node's own kubectl, copied out: it has the cluster's version. Raises CommandFailed."""
    program = folder / "kubectl"
    run(("docker", "cp", f"{node}:/usr/bin/kubectl", program))
    return program


def kubernetes(kubectl: Path) -> str:
    """The version of the cluster and of its kubectl."""
    said = run((kubectl, "version", "--client", "--output=json")).stdout
    return f"Kubernetes {json.loads(said)['clientVersion']['gitVersion']}"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
