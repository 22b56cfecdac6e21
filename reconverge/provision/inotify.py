"""Room for inotify instances: the kernel limit that a second cluster, or a big one, runs into.

kube-proxy then dies with "too many open files" and nothing else says why. Debian's limit of 128
instances a user is used up by two four-node clusters. Root raises it for as long as clusters of
ours exist, saying so; the old value is on disk and comes back with the last `down`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from reconverge.errors import Unavailable
from reconverge.provision.machine import Machine, Progress
from reconverge.provision.state import StateDir, write_atomically

SETTING = "fs.inotify.max_user_instances"
LIMIT = "/proc/sys/fs/inotify/max_user_instances"
RAISED = 512  # what kind's own documentation advises
# Measured: 74 for a control plane and three workers (kubelet 25, systemd 20, ...), rounded up.
CONTROL_PLANE, WORKER = 35, 18


class Raised(msgspec.Struct, frozen=True):
    """What the limit was, and what we made of it."""

    before: int
    after: int


def limit(machine: Machine) -> int | None:
    """How many instances one user may have; None where the kernel does not say."""
    text = machine.read(LIMIT).strip()
    return int(text) if text.isdigit() else None


def instances_in_use(processes: Path = Path("/proc")) -> int:
    """How many instances exist. Without root only our own processes can be seen."""
    return sum(1 for _ in _instances(processes))


def _instances(processes: Path) -> Iterator[str]:
    for process in processes.iterdir():
        if not process.name.isdigit():
            continue
        try:
            links = [str(each.readlink()) for each in (process / "fd").iterdir()]
        except OSError:  # ended meanwhile, or not ours to look at
            continue
        yield from (link for link in links if link == "anon_inode:inotify")


def require_room(
    machine: Machine,
    state: StateDir,
    *,
    workers: int,
    progress: Progress,
    in_use: int | None = None,
) -> None:
    """Have room for that many nodes, and for as much again that others may take meanwhile.

    Without root the bare number must do; raises Unavailable with the command to type.
    """
    now = limit(machine)
    used = instances_in_use() if in_use is None else in_use
    own = CONTROL_PLANE + workers * WORKER
    needed = used + own
    if now is None or needed + own <= now:
        return
    target = max(RAISED, needed + own)
    if not machine.is_root:
        if needed <= now:
            return
        raise Unavailable(
            f"the nodes need about {needed} inotify instances and this machine allows {now}",
            cure=f"type `sudo sysctl {SETTING}={target}`",
        )
    progress(f"raising {LIMIT} from {now} to {target}; the last `cluster down` puts it back")
    before = _raised(state)
    record = Raised(before.before if before else now, target)
    write_atomically(_record(state), msgspec.json.encode(record))
    machine.run(["sysctl", "-q", "-w", f"{SETTING}={target}"])


def restore(machine: Machine, state: StateDir) -> None:
    """Put the old limit back if it is still the one that we set. Idempotent."""
    raised = _raised(state)
    if raised is None:
        return
    if limit(machine) == raised.after and machine.is_root:
        machine.run(["sysctl", "-q", "-w", f"{SETTING}={raised.before}"])
    _record(state).unlink(missing_ok=True)


def _raised(state: StateDir) -> Raised | None:
    try:
        return msgspec.json.decode(_record(state).read_bytes(), type=Raised)
    except (OSError, msgspec.DecodeError):
        return None


def _record(state: StateDir) -> Path:
    return state.root / "inotify.json"
