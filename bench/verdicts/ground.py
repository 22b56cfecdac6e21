"""What all tools are measured on: one workload, the faults that hit it, and the witness beside it.

The faults are reconverge's own, injected by an experiment: targets by seed, undo on disk, frozen
controllers thawed whatever happens.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from bench.verdicts.truth import Workload
from bench.verdicts.witness import Witness
from reconverge.clock import RealClock
from reconverge.cluster.door import Cluster, JsonObject
from reconverge.cluster.guard import Guard
from reconverge.errors import Unavailable
from reconverge.experiment import Experiment
from reconverge.faults import DeletePods, FreezeController
from reconverge.faults.journal import Journal
from reconverge.judges.pods import PodReady
from reconverge.model import Lease, Ref
from reconverge.timeline import Entry, Timeline
from reconverge.waiting import wait_until_seen

MANIFEST = Path(__file__).parents[2] / "manifests" / "kubia-rc.yaml"
LABELS, REPLICAS = {"app": "kubia"}, 3
# On an idle machine a pod is back after 2 s; other work on it makes that minutes.
RECOVERED_S = 300.0
# One experiment harms for every tool and in every round.
FAULTS_MAX = 10_000
_LEASE = "kube-controller-manager"


class Ground:
    """The ReplicationController `kubia` with its three pods in a namespace of its own.

    `kubeconfig` is the witness's.
    """

    def __init__(self, experiment: Experiment, kubeconfig: Path) -> None:
        self.experiment = experiment
        [self.workload] = experiment.apply(MANIFEST, replicas=REPLICAS)
        self._kubeconfig = kubeconfig
        self._clock = RealClock()
        self._witness: Witness | None = None

    @property
    def witness(self) -> Witness:
        """That of the present round."""
        assert self._witness is not None, "a round is being played"
        return self._witness

    @contextmanager
    def witnessed(self) -> Iterator[None]:
        """A round: its pods are there and no others, and a witness of its own watches.

        Between rounds others have the cluster, who may restart its API server: a watch would end.
        """
        self.experiment.converge(self.workload, replicas=REPLICAS, within_s=RECOVERED_S)
        self._witness = Witness(
            self._kubeconfig,
            namespace=self.experiment.namespace,
            workload=Workload(self.workload.uid, LABELS, REPLICAS),
        )
        try:
            self._witness.wait_until(self._witness.is_alone, within_s=RECOVERED_S)
            yield
        finally:
            self._witness.stop()
            self._witness = None

    def lose_a_pod(self) -> float:
        """Delete one of the pods by force; the monotonic second just before."""
        before_s = self._clock.monotonic_s()
        self.experiment.inject(DeletePods(of=self.workload, grace_s=0))
        return before_s

    def lose_another(self) -> None:
        """Delete one more as somebody else would: it is not on the experiment's record."""
        with self.witness.condition:
            pods = self.witness.pods.world.active(self.witness.pods.workload)
            first = min(pods, key=lambda pod: pod.metadata.name).metadata
        pod = Ref("Pod", first.namespace, first.name, first.uid)
        self.experiment.cluster.delete(pod, grace_s=0)

    def recover(self, *, after_s: float) -> None:
        """Block until the pods are back, for the experiment and for the witness, since `after_s`.

        Raises PromiseBroken and Unavailable: without this the next round would prove nothing.
        """
        self.experiment.converge(self.workload, replicas=REPLICAS, within_s=RECOVERED_S)
        self.wait_until_back(after_s=after_s)

    def wait_until_back(self, *, after_s: float) -> None:
        """Block until the witness sees the pods back since `after_s`, and their status too."""
        witness = self.witness
        witness.wait_until(lambda: witness.is_back(after_s=after_s), within_s=RECOVERED_S)

    @contextmanager
    def controllers_frozen(self) -> Iterator[None]:
        """No controller acts inside; afterwards they do again, as their lease shows.

        Stay well below the 10 s (renewDeadline) after which the process gives up its lead.
        """
        injection = self.experiment.inject(FreezeController())
        try:
            yield
        finally:
            self.experiment.roll_back(injection)
        wait_until_led(self.experiment.cluster, since=self._clock.wall())

    @contextmanager
    def namesake(self) -> Iterator[None]:
        """A ready pod of another owner carries the same labels; no controller minds it."""
        with ExitStack() as made:
            [owner] = self.experiment.apply(_owner())
            made.callback(self.experiment.cluster.delete, owner)
            [pod] = self.experiment.apply(_namesake(owner))
            made.callback(self.experiment.cluster.delete, pod, grace_s=0)
            self.experiment.expect(PodReady(pod=pod), within_s=RECOVERED_S)
            yield


@contextmanager
def opened(
    cluster: Cluster, kubeconfig: Path, *, seed: int, folder: Path, journal: Path, offline: bool
) -> Iterator[Ground]:
    """The ground on that cluster, which is ours; it is gone afterwards.

    `kubeconfig` is the witness's; `journal` the cluster's folder of undo journals.
    """
    with ExitStack() as held:
        undo = Journal(journal, clock=RealClock())
        held.callback(undo.close)
        experiment = held.enter_context(
            Experiment(
                cluster,
                clock=RealClock(),
                scenario="bench verdicts",
                seed=seed,
                folder=folder,
                guard=Guard(
                    context=cluster.name,
                    is_ours=True,
                    may_harm_control_plane=True,
                    objects_max=FAULTS_MAX,
                ),
                journal=undo,
                await_deletion=False,
                offline_images=offline,
            )
        )
        yield Ground(experiment, kubeconfig)


def wait_until_led(cluster: Cluster, *, since: datetime, within_s: float = 60.0) -> None:
    """Block until a controller-manager has renewed its lead after `since`, or taken it."""
    timeline = Timeline(RealClock())
    recorder = cluster.record(timeline, kinds=("Lease",), namespaces=("kube-system",))
    try:
        seen = wait_until_seen(timeline, lambda entry: _is_renewed(entry, since), within_s=within_s)
    finally:
        recorder.stop()
    if seen is None:
        raise Unavailable(f"no controller-manager leads for {within_s:g} s", where=cluster.name)


def _is_renewed(entry: Entry, since: datetime) -> bool:
    lease = entry.view
    if not isinstance(lease, Lease) or lease.name != _LEASE:
        return False
    return lease.spec.renew_time is not None and lease.spec.renew_time > since


def _owner() -> JsonObject:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "other"}}


def _namesake(owner: Ref) -> JsonObject:
    reference = {
        "apiVersion": "v1",
        "kind": owner.kind,
        "name": owner.name,
        "uid": owner.uid,
        "controller": True,
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "namesake", "labels": LABELS, "ownerReferences": [reference]},
        "spec": {"containers": [{"name": "kubia", "image": "luksa/kubia"}]},
    }
