"""Root file systems from Debian's own packages, made on the host: containers have no way out.

The host may be any distribution that has `mmdebstrap` and Debian's keyring (Debian, Ubuntu); both
are installed when we may.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from reconverge import shell
from reconverge.errors import Unavailable
from reconverge.provision import apt
from reconverge.provision.machine import Machine, Progress
from reconverge.provision.pipeline import Room, Step
from reconverge.provision.versions import architecture

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
NODE_PACKAGES = (
    "containerd",
    "containernetworking-plugins",
    "dbus",
    "iproute2",
    "iptables",
    "kmod",
    "mount",
    "procps",
    "socat",
    "systemd",
    "systemd-resolved",
    "systemd-sysv",
    "usr-is-merged",  # without it usrmerge comes, and all of Perl with it
)
NETWORK_PACKAGES = ("busybox-static", "iptables")
SHELL_PACKAGES = ("busybox-static", "catatonit")
# Read by nobody in a container; licence texts stay.
LEFT_OUT = (
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/lib/*/gconv/*",
    "path-exclude=/usr/bin/containerd-shim",
    "path-exclude=/usr/bin/containerd-shim-runc-v1",
    "path-exclude=/usr/lib/cni/dhcp",
)
# Caches, and what must differ from node to node.
LEFTOVERS = 'rm -rf "$1"/var/lib/apt "$1"/var/cache/* "$1"/var/log/* "$1"/etc/machine-id'


def require_tools(machine: Machine, *, allow_install: bool, progress: Progress) -> None:
    """Have mmdebstrap and Debian's keys, from the distribution if need be.

    Raises Unavailable naming the command to type where we may not install.
    """
    missing = [] if machine.which("mmdebstrap") else ["mmdebstrap"]
    if not KEYRING.exists():
        missing.append("debian-archive-keyring")
    if not missing:
        return
    names = " ".join(missing)
    if not (allow_install and machine.is_root):
        raise Unavailable(
            f"building a node image needs {names}", cure=f"type `sudo apt-get install {names}`"
        )
    progress(f"a node image is built with {names}: installing")
    apt.install(machine, missing, progress=progress)


def root_step(name: str, suite: str, packages: Sequence[str], *, variant: str) -> Step:
    """A root file system as `root.tar`.

    `variant` is mmdebstrap's: `essential` is a Debian that works, `extract` unpacks packages and
    runs nothing.
    """
    parameters = {
        "suite": suite,
        "packages": " ".join(packages),
        "variant": variant,
        "left out": " ".join(LEFT_OUT),
        "architecture": architecture(),
    }

    def recipe(room: Room) -> None:
        command = ["mmdebstrap", f"--variant={variant}", f"--architectures={architecture()}"]
        command += ["--skip=output/dev", f"--include={','.join(packages)}"]
        command += ["--aptopt=APT::Install-Recommends false", "--aptopt=Acquire::Languages none"]
        command += [f"--dpkgopt={option}" for option in LEFT_OUT]
        command += [f"--customize-hook={LEFTOVERS}", suite, str(room.out / "root.tar")]
        shell.run([*command, *_sources(suite)], log=room.log, env={"SOURCE_DATE_EPOCH": "0"})

    return Step(name=name, inputs=(), parameters=parameters, recipe=recipe)


def shell_root_step(suite: str) -> Step:
    """A shell and an init, both static: the ground under the pause image and the workloads."""
    return root_step("shell root", suite, SHELL_PACKAGES, variant="extract")


def _sources(suite: str) -> list[str]:
    mirror = os.environ.get("RECONVERGE_DEBIAN_MIRROR", "http://deb.debian.org/debian")
    security = os.environ.get(
        "RECONVERGE_DEBIAN_SECURITY_MIRROR", "http://deb.debian.org/debian-security"
    )
    signed = f"deb [signed-by={KEYRING}]"
    return [
        f"{signed} {mirror} {suite} main",
        f"{signed} {mirror} {suite}-updates main",
        f"{signed} {security} {suite}-security main",
    ]
