"""What we made, on disk, written before it is made: so an interrupted run can be taken up again.

Layout: `clusters/NAME/` (record, kubeconfig, audit log, kind's configuration and log),
`clusters/NAME.lock` beside it so that deleting a cluster cannot delete the lock another process
waits for, and `engine/` for the Docker daemon that we started.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from reconverge.errors import BadInput, Unavailable
from reconverge.provision.machine import Progress

JOURNAL = "journal"
Egress = Literal["closed", "open"]


class ClusterRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster of ours. `creating` is written first: whatever is found in it is half-made."""

    name: str
    id: str
    phase: Literal["creating", "ready"]
    profile: str
    workers: int
    minor: str
    image: str
    egress: Egress
    created_at: str
    api_port: int = 0


class StateDir:
    """Our folder: RECONVERGE_STATE_DIR, else the platform's own place for a program's state."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or _default_root()

    def cluster(self, name: str) -> Path:
        """The folder of a cluster of that name."""
        return self.root / "clusters" / name

    def runs(self, name: str) -> Path:
        """Where the runs on that cluster keep their locks and their undo journals."""
        return self.root / "runs" / name

    @property
    def engine(self) -> Path:
        """The folder of the Docker daemon that we started."""
        return self.root / "engine"

    def kubeconfig(self, name: str) -> Path:
        """The cluster's own kubeconfig."""
        return self.cluster(name) / "kubeconfig"

    def audit_log(self, name: str) -> Path:
        """The API server's audit log, one JSON event a line."""
        return self.cluster(name) / "audit" / "audit.log"

    def read(self, name: str) -> ClusterRecord | None:
        """The record of that cluster; None when there is none or it cannot be understood.

        An unreadable record can only be a torn or foreign file: such a cluster is made anew.
        """
        try:
            return msgspec.json.decode(self._record(name).read_bytes(), type=ClusterRecord)
        except (OSError, msgspec.DecodeError):
            return None

    def write(self, record: ClusterRecord) -> None:
        """Put the record on disk, whole or not at all."""
        write_atomically(self._record(record.name), msgspec.json.encode(record))

    def forget(self, name: str) -> None:
        """Remove everything kept about that cluster; what was to be undone on it is gone with it.

        The locks stay: a run may hold them.
        """
        shutil.rmtree(self.runs(name) / JOURNAL, ignore_errors=True)
        shutil.rmtree(self.cluster(name), ignore_errors=True)

    def names(self) -> list[str]:
        """Every cluster we have a record of."""
        return sorted(path.parent.name for path in self.root.glob("clusters/*/cluster.json"))

    @contextmanager
    def locked(self, what: str, progress: Progress) -> Iterator[None]:
        """Hold the machine-wide lock on `what`: a second process waits and says so."""
        import filelock

        path = self.root / "clusters" / f"{what}.lock"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _not_writable(self.root, error) from error
        lock = filelock.FileLock(path)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            progress(f"another process works on {what}: waiting for it (lock {path})")
            lock.acquire()
        except OSError as error:
            raise _not_writable(self.root, error) from error
        try:
            yield
        finally:
            lock.release()

    def _record(self, name: str) -> Path:
        return self.cluster(name) / "cluster.json"


def _default_root() -> Path:
    chosen = os.environ.get("RECONVERGE_STATE_DIR")
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_state_path

    return user_state_path("reconverge")


def _not_writable(root: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"the state folder cannot be written ({error.strerror})",
        where=str(root),
        cure="make it writable or set RECONVERGE_STATE_DIR to a folder that is",
    )


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file so that a reader, or a crash, sees the old content or the new, never half."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise _not_writable(path.parent, error) from error


def valid_name(name: str) -> str:
    """`name` if kind and Docker accept it as a cluster's name; BadInput otherwise."""
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789-")
    if not name or len(name) > 40 or set(name) - allowed or name.strip("-") != name:
        raise BadInput(
            f"{name!r} cannot be a cluster's name",
            cure="use lower-case letters, digits and inner dashes, 40 at most",
        )
    return name
