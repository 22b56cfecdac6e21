"""What the engine relies on at the door, whoever stands behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import msgspec
import pytest

from reconverge.cluster.challenge import knock, plant_sentinel
from reconverge.cluster.door import Audited, ControlPlane, JsonObject, StoppableNodes, Tokens, Typed
from reconverge.cluster.errors import Conflict, NotFound, Rejected
from reconverge.cluster.flags import FLAGS, kubelet_settings, runs
from reconverge.cluster.taints import add_taint, remove_taint
from reconverge.judges.audited import author
from reconverge.judges.whereabouts import Disrupted
from reconverge.model import Node, Pod, Ref, ReplicationController, Taint, ref
from reconverge.timeline import Challenged, Entry, Observed, Wrote
from tests.contract.conftest import SHOWN_S, Door

GATED: JsonObject = {
    "schedulingGates": [{"name": "reconverge.dev/contract"}],
    "containers": [{"name": "none", "image": "reconverge.dev/none"}],
}


def pod(name: str = "lone", labels: dict[str, str] | None = None) -> JsonObject:
    """A pod that no scheduler takes, so that it costs nothing."""
    metadata = {"name": name, "labels": labels or {}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": GATED}


def controller(replicas: int) -> JsonObject:
    labels = {"app": "contract"}
    template = {"metadata": {"labels": labels}, "spec": GATED}
    spec = {"replicas": replicas, "selector": labels, "template": template}
    metadata = {"name": "contract"}
    return {
        "apiVersion": "v1",
        "kind": "ReplicationController",
        "metadata": metadata,
        "spec": spec,
    }


def owned(door: Door, workload: Ref) -> tuple[Pod, ...]:
    return door.timeline.latest().owned_pods(workload.uid)


def test_what_is_created_is_watched(door: Door) -> None:
    """Under the UID that the creation returned, as an addition."""
    made = door.create(pod())
    record = door.see(lambda entry: entry.view is not None and entry.view.uid == made.uid).record
    assert isinstance(record, Observed)
    assert (record.kind, record.change) == ("Pod", "added")


def test_a_taken_name_is_a_conflict(door: Door) -> None:
    """A second object of one name is refused."""
    door.create(pod())
    with pytest.raises(Conflict):
        door.create(pod())


@pytest.mark.parametrize(
    ("version", "kind"), [("apps/v1beta2", "ReplicaSet"), ("batch/v1beta2", "CronJob")]
)
def test_a_bygone_version_is_rejected(door: Door, version: str, kind: str) -> None:
    """What is not served is refused before anything of it exists, and the version is named."""
    bygone: JsonObject = {"apiVersion": version, "kind": kind, "metadata": {"name": "bygone"}}
    with pytest.raises(Rejected, match=f'does not serve apiVersion "{version}"'):
        door.create(bygone)


def test_an_invalid_object_is_rejected(door: Door) -> None:
    """A pod without containers is not accepted."""
    with pytest.raises(Rejected):
        door.create({**pod(), "spec": {"containers": []}})


def test_a_missing_object_is_not_found(door: Door) -> None:
    """Neither read nor deleted nor patched."""
    missing = Ref("Pod", door.namespace, "missing", "0-0")
    with pytest.raises(NotFound):
        door.cluster.read("Pod", "missing", namespace=door.namespace)
    with pytest.raises(NotFound):
        door.cluster.delete(missing)
    with pytest.raises(NotFound):
        door.cluster.patch(missing, {"metadata": {"labels": {"a": "b"}}})


def test_a_namesake_is_neither_patched_nor_deleted(door: Door) -> None:
    """An object of the same name with another UID is another object."""
    made = door.create(pod())
    namesake = Ref(made.kind, made.namespace, made.name, "11111111-2222-3333-4444-555555555555")
    with pytest.raises(Conflict):
        door.cluster.patch(namesake, {"metadata": {"labels": {"a": "b"}}})
    with pytest.raises((NotFound, Conflict)):
        door.cluster.delete(namesake, grace_s=0)
    assert door.cluster.read("Pod", made.name, namespace=door.namespace).uid == made.uid


def test_an_evicted_pod_is_told_why_and_goes(door: Door) -> None:
    """Its condition says that it was asked to; a namesake of it is not asked."""
    made = door.create(pod())
    namesake = Ref(made.kind, made.namespace, made.name, "11111111-2222-3333-4444-555555555555")
    with pytest.raises(NotFound):
        door.cluster.evict(namesake)
    door.cluster.evict(made)
    evicted = Disrupted(pod=made, reason="EvictionByEvictionAPI")
    door.see(lambda entry: not evicted.lack(entry.snapshot))
    door.see(lambda entry: entry.snapshot.is_gone(made.uid))


def test_taints_are_added_and_removed_one_by_one(door: Door) -> None:
    """Beside those that are there; what is gone is gone already when it is removed again."""
    node = next(one for one in door.cluster.find("Node") if one.metadata.name.endswith("worker"))
    where, before = ref("Node", node), taints(door, node.name)
    ours = [Taint(key=f"reconverge.dev/{key}", effect="PreferNoSchedule") for key in ("a", "b")]
    try:
        for taint in (*ours, ours[0]):
            add_taint(door.cluster, where, taint)
        assert taints(door, node.name) == before | {str(taint) for taint in ours}
        remove_taint(door.cluster, where, ours[0])
        assert taints(door, node.name) == before | {str(ours[1])}
    finally:
        for taint in ours:
            remove_taint(door.cluster, where, taint)
    assert taints(door, node.name) == before


def taints(door: Door, name: str) -> set[str]:
    view = door.cluster.read("Node", name)
    assert isinstance(view, Node)
    return {str(taint) for taint in view.spec.taints}


def test_a_patch_sets_and_removes_labels(door: Door) -> None:
    """None removes a label, others stay; the watch tells."""
    made = door.create(pod(labels={"keep": "1", "drop": "1"}))
    door.cluster.patch(made, {"metadata": {"labels": {"drop": None, "new": "2"}}})

    def is_relabelled(labels: dict[str, str]) -> bool:
        return labels == {"keep": "1", "new": "2"}

    door.see(
        lambda entry: (
            entry.view is not None
            and entry.view.uid == made.uid
            and is_relabelled(entry.view.metadata.labels)
        )
    )


def test_a_deletion_is_watched_and_final(door: Door) -> None:
    """A pod without a node is gone at once, and the record knows it."""
    made = door.create(pod())
    door.cluster.delete(made, grace_s=0)
    door.see(lambda entry: entry.snapshot.is_gone(made.uid))
    with pytest.raises(NotFound):
        door.cluster.delete(made, grace_s=0)


def test_a_controller_keeps_its_number(door: Door) -> None:
    """Pods are created, owned and counted in the status; a lost one is replaced."""
    workload = door.create(controller(2))
    door.see(lambda _: len(owned(door, workload)) == 2)
    lost = owned(door, workload)[0]
    door.cluster.delete(Ref("Pod", door.namespace, lost.name, lost.uid), grace_s=0)
    door.see(lambda entry: entry.snapshot.is_gone(lost.uid) and len(owned(door, workload)) == 2)


def test_scaling_is_observed(door: Door) -> None:
    """The specification's generation rises, and the status follows it."""
    workload = door.create(controller(0))
    door.cluster.scale(workload, 3)

    def is_followed(view: object) -> bool:
        return (
            isinstance(view, ReplicationController)
            and view.uid == workload.uid
            and view.replicas == view.status.replicas == 3
            and view.status.observed_generation == view.metadata.generation
        )

    door.see(lambda entry: is_followed(entry.view))


def test_a_surplus_orphan_costs_one_pod(door: Door) -> None:
    """A pod of nobody's that matches counts: one of the two goes."""
    workload = door.create(controller(1))
    door.see(lambda _: len(owned(door, workload)) == 1)
    [first] = owned(door, workload)
    orphan = door.create(pod("orphan", {"app": "contract"}))

    def is_one_gone(entry: Entry) -> bool:
        return entry.snapshot.is_gone(orphan.uid) or entry.snapshot.is_gone(first.uid)

    door.see(is_one_gone)
    door.see(lambda _: len(owned(door, workload)) == 1)


def test_a_pod_that_no_longer_matches_is_released(door: Door) -> None:
    """It loses its owner and stays; another takes its place."""
    workload = door.create(controller(1))
    door.see(lambda _: len(owned(door, workload)) == 1)
    [mine] = owned(door, workload)
    released = Ref("Pod", door.namespace, mine.name, mine.uid)
    door.cluster.patch(released, {"metadata": {"labels": {"app": "other"}}})

    def is_free(found: Pod | None) -> bool:
        return found is not None and found.metadata.controller is None

    door.see(lambda entry: is_free(entry.snapshot.pod(released.uid)))
    door.see(lambda _: len(owned(door, workload)) == 1)


def test_a_live_controller_answers_the_challenge(door: Door) -> None:
    """The sentinel is removed, and the spoiled generation is written anew."""
    workload = door.create(controller(0))

    def is_observed(view: object, than: int) -> bool:
        return (
            isinstance(view, ReplicationController)
            and view.uid == workload.uid
            and view.resource_version > than
            and view.status.observed_generation == view.metadata.generation
        )

    door.see(lambda entry: is_observed(entry.view, 0))
    plant_sentinel(
        door.cluster,
        door.timeline,
        workload_kind="ReplicationController",
        namespace=door.namespace,
    )
    planted = door.timeline[len(door.timeline) - 1].record
    sentinel = next(
        one.record for one in door.timeline.entries() if isinstance(one.record, Challenged)
    )
    assert not sentinel.error, planted
    door.see(lambda entry: entry.snapshot.is_gone(sentinel.subject.uid))
    knock(door.cluster, door.timeline, workload)
    knocks = [
        one.record
        for one in door.timeline.entries()
        if isinstance(one.record, Challenged) and one.record.step == "knock"
    ]
    assert not knocks[0].error
    door.see(lambda entry: is_observed(entry.view, knocks[0].resource_version))


def test_every_node_has_a_container_with_its_address(door: Door) -> None:
    """What the probe of a node's address compares is there, and agrees."""
    assert isinstance(door.cluster, StoppableNodes)
    nodes = door.timeline.latest().nodes()
    assert len(nodes) >= 2
    for node in nodes:
        container = door.cluster.node_container(node.name)
        assert container.state == "running"
        assert node.internal_ip in container.addresses
    with pytest.raises(NotFound):
        door.cluster.node_container("no-such-node")


def test_a_process_that_is_not_there_cannot_be_frozen(door: Door) -> None:
    """A misspelt process is an error, not a fault that hits nothing."""
    assert isinstance(door.cluster, ControlPlane)
    [node] = [one for one in door.timeline.latest().nodes() if one.is_control_plane]
    with pytest.raises(NotFound):
        door.cluster.freeze_process(node.name, "no-such-process")


@pytest.mark.parametrize(("words", "value"), [((), "b"), (("--overwrite",), "c")])
def test_by_hand_a_label_with_a_value_is_kept(
    door: Door, words: tuple[str, ...], value: str
) -> None:
    """kubectl refuses to change it, and says why, unless it is told to overwrite it."""
    assert isinstance(door.cluster, Typed)
    [node] = [one for one in door.timeline.latest().nodes() if one.is_control_plane]
    made = door.create(pod(labels={"a": "b"}))
    typed = ("label", "pod", made.name, "--namespace", door.namespace, "a=c", *words)
    answer = door.cluster.kubectl(node.name, typed)
    assert answer.ok is bool(words)
    assert ("already has a value (b), and --overwrite is false" in answer.text) is not answer.ok
    found = door.cluster.read("Pod", made.name, namespace=door.namespace)
    assert found.metadata.labels == {"a": value}


@pytest.mark.parametrize("propagation", ["Background", "Foreground", "Orphan", None])
def test_what_becomes_of_pods_when_their_owner_is_deleted(
    door: Door, propagation: Literal["Background", "Foreground", "Orphan"] | None
) -> None:
    """Where nobody says, a ReplicationController leaves them."""
    made = door.create(controller(2))
    door.see(lambda entry: len(entry.snapshot.owned_pods(made.uid)) == 2)
    pods = owned(door, made)
    door.cluster.delete(made, propagation=propagation)
    door.see(lambda entry: entry.snapshot.is_gone(made.uid))
    if propagation in ("Background", "Foreground"):
        door.see(lambda entry: all(entry.snapshot.is_gone(one.uid) for one in pods))
        return
    door.see(lambda entry: not entry.snapshot.owned_pods(made.uid))
    assert all(door.timeline.latest().pod(one.uid) for one in pods)


def test_a_dry_run_says_what_would_be_and_stores_nothing(door: Door) -> None:
    """What is invalid is rejected as usual; of what is valid nothing remains."""
    door.cluster.create(pod(), namespace=door.namespace, is_dry_run=True)
    with pytest.raises(NotFound):
        door.cluster.read("Pod", "lone", namespace=door.namespace)
    invalid: JsonObject = {**pod(), "spec": {"containers": []}}
    with pytest.raises(Rejected):
        door.cluster.create(invalid, namespace=door.namespace, is_dry_run=True)


def test_a_strategic_patch_keeps_what_it_does_not_name(door: Door) -> None:
    """Of a container only the image is changed, where a merge patch would replace the list."""
    made = door.create(controller(0))
    container = {"name": "none", "image": "reconverge.dev/other"}
    change: JsonObject = {"spec": {"template": {"spec": {"containers": [container]}}}}
    view = door.cluster.patch(made, change, is_strategic=True)
    assert isinstance(view, ReplicationController)
    assert view.spec.template is not None
    [after] = view.spec.template.spec.containers
    assert (after.name, after.image) == ("none", "reconverge.dev/other")


def test_the_audit_log_names_the_authors(door: Door) -> None:
    """Our own write and the controller's that follows it are told apart."""
    assert isinstance(door.cluster, Audited)
    log = door.cluster.record_writes(door.timeline, namespaces=(door.namespace,))
    log.wait_until_synced(deadline_s=SHOWN_S)
    start = len(door.timeline)
    try:
        workload = door.create(controller(1))
        door.see(lambda entry: _wrote(entry, "kubernetes-admin", "ReplicationController"))
        made = door.see(lambda entry: _wrote(entry, "replication-controller", "Pod"), start=start)
        assert isinstance(made.record, Wrote)
        assert made.record.namespace == door.namespace
        door.see(lambda _: len(owned(door, workload)) == 1)
    finally:
        log.stop()


def _wrote(entry: Entry, by: str, kind: str) -> bool:
    record = entry.record
    is_write = isinstance(record, Wrote) and record.kind == kind and record.code < 400
    return is_write and author(record).startswith(by)


def test_a_kubelet_tells_its_configuration(door: Door) -> None:
    """Its /configz, passed on by the API server; a path that it does not serve is an answer too."""
    [node] = [one for one in door.timeline.latest().nodes() if one.is_control_plane]
    answer = door.cluster.ask_kubelet(node.name, path="configz")
    assert answer.ok
    kubelet = kubelet_settings(answer.text, version=door.cluster.version, node=node.name)
    assert kubelet.status_frequency_s.value > 0
    assert not door.cluster.ask_kubelet(node.name, path="no-such-page").ok


def test_a_kubelet_that_is_not_there_is_an_answer(door: Door) -> None:
    """An unknown node, or one that is stopped: no error, and the reason."""
    answer = door.cluster.ask_kubelet("no-such-node", path="configz")
    assert not answer.ok
    assert "no-such-node" in answer.text


def test_the_control_plane_shows_its_command_lines(door: Door) -> None:
    """Its static pods in kube-system, as kubeadm labels them."""
    for component in FLAGS:
        pods = door.cluster.find("Pod", namespace="kube-system", labels=f"component={component}")
        [pod] = [one for one in pods if isinstance(one, Pod)]
        assert runs(component, pod.spec.containers[0].command)


def test_the_audit_log_has_the_past(door: Door) -> None:
    """Also what was written when nobody recorded it, and nothing of another namespace."""
    assert isinstance(door.cluster, Audited)
    door.create(pod("before"))
    writes = door.cluster.past_writes(door.namespace)
    first = next(one for one in writes if one.kind == "Pod")
    assert (first.verb, author(first).split()[0]) == ("create", "kubernetes-admin")
    assert {one.namespace for one in writes} == {door.namespace}
    assert door.cluster.past_writes("reconverge-nowhere") == ()


def test_an_account_gets_a_token_for_a_time(door: Door) -> None:
    """It ends by itself; too short a life is refused, and so is an account that is not there."""
    assert isinstance(door.cluster, Tokens)
    account = door.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "a"}})
    token = door.cluster.token(account, lifetime_s=3600)
    assert token.text
    assert timedelta(minutes=55) < token.until - door.timeline.clock.wall() < timedelta(minutes=65)
    with pytest.raises(Rejected, match="10 minutes"):
        door.cluster.token(account, lifetime_s=60)
    with pytest.raises(NotFound):
        door.cluster.token(msgspec.structs.replace(account, name="b"), lifetime_s=3600)
