"""The cluster under a lab, and an experiment that is a guest in the lab's namespace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from reconverge.clock import RealClock
from reconverge.errors import Unavailable
from reconverge.experiment import Experiment
from reconverge.faults.journal import Journal
from reconverge.namespaces import Lodging
from reconverge.provision.lifecycle import no_such_cluster
from reconverge.provision.state import StateDir
from reconverge.pytest_plugin.by_hand import Turns
from reconverge.pytest_plugin.clusters import Ground, standing_ground
from reconverge.pytest_plugin.options import required_target
from reconverge.study.lab.shelf import Lab
from reconverge.turns import Turn


class NoCluster(Unavailable):
    """No cluster of ours is there, and no other was named."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Which cluster a lab is on, in the words of the commands' options."""

    cluster_name: str
    kube_context: str = ""
    kubeconfig: Path | None = None

    @classmethod
    def of(cls, lab: Lab) -> Place:
        path = Path(lab.kubeconfig) if lab.kubeconfig else None
        return cls(cluster_name=lab.cluster_name, kube_context=lab.kube_context, kubeconfig=path)

    def ground(self) -> Ground:
        """That cluster, as it is. Raises NoCluster, Unavailable, BadInput."""
        target = required_target(
            name=self.cluster_name, kubeconfig=self.kubeconfig, context=self.kube_context
        )
        if not target.is_attached and StateDir().read(target.name) is None:
            missing = no_such_cluster(target.name)
            raise NoCluster(missing.what, where=missing.where, cure=missing.cure)
        return standing_ground(target)


@contextmanager
def guest(
    ground: Ground,
    namespace: str,
    folder: Path,
    *,
    scenario: str,
    say: Callable[[str], None],
) -> Iterator[Experiment]:
    """An experiment in the lab's namespace, in turn: no node is harmed meanwhile.

    It makes and deletes no namespace. `folder` receives its record.
    """
    clock = RealClock()
    with (
        closing(Journal(ground.journal, clock=clock)) as journal,
        Turns(ground, clock, say=say) as turns,
    ):
        experiment = Experiment(
            ground.cluster,
            clock=clock,
            scenario=scenario,
            seed=0,
            folder=folder,
            guard=ground.guard,
            journal=journal,
            lodging=Lodging(ground.cluster, namespace),
            offline_images=ground.offline_images,
            settings=ground.settings,
            turn=Turn.SHARED,
        )
        turns.take(Turn.SHARED, experiment)
        with experiment, turns.alarm.armed():
            yield experiment
        turns.alarm.raise_if_lost()
