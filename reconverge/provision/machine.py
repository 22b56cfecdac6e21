"""The machine we provision, behind one seam: tests put a fake here and need no Docker and no root.

Everything the life cycle asks of the outside passes through a `Machine`: programs, files of the
kernel, who we are. The real one adds nothing of its own but the detached start of a daemon.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from reconverge import shell

Progress = Callable[[str], None]


class Daemon(Protocol):
    """A program that was started and goes on without us."""

    @property
    def pid(self) -> int:
        """Its process id."""

    def wait(self, timeout: float) -> int:
        """Its exit code; TimeoutExpired (subprocess) when it still runs after `timeout` seconds."""


class Machine(Protocol):
    """What the life cycle may ask of the machine it runs on."""

    @property
    def is_root(self) -> bool:
        """Whether packages and daemons may be installed and started by us."""

    @property
    def env(self) -> Mapping[str, str]:
        """The environment variables we were started with."""

    def run(
        self,
        command: shell.Command,
        *,
        log: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout_s: float | None = None,
        accept: Sequence[int] = (0,),
    ) -> shell.Completed:
        """Run a program to its end; CommandFailed for an exit code outside `accept`."""

    def spawn(self, command: shell.Command, *, log: Path) -> Daemon:
        """Start a program in its own session, so that our Ctrl-C and our end leave it alone."""

    def which(self, program: str) -> str | None:
        """The program's path, or None."""

    def read(self, path: str) -> str:
        """A small text file, "" when it is missing or may not be read."""


class RealMachine:
    """This machine."""

    @property
    def is_root(self) -> bool:
        return os.geteuid() == 0

    @property
    def env(self) -> Mapping[str, str]:
        return os.environ

    def run(
        self,
        command: shell.Command,
        *,
        log: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout_s: float | None = None,
        accept: Sequence[int] = (0,),
    ) -> shell.Completed:
        return shell.run(command, log=log, env=env, stdin=stdin, timeout_s=timeout_s, accept=accept)

    def spawn(self, command: shell.Command, *, log: Path) -> Daemon:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            return subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd="/",
                start_new_session=True,
            )

    def which(self, program: str) -> str | None:
        return shutil.which(program)

    def read(self, path: str) -> str:
        try:
            return Path(path).read_text()
        except OSError:
            return ""


# Bits of the capability sets, in order: linux/capability.h.
_NAMES = (
    "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE"
    " NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO"
    " SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME"
    " SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG"
    " WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE"
)
CAPABILITIES = tuple(_NAMES.split())


def missing_capabilities(machine: Machine) -> tuple[str, ...]:
    """Capabilities this kernel knows and this machine cannot give to any process, `CAP_...`.

    The kernel's own last capability bounds the comparison: an older kernel lacks nothing.
    """
    bounding = field(machine.read("/proc/self/status"), "CapBnd")
    last = machine.read("/proc/sys/kernel/cap_last_cap").strip()
    if not bounding or not last:
        return ()
    mask, known = int(bounding, 16), CAPABILITIES[: int(last) + 1]
    return tuple(f"CAP_{name}" for bit, name in enumerate(known) if not mask & (1 << bit))


def field(text: str, name: str) -> str:
    """The first word after `name:` in a /proc file, or ""."""
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name and value.split():
            return value.split()[0]
    return ""


def has_systemd(machine: Machine) -> bool:
    """Whether systemd runs this machine and may be asked to start services: sd_booted(3)."""
    return machine.read("/proc/1/comm").strip() == "systemd"
