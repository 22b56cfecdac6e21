"""What this machine has and lacks for chaos runs, and what follows; looked at, not changed.

Every finding says what follows, because "CAP_SYS_RESOURCE: missing" alone helps nobody.
"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from reconverge.errors import Unavailable
from reconverge.provision import egress, engine, inotify, preflight, registry, toolchain
from reconverge.provision.cluster_config import WORKERS, ClusterSpec
from reconverge.provision.engine import Docker
from reconverge.provision.machine import Machine, missing_capabilities
from reconverge.provision.state import StateDir

Mark = Literal["ok", "note", "lacking"]
BUILD_GB, RUN_GB = 16, 3  # measured: caches and outputs of a cold build; images and containers


class Fact(msgspec.Struct, frozen=True):
    """One thing about the machine: `lacking` means that `cluster up` would fail or do without."""

    topic: str
    found: str
    follows: str
    mark: Mark = "ok"


def examine(machine: Machine, state: StateDir) -> list[Fact]:
    """Every fact, in the order in which a person would ask. Takes up to 3 s without a registry."""
    facts, docker = _docker(machine, state)
    pulls = docker is not None and registry.answers(machine)
    topics: tuple[Callable[[], Fact], ...] = (
        lambda: _cgroups(machine),
        lambda: _capabilities(machine, state),
        lambda: _registry(pulls=pulls),
        lambda: _go(machine, state, pulls=pulls),
        lambda: _kind(machine),
        lambda: _mmdebstrap(machine, pulls=pulls),
        lambda: _egress(machine, docker),
        *(lambda each=each: _kernel(machine, *each) for each in KERNEL),
        lambda: _netem(machine),
        lambda: _inotify(machine),
        lambda: Fact("ports", "any free one", "the API server listens on 127.0.0.1 only"),
        lambda: _memory(machine),
        lambda: _processors(),
        lambda: _disk(pulls=pulls),
        lambda: Fact("Python", platform.python_version(), "3.11 or later is needed"),
    )
    return [*facts, *(topic() for topic in topics)]


def _docker(machine: Machine, state: StateDir) -> tuple[list[Fact], Docker | None]:
    try:
        docker = engine.find_docker(machine)
    except Unavailable as error:
        installs = engine.may_provide(machine, error)
        follows = "`cluster up` installs and starts it" if installs else error.cure
        mark: Mark = "note" if installs else "lacking"
        return [Fact("Docker", error.what, follows, mark)], None
    ours = engine.our_daemon(state)
    who = f"started by reconverge, pid {ours.pid}" if ours else "not started by reconverge"
    follows = "`cluster down --engine` stops it" if ours else "reconverge never stops it"
    return [Fact("Docker", f"{docker.version}, {who}", follows)], docker


def _cgroups(machine: Machine) -> Fact:
    if machine.read("/sys/fs/cgroup/cgroup.controllers"):
        return Fact("cgroups", "v2", "any Kubernetes version runs")
    return Fact(
        "cgroups", "v1", "Kubernetes up to 1.34 runs as it is; later ones refuse v1", "note"
    )


def _capabilities(machine: Machine, state: StateDir) -> Fact:
    lacking = missing_capabilities(machine)
    if not lacking:
        return Fact("capabilities", "all", "plain runc serves")
    names = ", ".join(lacking)
    if engine.our_daemon(state) or machine.is_root:
        return Fact(
            "capabilities", f"missing {names}", "containers run through our runc shim", "note"
        )
    return Fact(
        "capabilities", f"missing {names}", "Docker refuses privileged containers", "lacking"
    )


def _registry(*, pulls: bool) -> Fact:
    if pulls:
        return Fact("image registry", "answers", "published images are pulled")
    return Fact(
        "image registry", "does not answer", "images are built here, 12 minutes once", "note"
    )


def _go(machine: Machine, state: StateDir, *, pulls: bool) -> Fact:
    found = toolchain.found_go(machine, state)
    if found:
        return Fact("Go", str(found), "builds what cannot be pulled")
    wanted = ".".join(map(str, toolchain.GO_MINIMUM))
    needed = "kind and the probe are built" if pulls else "all images are built"
    follows = f"{needed} with a private copy ({toolchain.GO_WHEEL} from PyPI)"
    return Fact("Go", f"none, or older than {wanted}", follows, "note")


def _kind(machine: Machine) -> Fact:
    found = toolchain.kind_on_path(machine)
    if found:
        return Fact("kind", str(found), "is used")
    return Fact("kind", "none on PATH that is new enough", "is built from its module", "note")


def _mmdebstrap(machine: Machine, *, pulls: bool) -> Fact:
    found = machine.which("mmdebstrap")
    if found or pulls:
        return Fact(
            "mmdebstrap", found or "none", "makes root file systems" if found else "not needed"
        )
    if machine.is_root:
        return Fact("mmdebstrap", "none", "`cluster up` installs it", "note")
    return Fact("mmdebstrap", "none", "type `sudo apt-get install mmdebstrap`", "lacking")


def _egress(machine: Machine, docker: Docker | None) -> Fact:
    if docker is None:
        return Fact("egress rule", "unknown without Docker", "looked at by `cluster up`", "note")
    blind = egress.why_not_closable(machine, docker)
    if blind:
        return Fact("egress rule", blind, "packets of a cluster may leave this machine", "note")
    found = "in force" if egress.is_closed(machine) else "can be set"
    return Fact("egress rule", found, "packets of a cluster do not leave this machine")


# What, where the kernel shows it (a file that exists, or a word in one), who needs it.
KERNEL = (
    ("overlay", "/proc/filesystems", "overlay", "containers need it"),
    ("br_netfilter", "/proc/sys/net/bridge/bridge-nf-call-iptables", "", "Services need it"),
    ("ipvs", "/proc/net/ip_vs", "", "only kube-proxy's ipvs mode needs it"),
)
OPTIONAL = ("ipvs",)


def _kernel(machine: Machine, what: str, path: str, word: str, follows: str) -> Fact:
    text = machine.read(path)
    if word in text if word else text:
        return Fact(f"kernel: {what}", "present", follows)
    mark: Mark = "note" if what in OPTIONAL else "lacking"
    return Fact(f"kernel: {what}", "not seen", follows, mark)


def _netem(machine: Machine) -> Fact:
    """Delay and loss on a link: built in, or a module of this kernel."""
    options = machine.run(
        ["sh", "-c", f"zcat /proc/config.gz || cat /boot/config-{platform.release()}"],
        accept=(0, 1),
    ).stdout
    present = "CONFIG_NET_SCH_NETEM=y" in options or "CONFIG_NET_SCH_NETEM=m" in options
    found = "present" if present else "not seen"
    return Fact(
        "kernel: netem", found, "faults of delay and loss need it", "ok" if present else "note"
    )


def _inotify(machine: Machine) -> Fact:
    limit = inotify.limit(machine)
    need = inotify.CONTROL_PLANE + WORKERS * inotify.WORKER
    found = f"{limit} instances a user"
    if limit is None or limit >= 2 * need:
        return Fact("inotify", found, "enough for two clusters of five nodes")
    if machine.is_root:
        return Fact("inotify", found, "`cluster up` raises it while clusters exist", "note")
    follows = f"a cluster needs about {need}; raise it: sudo sysctl {inotify.SETTING}=512"
    return Fact("inotify", found, follows, "note" if limit >= need else "lacking")


def _memory(machine: Machine) -> Fact:
    available, needed = preflight.available_mib(machine), preflight.needed_mib(ClusterSpec())
    if available is None:
        return Fact("memory", "unknown", f"five nodes need {needed} MiB", "note")
    mark: Mark = "ok" if available >= needed else "lacking"
    return Fact("memory", f"{available} MiB available", f"five nodes need {needed} MiB", mark)


def _processors() -> Fact:
    count = os.cpu_count() or 1
    mark: Mark = "ok" if count >= 2 else "note"
    return Fact("processors", str(count), "deadlines are measured on two", mark)


def _disk(*, pulls: bool) -> Fact:
    free = shutil.disk_usage(Path.home()).free // 10**9
    needed = RUN_GB if pulls else BUILD_GB
    mark: Mark = "ok" if free >= needed else "lacking"
    return Fact("disk", f"{free} GB free", f"a first run takes {needed} GB", mark)
