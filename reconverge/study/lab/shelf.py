"""The labs that stand, on disk: so `check` and `reset` find what `start` has made.

One folder for each exercise in our state folder: lab.json, the kubeconfig, the records.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from reconverge.errors import BadInput
from reconverge.judges.learning import Beginning
from reconverge.model import Ref
from reconverge.provision.state import StateDir, write_atomically


class Lab(msgspec.Struct, frozen=True, kw_only=True):
    """A lab that stands: on which cluster, in which namespace, and what it began with.

    `kubeconfig` and `kube_context` are empty on a cluster of ours, which `cluster_name` names.
    """

    cluster_name: str
    kube_context: str = ""
    kubeconfig: str = ""
    namespace: Ref
    begun: Beginning


class Shelf:
    """The labs by exercise."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root or StateDir().root / "study" / "labs"

    def folder(self, exercise: str) -> Path:
        return self._root / exercise

    def kubeconfig(self, exercise: str) -> Path:
        """Where the learner's kubeconfig of that exercise is, if it is."""
        return self.folder(exercise) / "kubeconfig"

    def find(self, exercise: str) -> Lab | None:
        """The lab of that exercise; None where there is none. Raises BadInput for a torn file."""
        path = self.folder(exercise) / "lab.json"
        if not path.is_file():
            return None
        try:
            return msgspec.json.decode(path.read_bytes(), type=Lab)
        except msgspec.DecodeError as error:
            cure = "delete it, and start the exercise anew"
            raise BadInput(f"not a lab: {error}", where=str(path), cure=cure) from error

    def put(self, exercise: str, lab: Lab) -> None:
        """Write it down, whole or not at all. Raises Unavailable."""
        write_atomically(self.folder(exercise) / "lab.json", msgspec.json.encode(lab))

    def put_kubeconfig(self, exercise: str, text: bytes) -> Path:
        """Write it for its owner alone; it has a token in it. Raises Unavailable."""
        path = self.kubeconfig(exercise)
        write_privately(path, text)
        return path

    def forget(self, exercise: str) -> None:
        """Remove everything of it from the disk. Idempotent."""
        shutil.rmtree(self.folder(exercise), ignore_errors=True)


def write_privately(path: Path, text: bytes) -> None:
    """Replace the file; nobody else can read it at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.chmod(0o700)
    write_atomically(path, text)
    path.chmod(0o600)
