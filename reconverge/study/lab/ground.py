"""The cluster under a lab, and an experiment that is a guest in the lab's namespace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import msgspec

from reconverge.clock import RealClock
from reconverge.cluster.challenge import SENTINEL_LABEL
from reconverge.cluster.door import Cluster
from reconverge.cluster.errors import NotFound
from reconverge.errors import Unavailable
from reconverge.experiment import Experiment
from reconverge.faults.journal import Journal
from reconverge.model import Named, ref
from reconverge.namespaces import WORKLOADS, Lodging
from reconverge.provision.kubeconfig import users_kubeconfig
from reconverge.provision.lifecycle import no_such_cluster
from reconverge.provision.state import StateDir
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

    def described_in(self) -> str:
        """The kubeconfig of that context; empty for a cluster of ours.

        The learner's KUBECONFIG will name another file by the time that it is asked for again.
        """
        if not self.kube_context:
            return ""
        return str((self.kubeconfig or users_kubeconfig()).expanduser().absolute())

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
) -> Iterator[Experiment]:
    """An experiment in the lab's namespace, of which it makes and deletes nothing.

    What it had to plant there is gone on return: a learner sees only their own. `folder` receives
    its record.
    """
    clock = RealClock()
    with closing(Journal(ground.journal, clock=clock)) as journal:
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
        try:
            with experiment:
                yield experiment
        finally:
            _clear(ground.cluster, namespace)


def _clear(cluster: Cluster, namespace: str) -> None:
    """Delete the sentinels by which the controllers were asked for a sign of life."""
    for kind, one in found_in(cluster, namespace):
        if SENTINEL_LABEL in one.metadata.labels:
            with suppress(NotFound):
                cluster.delete(ref(kind, one))


def found_in(
    cluster: Cluster, namespace: str, *, kinds: Sequence[str] = (*WORKLOADS, "Pod")
) -> Iterator[tuple[str, Named]]:
    """What stands in the namespace now, each with its kind."""
    for kind in kinds:
        yield from ((kind, one) for one in cluster.find(kind, namespace=namespace))
