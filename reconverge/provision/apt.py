"""Debian packages, for the two things the distribution is the right source of: engine and roots."""

from __future__ import annotations

from collections.abc import Sequence

from reconverge.errors import Unavailable
from reconverge.provision.machine import Machine, Progress

QUIET = {"DEBIAN_FRONTEND": "noninteractive"}


def install(
    machine: Machine, packages: Sequence[str], *, also: Sequence[str] = (), progress: Progress
) -> None:
    """Install `packages`, and those of `also` that this release has under a name of their own.

    (Debian 13 split the command line off docker.io; Debian 12 and Ubuntu did not.)
    Raises Unavailable where there is no apt or we are not root; CommandFailed with apt's own words.
    """
    if machine.which("apt-get") is None:
        raise Unavailable(
            f"{', '.join(packages)} must be installed and this machine has no apt-get",
            cure="install them with your distribution's package tool",
        )
    if not machine.is_root:
        names = " ".join(packages)
        raise Unavailable(
            f"{', '.join(packages)} must be installed", cure=f"type `sudo apt-get install {names}`"
        )
    machine.run(["apt-get", "update", "-q"], env=QUIET)
    extra = [name for name in also if _is_offered(machine, name)]
    wanted = [*packages, *extra]
    progress(f"apt-get install {' '.join(wanted)}")
    machine.run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *wanted], env=QUIET)


def _is_offered(machine: Machine, package: str) -> bool:
    shown = machine.run(["apt-cache", "policy", package], accept=(0, 100))
    return "Candidate:" in shown.stdout and "Candidate: (none)" not in shown.stdout
