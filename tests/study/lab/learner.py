"""Somebody with a kubectl, and nothing but the kubeconfig of one lab."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import msgspec
import pytest

from reconverge.cluster.errors import NotFound
from reconverge.cluster.nodes import KindCluster
from reconverge.study.exercises import Exercise
from reconverge.study.lab import opening
from reconverge.study.lab.ground import Place
from reconverge.study.lab.judging import judge
from reconverge.study.lab.shelf import Lab, Shelf
from reconverge.study.playing import Played

KUBECTL_S = 60


class Learner(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with a kubectl and the kubeconfig of one lab."""

    kubectl: Path
    exercise: Exercise
    shelf: Shelf
    lab: Lab
    folder: Path

    def types(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What kubectl answers; it knows of no kubeconfig but that of the lab."""
        return subprocess.run(
            [self.kubectl, *words],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "KUBECONFIG": str(self.shelf.kubeconfig(self.exercise.id)),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=KUBECTL_S,
        )

    def does(self, *words: str) -> str:
        ended = self.types(*words)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.strip()

    def has_it_judged(self, record: str) -> Played:
        return judge(self.exercise, self.lab, self.folder / record, say=lambda _: None)


def begun(
    exercise: Exercise,
    cluster: KindCluster,
    kubectl: Path,
    folder: Path,
    *,
    place: Place | None = None,
) -> Learner:
    """A lab on that cluster; `place`: as somebody else names it."""
    shelf = Shelf(folder / "labs")
    opening.start(exercise, place or Place(cluster_name=cluster.kind_name), shelf)
    lab = opening.standing_lab(exercise, shelf)
    return Learner(kubectl=kubectl, exercise=exercise, shelf=shelf, lab=lab, folder=folder)


def ended(learner: Learner, cluster: KindCluster) -> None:
    """Everything is taken back: the namespace, and what lies on the disk."""
    name = learner.lab.namespace.name
    assert opening.take_back(learner.exercise, learner.shelf) == name
    with pytest.raises(NotFound):
        cluster.read("Namespace", name)
    assert not learner.shelf.folder(learner.exercise.id).exists()
    assert opening.take_back(learner.exercise, learner.shelf) == ""
