"""The fake at our own seam: it fits the door's protocols and keeps their promises.

The contract tests run on it and on a real cluster, so that it cannot drift into a world in which
everything works.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from reconverge.cluster.door import Answer, JsonObject, NodeContainer, Token
from reconverge.cluster.errors import (
    Conflict,
    Forbidden,
    NotFound,
    OverBudget,
    Rejected,
    Unreachable,
)
from reconverge.cluster.kinds import CORE
from reconverge.model import Named, Ref, ref
from reconverge.timeline import Timeline, Wrote
from tests.fakes.audit import FakeAuditFile, FakeAuditRecorder
from tests.fakes.clock import SteppedClock
from tests.fakes.collector import Collector
from tests.fakes.components import KUBELET, add_static_pods, configz
from tests.fakes.controllers import ReplicaControllers, begin_deletion, is_ready
from tests.fakes.insides import Insides
from tests.fakes.machines import Machines
from tests.fakes.store import CLUSTER_SCOPED, Object, Store, merged, view
from tests.fakes.surroundings import Surroundings
from tests.fakes.watches import FakeRecorder

ACCOUNT_S, NAMESPACE_S = 0.05, 0.5
ADMIN = "kubernetes-admin"
OWNERS = ("ReplicationController", "ReplicaSet")


class FakeCluster(Surroundings, Insides):
    """Four nodes, two controllers, and switches that make it misbehave.

    `latency_s` is how long each call takes, during which the world goes on. `is_deaf`: deletions,
    patches and stops are accepted, and nothing happens. `is_down`: no call is answered.
    `is_audited`: the API server keeps an audit log.
    `is_reticent`: it shows no settings, as a managed cluster to a user with few rights.
    """

    def __init__(self, clock: SteppedClock, *, workers: int = 3) -> None:
        self.clock = clock
        self.latency_s = 0.001
        self.is_deaf = False
        self.is_down = False
        self.is_audited = True
        self.is_reticent = False
        self.said: dict[str, str] = {}  # by the name of a pod, its log
        self.metrics = ""
        self.kubelet = dict(KUBELET)
        self.calls: list[str] = []
        self.store = Store(clock)
        self.audit_file = FakeAuditFile(self.store)
        self.controllers = ReplicaControllers(self.store)
        self.collector = Collector(self.store)
        self.machines = Machines(self.store, workers=workers)
        self.recorders: list[FakeRecorder] = []
        self.store.add({"kind": "Namespace", "metadata": {"name": "kube-system"}})
        add_static_pods(self.store, node="fake-control-plane")
        super().__init__()

    @property
    def name(self) -> str:
        return "kind-fake"

    @property
    def version(self) -> str:
        self._call("version")
        return "v1.34.4"

    def create(
        self, manifest: JsonObject, *, namespace: str, is_dry_run: bool = False
    ) -> tuple[Ref, Named]:
        self._call("create")
        kind = str(manifest.get("kind", ""))
        if kind not in CLUSTER_SCOPED and self.store.named("Namespace", namespace, "") is None:
            raise NotFound(f'namespaces "{namespace}" not found')
        version = manifest.get("apiVersion")
        if kind in CORE and version != CORE[kind].api_version:
            raise Rejected(f'the API server does not serve apiVersion "{version}"')
        if kind == "Pod" and not _at(manifest, "spec").get("containers"):
            raise Rejected("spec.containers: Required value")
        if is_dry_run:
            unborn = {**manifest, "metadata": {**_at(manifest, "metadata"), "uid": "unborn"}}
            return ref(kind, view(unborn)), view(unborn)
        with self.store.acting(ADMIN):
            made = self.store.add(dict(manifest), namespace=namespace)
        if kind == "Namespace":
            self.clock.after(ACCOUNT_S, lambda: self._add_account(made["metadata"]["name"]))
        if kind == "ResourceQuota":
            self.clock.after(ACCOUNT_S, lambda: self._count(made))
        return ref(kind, view(made)), view(made)

    def read(self, kind: str, name: str, *, namespace: str = "") -> Named:
        self._call("read")
        found = self.store.named(kind, name, namespace)
        if found is None:
            raise NotFound(f'{kind} "{name}" is not there')
        return view(found)

    def find(self, kind: str, *, namespace: str = "", labels: str = "") -> tuple[Named, ...]:
        self._call("find")
        if self.is_reticent and namespace == "kube-system":
            raise Forbidden(
                'User "guest" cannot list resource "pods" in the namespace "kube-system"'
            )
        wanted = dict(row.split("=") for row in labels.split(",") if row)
        found = (view(one) for one in self.store.of(kind, namespace))
        return tuple(one for one in found if wanted.items() <= one.metadata.labels.items())

    def patch(
        self, ref: Ref, body: JsonObject, *, subresource: str = "", is_strategic: bool = False
    ) -> Named:
        self._call("patch")
        if ref.uid not in self.store.objects and self._is_namesake(ref):
            raise Conflict(f"{ref} is another object now")
        target = self.store.exactly(ref)
        version = _at(body, "metadata").get("resourceVersion")
        if version not in (None, target["metadata"]["resourceVersion"]):
            raise Conflict("the object has been modified")
        if self.is_deaf and subresource != "status":
            return view(target)
        part = body
        if subresource == "status":  # annotations may come with it, the specification not
            marks = {"metadata": {"annotations": _at(body, "metadata").get("annotations", {})}}
            part = {"status": body["status"], **marks}
        merged(target, part, by_name=is_strategic)
        if "spec" in part:
            target["metadata"]["generation"] += 1
        with self.store.acting(ADMIN):
            self.store.write(target)
        return view(target)

    def delete(
        self,
        ref: Ref,
        *,
        grace_s: int | None = None,
        propagation: Literal["Background", "Foreground", "Orphan"] | None = None,
    ) -> None:
        self._call("delete")
        target = self.store.exactly(ref)
        if self.is_deaf and ref.kind == "Pod":
            return
        with self.store.acting(ADMIN):
            if ref.kind in OWNERS:
                self.collector.delete(target, propagation=propagation)
            else:
                self._begin_deletion(ref.kind, target, grace_s=grace_s)

    def delete_collection(
        self,
        kind: str,
        *,
        namespace: str,
        labels: str,
        propagation: Literal["Background", "Foreground", "Orphan"] | None = None,
    ) -> None:
        for one in self.find(kind, namespace=namespace, labels=labels):
            self.delete(ref(kind, one), propagation=propagation)

    def _begin_deletion(self, kind: str, target: Object, *, grace_s: int | None) -> None:
        if kind == "Namespace":
            target["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
            self.store.write(target)
            self.clock.after(NAMESPACE_S, lambda: self._empty(target))
        elif kind == "Pod":
            begin_deletion(self.store, target, grace_s=grace_s)
        else:
            self.store.remove(target)

    def evict(self, pod: Ref) -> None:
        self._call("evict")
        target = self.store.exactly(pod)
        if self._is_over_budget(target):
            raise OverBudget("Cannot evict pod as it would violate the pod's disruption budget.")
        row = {"type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI"}
        target.setdefault("status", {}).setdefault("conditions", []).append(row)
        with self.store.acting(ADMIN):
            self.store.write(target)
            begin_deletion(self.store, target, grace_s=None)

    def _is_over_budget(self, pod: Object) -> bool:
        """By a number of pods that must be ready (minAvailable)."""
        namespace, labels = pod["metadata"]["namespace"], pod["metadata"].get("labels", {})
        for budget in self.store.of("PodDisruptionBudget", namespace):
            wanted = budget["spec"]["selector"]["matchLabels"].items()
            if not wanted <= labels.items():
                continue
            mine = (
                one
                for one in self.store.of("Pod", namespace)
                if wanted <= one["metadata"].get("labels", {}).items()
            )
            whole = sum(
                is_ready(one) and "deletionTimestamp" not in one["metadata"] for one in mine
            )
            if whole - is_ready(pod) < budget["spec"]["minAvailable"]:
                return True
        return False

    def scale(self, ref: Ref, replicas: int) -> Named:
        return self.patch(ref, {"spec": {"replicas": replicas}})

    def ask_pod(self, pod: Ref, *, port: int, path: str = "/", timeout_s: float = 5.0) -> Answer:
        del port, path, timeout_s
        self._call("ask")
        found = self.store.objects.get(pod.uid)
        if found is None or not is_ready(found):
            return Answer(ok=False, text="error trying to reach service: no endpoint")
        return Answer(ok=True, text=f"You've hit {pod.name}")

    def run_in_pod(
        self, pod: Ref, command: Sequence[str], *, container: str = "", timeout_s: float = 10.0
    ) -> Answer:
        del container, timeout_s
        self._call("exec")
        self.store.exactly(pod)
        return Answer(ok=True, text=" ".join(command))

    def kubectl(self, node: str, words: Sequence[str]) -> Answer:
        """Only `label pod NAME --namespace NAMESPACE KEY=VALUE [--overwrite]`."""
        self._call(f"kubectl on {node}")
        _, _, name, _, namespace, row, *how = words
        key, _, value = row.partition("=")
        pod = self.store.named("Pod", name, namespace)
        labels = pod["metadata"].setdefault("labels", {}) if pod is not None else {}
        if pod is None:
            return Answer(ok=False, text=f'pods "{name}" not found')
        if key in labels and not how:
            why = f"'{key}' already has a value ({labels[key]}), and --overwrite is false"
            return Answer(ok=False, text=f"error: {why}")
        labels[key] = value
        with self.store.acting(ADMIN):
            self.store.write(pod)
        return Answer(ok=True, text=f"pod/{name} labeled")

    def ask_kubelet(self, node: str, *, path: str, timeout_s: float = 5.0) -> Answer:
        del timeout_s
        self._call("ask kubelet")
        if self.is_reticent:
            return Answer(ok=False, text='User "guest" cannot get resource "nodes/proxy"')
        if node not in self.machines.state or not self.machines.is_attended(node):
            return Answer(ok=False, text=f"error trying to reach service: {node} does not answer")
        if path == "metrics/cadvisor":
            return Answer(ok=True, text=self.metrics)
        return Answer(ok=path == "configz", text=configz(self.kubelet))

    def logs(
        self, pod: Ref, *, container: str = "", previous: bool = False, is_stamped: bool = False
    ) -> str:
        del container, is_stamped
        self._call("logs")
        self.store.exactly(pod)
        if previous:
            raise Rejected(f'previous terminated container in pod "{pod.name}" not found')
        return self.said.get(pod.name, "")

    def record(
        self, timeline: Timeline, *, kinds: Sequence[str], namespaces: Sequence[str]
    ) -> FakeRecorder:
        self._call("record")
        recorder = FakeRecorder(self.store, timeline, kinds=kinds, namespaces=namespaces)
        self.recorders.append(recorder)
        return recorder

    def record_writes(self, timeline: Timeline, *, namespaces: Sequence[str]) -> FakeAuditRecorder:
        self._call("record writes")
        if not self.is_audited:
            raise NotFound("the API server keeps no audit log there")
        return FakeAuditRecorder(self.store, timeline, namespaces=namespaces)

    def past_writes(self, namespace: str) -> tuple[Wrote, ...]:
        self._call("past writes")
        if not self.is_audited:
            raise NotFound("the API server keeps no audit log there")
        return tuple(one for one in self.audit_file.writes if one.namespace == namespace)

    def token(self, account: Ref, *, lifetime_s: int) -> Token:
        self._call("token")
        if self.store.named(account.kind, account.name, account.namespace) is None:
            raise NotFound(f'{account.kind} "{account.name}" is not there')
        if lifetime_s < 600:
            raise Rejected("may not specify a duration less than 10 minutes")
        until = self.clock.wall() + timedelta(seconds=lifetime_s)
        return Token(text=f"token of {account.name}", until=until)

    def node_container(self, node: str) -> NodeContainer:
        if node not in self.machines.state:
            raise NotFound(f"no container of node {node}")
        address = self.machines.addresses[node]
        return NodeContainer(node, node, self.machines.state[node], (address,))

    def stop_node(self, node: str, *, grace_s: int = 0) -> None:
        del grace_s
        self._call("stop node")
        self.node_container(node)
        if not self.is_deaf:
            self.machines.stop(node)

    def start_node(self, node: str) -> None:
        self._call("start node")
        self.node_container(node)
        self.machines.start(node)

    def _record(self, what: str) -> None:
        self.calls.append(what)

    def _call(self, what: str) -> None:
        self._record(what)
        if self.is_down:
            raise Unreachable("connection refused", where=self.name)
        self.clock.pass_s(self.latency_s)

    def _add_account(self, namespace: str) -> None:
        account: Object = {"kind": "ServiceAccount", "metadata": {"name": "default"}}
        self.store.add(account, namespace=namespace)

    def _count(self, quota: Object) -> None:
        hard = quota["spec"]["hard"]
        merged(quota, {"status": {"hard": hard, "used": dict.fromkeys(hard, "0")}}, by_name=False)
        self.store.write(quota)

    def _is_namesake(self, ref: Ref) -> bool:
        return self.store.named(ref.kind, ref.name, ref.namespace) is not None

    def _empty(self, namespace: Object) -> None:
        name = namespace["metadata"]["name"]
        for one in list(self.store.objects.values()):
            if one["metadata"].get("namespace") == name:
                self.store.remove(one)
        self.store.remove(namespace)


def _at(manifest: JsonObject, key: str) -> Object:
    found = manifest.get(key)
    return found if isinstance(found, dict) else {}
