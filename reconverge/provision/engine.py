"""Docker: found where it is, installed from the distribution where it is not and we may.

Finding never changes the machine. Installing and starting say so beforehand. A daemon that we
started is recorded with its start time, so that it, and no later process with its number, can be
stopped by us. Where the machine lacks a capability, our daemon runs containers through a shim
that asks runc only for what the machine can give (images/oci-shim).
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from reconverge.clock import Clock, RealClock
from reconverge.errors import Unavailable
from reconverge.provision import apt
from reconverge.provision.machine import Machine, Progress, has_systemd, missing_capabilities
from reconverge.provision.state import StateDir, write_atomically
from reconverge.shell import Completed

SHIM = "reconverge-oci-shim"
START_DEADLINE_S = 60.0  # a cold dockerd needs 2-5 s; loading many old containers takes longer
STOP_DEADLINE_S = 60.0
ATTEMPT_S = 0.2


@dataclass(frozen=True)
class Docker:
    """A Docker daemon that answers."""

    version: str
    is_local: bool  # whether its host is this machine: egress rules and pids make sense only there


class NotPermitted(Unavailable):
    """A daemon is there, and this user may not talk to it: a second one would be no answer."""


class OurDaemon(msgspec.Struct, frozen=True):
    """The dockerd that we started: its number, and when, because numbers are used again."""

    pid: int
    started_ticks: str


def find_docker(machine: Machine) -> Docker:
    """Ask the daemon that DOCKER_HOST or the CLI's context names.

    Raises Unavailable with the cure that fits: not installed, not running, not permitted.
    """
    if machine.which("docker") is None:
        raise _absent(machine)
    answer = machine.run(
        ["docker", "version", "--format", "{{.Server.Version}}"],
        timeout_s=20,
        accept=(0, 1, 125, 126, 127),
    )
    version = answer.stdout.strip()
    if answer.exit_code == 0 and version:
        host = machine.env.get("DOCKER_HOST", "unix://")
        return Docker(version=version, is_local=host.startswith("unix://"))
    raise _unanswered(machine, answer)


def provide_docker(
    machine: Machine,
    state: StateDir,
    *,
    allow_install: bool,
    go: Callable[[], Path],
    progress: Progress,
) -> Docker:
    """A Docker daemon that answers: the one there is, else installed and started by us.

    `go` finds the compiler for the shim, where this machine needs one. Raises Unavailable when
    there is none and nothing may be done about it; nothing is changed then.
    """
    try:
        return find_docker(machine)
    except Unavailable as missing:
        if not may_provide(machine, missing):
            raise
        if machine.which("dockerd") is None or machine.which("docker") is None:
            if not allow_install:
                raise
            _install(machine, missing, progress)
    return _start(machine, state, go=go, progress=progress)


def may_provide(machine: Machine, missing: Unavailable) -> bool:
    """Whether installing and starting Docker is ours to do, and would help."""
    is_chosen = bool(machine.env.get("DOCKER_HOST"))
    return machine.is_root and not is_chosen and not isinstance(missing, NotPermitted)


def needs_shim(machine: Machine) -> bool:
    """Whether plain runc would refuse every privileged container on this machine."""
    return bool(missing_capabilities(machine))


def stop_our_daemon(state: StateDir, progress: Progress) -> bool:
    """Stop the dockerd that we started, and only it. False when none of ours runs."""
    ours = our_daemon(state)
    if ours is None:
        return False
    progress(f"stopping the Docker daemon that reconverge started (pid {ours.pid})")
    watch = os.pidfd_open(ours.pid)
    try:
        signal.pidfd_send_signal(watch, signal.SIGTERM)
        ended, _, _ = select.select([watch], [], [], STOP_DEADLINE_S)
    finally:
        os.close(watch)
    if not ended:
        raise Unavailable(
            f"dockerd (pid {ours.pid}) still runs {STOP_DEADLINE_S:g} s after it was asked to stop",
            where=str(state.engine / "dockerd.log"),
        )
    (state.engine / "dockerd.json").unlink(missing_ok=True)
    return True


def our_daemon(state: StateDir) -> OurDaemon | None:
    """The dockerd that we started, if that very process still runs."""
    try:
        record = msgspec.json.decode((state.engine / "dockerd.json").read_bytes(), type=OurDaemon)
    except (OSError, msgspec.DecodeError):
        return None
    return record if _started_ticks(record.pid) == record.started_ticks else None


def _start(
    machine: Machine, state: StateDir, *, go: Callable[[], Path], progress: Progress
) -> Docker:
    if has_systemd(machine):
        progress("starting Docker: systemctl start docker")
        machine.run(["systemctl", "start", "docker"], timeout_s=START_DEADLINE_S)
        return find_docker(machine)
    config = _daemon_config(machine, state, go=go, progress=progress)
    log = state.engine / "dockerd.log"
    progress(f"starting dockerd, which nothing on this machine starts (log {log})")
    # After a restart of the machine the old number may be another process: dockerd would refuse.
    (state.engine / "dockerd.pid").unlink(missing_ok=True)
    daemon = machine.spawn(
        ["dockerd", "--config-file", config, "--pidfile", state.engine / "dockerd.pid"], log=log
    )
    record = OurDaemon(daemon.pid, _started_ticks(daemon.pid))
    write_atomically(state.engine / "dockerd.json", msgspec.json.encode(record))
    return _wait_until_answering(machine, daemon.wait, log, RealClock())


def _wait_until_answering(
    machine: Machine, wait: Callable[[float], int], log: Path, clock: Clock
) -> Docker:
    """Ask until it answers; the pause between two questions is a wait for the daemon's own end."""
    deadline_s = clock.monotonic_s() + START_DEADLINE_S
    while True:
        try:
            return find_docker(machine)
        except Unavailable as last:
            if clock.monotonic_s() > deadline_s:
                raise Unavailable(
                    f"dockerd did not answer within {START_DEADLINE_S:g} s; last: {last.what}",
                    where=f"log {log}",
                ) from last
        try:
            code = wait(ATTEMPT_S)
        except subprocess.TimeoutExpired:
            continue
        raise Unavailable(
            f"dockerd ended at once with exit code {code}: {_last_line(machine, log)}",
            where=f"log {log}",
        )


def _daemon_config(
    machine: Machine, state: StateDir, *, go: Callable[[], Path], progress: Progress
) -> Path:
    config: dict[str, object] = {}
    lacking = missing_capabilities(machine)
    if lacking:
        progress(f"this machine lacks {', '.join(lacking)}: containers run through a shim of runc")
        path = build_shim(machine, state, go=go())
        config = {"default-runtime": SHIM, "runtimes": {SHIM: {"path": str(path)}}}
    target = state.engine / "daemon.json"
    write_atomically(target, json.dumps(config).encode())
    return target


def build_shim(machine: Machine, state: StateDir, *, go: Path) -> Path:
    """Compile images/oci-shim into the engine's folder (2 s, nothing to download)."""
    from reconverge.provision.go_programs import BUILD
    from reconverge.provision.versions import images_folder

    target = state.engine / SHIM
    command: list[str | Path] = [
        go,
        BUILD[0],
        "-C",
        images_folder() / "oci-shim",
        *BUILD[1:],
        "-o",
        target,
        ".",
    ]
    machine.run(command, env={"CGO_ENABLED": "0"}, log=state.engine / "shim-build.log")
    return target


def _install(machine: Machine, missing: Unavailable, progress: Progress) -> None:
    packages = ["docker.io", "iptables"]
    progress(f"{missing.what}: installing Debian packages and starting Docker")
    apt.install(machine, packages, also=("docker-cli",), progress=progress)


def _absent(machine: Machine) -> Unavailable:
    install = "apt-get install -y docker.io iptables"
    if machine.is_root:
        cure = f"type `{install}`, or run again without --no-install"
    else:
        cure = f'type `sudo {install} && sudo usermod -aG docker "$USER"`, then log in again'
    return Unavailable("Docker is not installed", cure=cure)


def _unanswered(machine: Machine, answer: Completed) -> Unavailable:
    said = answer.tail.splitlines()[-1] if answer.tail else "no answer"
    host = machine.env.get("DOCKER_HOST", "")
    if "permission denied" in said.lower():
        return NotPermitted(
            "your user may not talk to the Docker daemon: it is not in the group `docker`",
            where=host or "/var/run/docker.sock",
            cure='type `sudo usermod -aG docker "$USER"`, then log in again',
        )
    if host:
        return Unavailable(
            f"the Docker daemon that DOCKER_HOST names does not answer ({said})",
            where=host,
            cure="correct or unset DOCKER_HOST",
        )
    start = "systemctl start docker" if has_systemd(machine) else "dockerd &"
    cure = f"type `{start}`" if machine.is_root else f"type `sudo {start}`"
    return Unavailable("Docker is installed but its daemon does not run", cure=cure)


def _started_ticks(pid: int) -> str:
    """When the process started, in clock ticks since boot: field 22 of proc_pid_stat(5)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


def _last_line(machine: Machine, log: Path) -> str:
    lines = machine.read(str(log)).strip().splitlines()
    return lines[-1] if lines else "it said nothing"
