"""How harm to the control plane's own processes is taken back: they run, and lead, again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from reconverge.cluster.door import Cluster, ControlPlane, Kubelets, StaticPods
from reconverge.cluster.errors import NotFound
from reconverge.errors import Unavailable
from reconverge.faults.health import heartbeat, lacking_of_node
from reconverge.faults.undo import RollbackFailed, Undo

CONTROLLERS, SCHEDULER, API_SERVER = "kube-controller-manager", "kube-scheduler", "kube-apiserver"
# Those of the control plane's processes that hold a lease while they work.
LED = (CONTROLLERS, SCHEDULER)
# The kubelet's longest wait before it restarts a container (MaxContainerBackOff, 300 s), a lease
# (15 s), and an allowance for the start. Usually it is over in 2 to 20 s.
LED_WITHIN_S = 345.0


class ThawProcess(Undo, frozen=True, kw_only=True):
    """A frozen process of the control plane runs on, on each of these nodes, and does its work.

    One that lost its lease meanwhile ends by itself and is restarted.
    """

    nodes: tuple[str, ...]
    process: str

    def sentence(self) -> str:
        return f"{self.process} on {', '.join(self.nodes)} thawed"

    def rollback(self, cluster: Cluster) -> None:
        control_plane = _control_plane(cluster)
        for node in self.nodes:
            with suppress(NotFound):
                control_plane.thaw_process(node, self.process)
        wait_until_led(control_plane, (self.process,) if self.process in LED else LED)

    def lacking(self, cluster: Cluster) -> str:
        frozen = [one for one in self.nodes if _control_plane(cluster).is_frozen(one, self.process)]
        return f"{self.process} on {', '.join(frozen)} is still frozen" if frozen else ""


class _AnotherStart(Undo, frozen=True, kw_only=True):
    """Base of what awaits a process on each of `nodes`, whose kubelets are to forget its ends.

    That the process leads is seen by `rollback`; a kubelet that has just begun says NotReady.
    """

    nodes: tuple[str, ...]

    def lacking(self, cluster: Cluster) -> str:
        return "; ".join(filter(None, (lacking_of_node(cluster, one) for one in self.nodes)))

    def pulse(self, cluster: Cluster) -> str:
        return " ".join(heartbeat(cluster, one) for one in self.nodes)


class AwaitLeaders(_AnotherStart, frozen=True, kw_only=True):
    """Processes that were killed are started by the kubelet: on return each of these leads.

    The kubelets of `nodes` are restarted first, so that they forget the crash: a kubelet remembers
    it for ten minutes, and lets the next one wait for longer (pkg/kubelet, crash loop back-off).
    """

    processes: tuple[str, ...]
    nodes: tuple[str, ...] = ()

    def sentence(self) -> str:
        return f"{' and '.join(self.processes)} awaited"

    def rollback(self, cluster: Cluster) -> None:
        _restart_kubelets(cluster, self.nodes)
        wait_until_led(_control_plane(cluster), self.processes)


class RestoreStaticPod(_AnotherStart, frozen=True, kw_only=True):
    """The original manifest of this pod is back on each of these nodes, and its process leads.

    As of leaders, the kubelets forget the pod's earlier ends: the restored pod has the UID that it
    had (a digest of its manifest), so what it waits grows with each time that it was put away.
    """

    pod: str

    def sentence(self) -> str:
        return f"the manifest of {self.pod} on {', '.join(self.nodes)} restored"

    def rollback(self, cluster: Cluster) -> None:
        if not isinstance(cluster, StaticPods):
            raise RollbackFailed("its manifests cannot be restored", where=cluster.name)
        control_plane = _control_plane(cluster)
        before = control_plane.leader(self.pod)
        restored = [one for one in self.nodes if cluster.restore_static_pod(one, self.pod)]
        _restart_kubelets(cluster, restored)
        wait_until_led(control_plane, (self.pod,), not_by=before if restored else "")


def wait_until_led(
    control_plane: ControlPlane, processes: Sequence[str], *, not_by: str = ""
) -> None:
    """Block until each of `processes` leads, under another name than `not_by`.

    Raises RollbackFailed after LED_WITHIN_S seconds.
    """
    for process in processes:
        try:
            control_plane.wait_until_led(process, deadline_s=LED_WITHIN_S, not_by=not_by)
        except Unavailable as error:
            cure = "reconverge cluster status"
            raise RollbackFailed(error.what, where=error.where, cure=cure) from error


def _restart_kubelets(cluster: Cluster, nodes: Sequence[str]) -> None:
    if isinstance(cluster, Kubelets):
        for node in nodes:
            cluster.restart_kubelet(node)


def _control_plane(cluster: Cluster) -> ControlPlane:
    if isinstance(cluster, ControlPlane):
        return cluster
    raise RollbackFailed("its processes are out of reach", where=cluster.name)
