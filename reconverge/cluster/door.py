"""What the engine may ask of a cluster. The real door and the fake one of the tests both fit.

Faults and the experiment depend on this protocol alone, which is why the same contract tests can
run without a cluster and on a real one. Stopping nodes is a protocol of its own: a cluster whose
nodes are not containers of this machine does not have it, and that is a typed fact.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

import msgspec

from reconverge.model import Named, Ref
from reconverge.timeline import Timeline, Wrote

JsonObject = dict[str, object]


class Recorder(Protocol):
    """Watches of several kinds, writing into one timeline until stopped."""

    def wait_until_synced(self, *, deadline_s: float) -> None:
        """Block until every kind is listed; Unavailable after `deadline_s` seconds."""

    def stop(self) -> None:
        """Close every stream and join its thread. Idempotent."""


class Answer(msgspec.Struct, frozen=True):
    """A probe's answer: `ok` with the body, or not with the reason."""

    ok: bool
    text: str

    @property
    def is_unreached(self) -> bool:
        """Whether nobody answered the API server; its own words (apimachinery/pkg/util/proxy)."""
        return not self.ok and self.text.startswith("error trying to reach service")


class Cluster(Protocol):
    """A cluster's API as the engine sees it. Every method raises errors of cluster.errors."""

    @property
    def name(self) -> str:
        """The kube context's name."""

    @property
    def version(self) -> str:
        """The API server's version, such as v1.34.4."""

    def create(
        self, manifest: JsonObject, *, namespace: str, is_dry_run: bool = False
    ) -> tuple[Ref, Named]:
        """Create one object; Conflict when its name is taken, Rejected when it is not valid.

        `is_dry_run`: the API server does all but store it; the view shows its defaults.
        """

    def read(self, kind: str, name: str, *, namespace: str = "") -> Named:
        """The object of that name as it is now; NotFound when there is none."""

    def find(self, kind: str, *, namespace: str = "", labels: str = "") -> tuple[Named, ...]:
        """The objects of that kind whose labels match the selector, as they are now.

        Without a namespace those of the whole cluster.
        """

    def patch(
        self, ref: Ref, body: JsonObject, *, subresource: str = "", is_strategic: bool = False
    ) -> Named:
        """JSON merge patch of exactly that object: a namesake with another UID is a Conflict.

        `is_strategic`: lists whose members have names are merged by name and not replaced.
        """

    def delete(
        self,
        ref: Ref,
        *,
        grace_s: int | None = None,
        propagation: Literal["Background", "Foreground", "Orphan"] | None = None,
    ) -> None:
        """Request deletion of exactly that object; NotFound when it is gone or another one."""

    def delete_collection(
        self,
        kind: str,
        *,
        namespace: str,
        labels: str,
        propagation: Literal["Background", "Foreground", "Orphan"] | None = None,
    ) -> None:
        """Request deletion of all objects of that kind that a label selector matches, in one call.

        The API server deletes one after another, in an order of its own.
        """

    def evict(self, pod: Ref) -> None:
        """Ask for exactly that pod to go; OverBudget as long as a disruption budget forbids."""

    def scale(self, ref: Ref, replicas: int) -> Named:
        """Set `spec.replicas` of a workload through its scale subresource."""

    def ask_pod(self, pod: Ref, *, port: int, path: str = "/", timeout_s: float = 5.0) -> Answer:
        """HTTP GET of a pod through the API server's proxy; an unreachable pod is an answer."""

    def run_in_pod(
        self, pod: Ref, command: Sequence[str], *, container: str = "", timeout_s: float = 10.0
    ) -> Answer:
        """Run a command in a container of the pod; `ok` when it ends with 0, with its output."""

    def ask_kubelet(self, node: str, *, path: str, timeout_s: float = 5.0) -> Answer:
        """HTTP GET of a node's kubelet through the API server's proxy.

        A kubelet that is unreachable, or that these credentials may not ask, is an answer.
        """

    def logs(
        self, pod: Ref, *, container: str = "", previous: bool = False, is_stamped: bool = False
    ) -> str:
        """The container's log, or that of its previous instance; Rejected where there is none.

        `is_stamped`: each line begins with the instant at which the runtime took it (RFC 3339).
        """

    def record(
        self, timeline: Timeline, *, kinds: Sequence[str], namespaces: Sequence[str]
    ) -> Recorder:
        """Start watching `kinds` into `timeline`; namespaced ones in each of `namespaces`.

        A kind is a name, such as Pod, or `apiVersion/Kind` where several groups serve that name.
        Raises Rejected, naming near ones, for a kind that the cluster does not serve.
        """


class NodeContainer(msgspec.Struct, frozen=True):
    """A node as its container: what Docker knows of it. `role` is kind's word for it."""

    name: str
    id: str
    state: Literal["running", "exited", "paused", "created", "restarting", "removing", "dead"]
    addresses: tuple[str, ...] = ()
    role: str = ""
    networks: tuple[str, ...] = ()


@runtime_checkable
class StoppableNodes(Protocol):
    """A cluster whose nodes are containers of this machine (kind with Docker)."""

    def node_container(self, node: str) -> NodeContainer:
        """The container of that node; NotFound when there is none."""

    def stop_node(self, node: str, *, grace_s: int = 0) -> None:
        """Stop the node's container; after `grace_s` seconds it is killed. Idempotent."""

    def start_node(self, node: str) -> None:
        """Start the node's container, whatever state it is in. Idempotent."""

    def pause_node(self, node: str) -> None:
        """Suspend every process of the node at once; `start_node` lets them run on. Idempotent."""


Signal = Literal["KILL", "TERM", "STOP", "CONT"]


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """Packets of a node that are dropped: those from and to `peers` (addresses), or anybody.

    `direction` as the node sees it: `in` is what comes to it, `out` what it and its pods send.
    `percent` of them, from 1 to 100, chosen at random.
    """

    peers: tuple[str, ...] = ()
    direction: Literal["both", "in", "out"] = "both"
    percent: int = 100


@runtime_checkable
class Networks(Protocol):
    """A cluster whose nodes can be cut off, and used as a place to ask from."""

    def cut_network(self, node: str, cut: Cut) -> None:
        """Drop those packets; Conflict when the very same are dropped already."""

    def mend_network(self, node: str, cut: Cut) -> None:
        """Drop them no longer, and leave every other rule alone. Idempotent."""

    def is_cut(self, node: str, cut: Cut) -> bool:
        """Whether those packets are dropped."""

    def ask_from(self, node: str, address: str, *, port: int, timeout_s: float = 5.0) -> Answer:
        """HTTP GET of an address as that node reaches it; no answer is an answer."""


@runtime_checkable
class Runtimes(Protocol):
    """A cluster whose container runtimes (containerd) can be reached."""

    def signal_container(self, node: str, pod: Ref, container: str, signal: Signal) -> str:
        """Signal the first process of that container of exactly that pod; returns its ID.

        NotFound when no container of that name runs there.
        """

    def restart_runtime(self, node: str) -> None:
        """Another process does its work; containers have keepers of their own and run on."""

    def start_runtime(self, node: str) -> None:
        """The service runs, whatever state it was in. Idempotent."""

    def is_runtime_running(self, node: str) -> bool:
        """Whether the service is active."""


@runtime_checkable
class ControlPlane(Protocol):
    """A cluster whose own processes can be disturbed: only ever one of our own."""

    def freeze_process(self, node: str, name: str) -> None:
        """SIGSTOP every process of exactly that name on the node; NotFound when there is none."""

    def thaw_process(self, node: str, name: str) -> None:
        """SIGCONT every process of exactly that name on the node. Idempotent."""

    def is_frozen(self, node: str, name: str) -> bool:
        """Whether a process of that name is suspended there; NotFound when there is none."""

    def kill_process(self, node: str, name: str, *, signal: Literal["KILL", "TERM"]) -> None:
        """Signal every process of exactly that name on the node; NotFound when there is none."""

    def leader(self, process: str) -> str:
        """Who holds the lease of a control-plane process, such as kube-scheduler."""

    def wait_until_led(self, process: str, *, deadline_s: float, not_by: str = "") -> None:
        """Block until that lease is renewed, by another than `not_by`; Unavailable if it is not.

        It takes a live API server, a live process and time for an election: proof of all three.
        """


@runtime_checkable
class Audited(Protocol):
    """A cluster whose API server's audit log can be read: only ever one of our own."""

    def record_writes(self, timeline: Timeline, *, namespaces: Sequence[str]) -> Recorder:
        """Start recording who writes what in `namespaces`, to them, and to nodes.

        Once synced, every later write is recorded, or a gap of AUDIT_LOG says that some may not be.
        `wait_until_synced` raises NotFound where the cluster keeps no such log.
        """

    def past_writes(self, namespace: str) -> tuple[Wrote, ...]:
        """Every write in `namespace` that the log still has, in order; NotFound without a log.

        A log is rotated, and its oldest part deleted. `at_s` is 0: no timeline was there yet.
        """


class Token(msgspec.Struct, frozen=True):
    """A bearer token and the instant from which on it is not accepted any more."""

    text: str
    until: datetime


@runtime_checkable
class Tokens(Protocol):
    """A cluster that gives out tokens of service accounts (the TokenRequest API)."""

    def token(self, account: Ref, *, lifetime_s: int) -> Token:
        """A token of that account, bound to it: it ends with the account, or after that time.

        The API server may shorten or lengthen it; it refuses less than 600 s.
        """


@runtime_checkable
class StaticPods(Protocol):
    """A cluster whose control plane is made of static pods (kubeadm) that can be changed.

    The kubelet follows the manifest. The original is kept on the node, outside of the kubelet's
    folder, and put back byte for byte.
    """

    def withdraw_static_pod(self, node: str, name: str) -> None:
        """Take the manifest away; on return its processes have ended.

        NotFound when there is none, Conflict when its original is kept already.
        """

    def extend_static_pod(self, node: str, name: str, *, flag: str, word: str) -> None:
        """Add `word` to the comma-separated option `--flag`; the pod is started anew.

        NotFound when there is no such pod or option, Conflict when its original is kept already.
        """

    def set_static_pod_option(self, node: str, name: str, *, flag: str, value: str) -> None:
        """Give the option `--flag` this value, whether it was given or not; else like the above.

        A flag that the process does not know keeps it from starting.
        """

    def restore_static_pod(self, node: str, name: str) -> bool:
        """Put the original manifest back; False when it was there. Idempotent."""


@runtime_checkable
class Kubelets(Protocol):
    """A cluster whose kubelets are services that can be stopped."""

    def stop_kubelet(self, node: str) -> None:
        """The service is stopped; containers run on. Idempotent."""

    def start_kubelet(self, node: str) -> None:
        """The service runs and answers to signals, whatever state it was in. Idempotent."""

    def restart_kubelet(self, node: str) -> None:
        """The service is stopped and started: another process does its work."""

    def is_kubelet_running(self, node: str) -> bool:
        """Whether the service is active and its process not suspended."""


@runtime_checkable
class Typed(Protocol):
    """A cluster at which a person could type: kubectl is on the node of its control plane."""

    def kubectl(self, node: str, words: Sequence[str]) -> Answer:
        """Run kubectl there as an administrator; `ok` when it ends with 0, with all that it said.

        Raises Unavailable where it cannot be run.
        """
