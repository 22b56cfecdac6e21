"""What `up` and `down` refuse, find and repair, without Docker: the decisions before any act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
import yaml
from msgspec.structs import replace

from reconverge.cluster.door import NodeContainer
from reconverge.errors import BadInput, ExitCode, Refused, Unavailable
from reconverge.model import Lease, Named, Node, Pod, Service
from reconverge.provision import egress, inotify, lifecycle, preflight
from reconverge.provision.cluster_config import (
    ClusterSpec,
    Mounts,
    NodeImage,
    audit_policy,
    kind_config,
)
from reconverge.provision.engine import Docker
from reconverge.provision.glance import container_flaws, leader_flaws, node_flaws, pods_missing
from reconverge.provision.kubeconfig import merge_into_users
from reconverge.provision.readiness import questions_for, wait_until
from reconverge.provision.state import ClusterRecord, StateDir
from reconverge.provision.up import up
from tests.fakes import FakeCluster, SteppedClock
from tests.fakes.machines import BOOT_S, NOTICED_S
from tests.provision.fake_machine import FakeMachine

RECORD = ClusterRecord(
    name="reconverge",
    id="4711",
    phase="ready",
    profile="fast",
    workers=1,
    minor="1.34",
    image="node:1",
    egress="closed",
    created_at="2026-01-01T00:00:00+00:00",
)
View = TypeVar("View", bound=Named)
OURS = (egress.NETWORK,)
PLANE = NodeContainer("reconverge-control-plane", "1", "running", (), "control-plane", OURS)
WORKER = NodeContainer("reconverge-worker", "2", "running", (), "worker", OURS)


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    return StateDir(tmp_path)


def running() -> FakeMachine:
    machine = FakeMachine(programs={"docker", "iptables"})
    machine.says("docker version", "28.1.1\n")
    return machine


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        (ClusterSpec(profile="quick"), "fast, stock"),
        (ClusterSpec(workers=0), "choose 1 to 20"),
        (ClusterSpec(name="My Cluster"), "lower-case"),
    ],
)
def test_unusable_specification_is_bad_input(spec: ClusterSpec, word: str, state: StateDir) -> None:
    """Said before anything is looked at, with the cure, and with the exit code of bad input."""
    machine = FakeMachine()
    with pytest.raises(BadInput) as raised:
        up(spec, machine=machine, state=state)
    assert word in raised.value.cure
    assert raised.value.exit_code is ExitCode.BAD_INPUT
    assert machine.ran == []


def test_other_specification_than_the_existing_cluster_is_refused(state: StateDir) -> None:
    """A profile or size that differs is named on both sides; nothing is replaced unasked."""
    state.write(RECORD)
    machine = running()
    with pytest.raises(BadInput, match="workers 1, not 3") as raised:
        up(ClusterSpec(workers=3), machine=machine, state=state)
    assert "--recreate" in raised.value.cure
    assert machine.did("docker rm") == []


def test_foreign_cluster_of_the_same_name_is_refused(state: StateDir) -> None:
    """A kind cluster that this state folder knows nothing of is not touched."""
    machine = running()
    machine.has_node("reconverge-control-plane", cluster="reconverge")
    with pytest.raises(Refused, match="did not make"):
        up(ClusterSpec(), machine=machine, state=state)
    with pytest.raises(Refused, match="did not make"):
        lifecycle.down("reconverge", machine=machine, state=state, progress=print)
    assert machine.did("docker rm") == []


def test_down_removes_what_an_unreadable_record_belongs_to(state: StateDir) -> None:
    """A torn record is still ours: its containers and its folder go."""
    state.cluster("reconverge").mkdir(parents=True)
    (state.cluster("reconverge") / "cluster.json").write_text('{"name": "reco')
    machine = running()
    machine.has_node("reconverge-control-plane", cluster="reconverge")
    assert lifecycle.down("reconverge", machine=machine, state=state, progress=print)
    assert machine.did("docker rm --force --volumes reconverge-control-plane")
    assert not state.cluster("reconverge").exists()


def test_down_twice_is_no_error(state: StateDir) -> None:
    """There is nothing to remove the second time, and that is said, not raised."""
    assert not lifecycle.down("reconverge", machine=running(), state=state, progress=print)


def test_too_little_memory_is_said_before_anything_is_made() -> None:
    """The kernel's MemAvailable against the measured need of the nodes."""
    machine = FakeMachine(files={"/proc/meminfo": "MemAvailable:  1048576 kB\n"})
    with pytest.raises(Unavailable, match="5 nodes needs 2200 MiB of memory and 1024 MiB are free"):
        preflight.require_room(machine, ClusterSpec())
    preflight.require_room(FakeMachine(), ClusterSpec())


def test_port_in_use_is_said_beforehand() -> None:
    """A chosen API port that something listens on is not left to Docker's message."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=f"port {port} is in use"):
            preflight.require_room(FakeMachine(), ClusterSpec(api_port=port))


@pytest.mark.parametrize(
    ("containers", "what", "cure"),
    [
        ([], "its containers are gone", "recreate"),
        ([PLANE], "1 control planes and 0 workers", "recreate"),
        ([PLANE, replace(WORKER, state="exited")], "is stopped", "start"),
        ([PLANE, replace(WORKER, state="paused")], "is paused", "unpause"),
        ([PLANE, replace(WORKER, networks=())], "cut off the network", "connect"),
    ],
)
def test_broken_containers_are_named_with_their_cure(
    containers: list[NodeContainer], what: str, cure: str
) -> None:
    """Each way a node container can be broken has its own sentence and repair."""
    flaws = container_flaws(RECORD, containers)
    assert [flaw.cure for flaw in flaws] == [cure]
    assert what in flaws[0].what


def test_whole_containers_have_no_flaw() -> None:
    """The other tests of this kind would pass on a function that always complains."""
    assert container_flaws(RECORD, [PLANE, WORKER]) == []


def test_frozen_controller_is_seen_by_its_lease() -> None:
    """A stopped kube-controller-manager keeps its pod Ready; its lease goes stale."""
    now = datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
    leases = [
        lease("kube-controller-manager", "2026-01-01T00:00:30.000000Z"),
        lease("kube-scheduler", "2026-01-01T00:00:59.000000Z"),
    ]
    assert [flaw.what for flaw in leader_flaws(leases, now)] == [
        "kube-controller-manager has not moved for 30 s"
    ]


def view(kind: type[View], name: str, **parts: object) -> View:
    return msgspec.convert({"metadata": {"name": name}, **parts}, kind)


def lease(name: str, renewed: str) -> Lease:
    return view(Lease, name, spec={"renewTime": renewed})


def test_nodes_not_ready_and_cordoned_are_two_flaws() -> None:
    """Services are started for the one; the other is uncordoned."""
    node = view(Node, "w", spec={"unschedulable": True})
    assert [flaw.cure for flaw in node_flaws([node], expected=1)] == ["services", "uncordon"]


def test_system_pod_on_its_way_out_is_not_awaited() -> None:
    """A Terminating pod of a lost node must not keep `up` waiting; a missing set must."""
    going = {"name": "a", "deletionTimestamp": "2026-01-01T00:00:00Z"}
    leaving = view(Pod, "a", metadata=going)
    awaited = view(Pod, "b", status={"phase": "Running"})
    assert pods_missing([leaving]) == ""
    assert pods_missing([leaving, awaited]) == "system pods not Ready: b"
    assert pods_missing([]) == "no system pod runs"


def test_probe_asks_every_pair_the_service_and_its_name() -> None:
    """Two workers: four dials between pods, two to the address, two to the name."""
    pods = [
        view(Pod, f"p{n}", spec={"nodeName": f"w{n}"}, status={"podIP": f"10.0.0.{n}"})
        for n in (1, 2)
    ]
    questions = questions_for(pods, view(Service, "probe", spec={"clusterIP": "10.96.0.9"}))
    dialled = [(question.pod.name, question.host) for question in questions]
    assert ("p1", "10.0.0.2") in dialled
    assert ("p2", "10.0.0.1") in dialled
    assert ("p1", "10.96.0.9") in dialled
    assert ("p2", "probe.reconverge-readiness.svc.cluster.local") in dialled
    assert len(questions) == 8


def unready(nodes: Sequence[Named]) -> str:
    return "; ".join(flaw.what for flaw in node_flaws(nodes, expected=4))


def test_waiting_ends_with_the_event_that_makes_it_true() -> None:
    """A stopped node is awaited until its Ready comes over the watch, not until a next look."""
    cluster = FakeCluster(SteppedClock())
    cluster.machines.stop("fake-worker")
    cluster.clock.pass_s(NOTICED_S)
    begun_s = cluster.clock.monotonic_s()
    cluster.start_node("fake-worker")
    nodes = wait_until(cluster, "Node", unready, deadline_s=60, clock=cluster.clock)
    assert unready(nodes) == ""
    assert cluster.clock.monotonic_s() - begun_s == pytest.approx(BOOT_S, abs=0.1)


def test_waiting_in_vain_ends_with_the_last_word() -> None:
    """What was still missing at the deadline is the error."""
    cluster = FakeCluster(SteppedClock())
    cluster.machines.stop("fake-worker")
    cluster.clock.pass_s(NOTICED_S)
    with pytest.raises(Unavailable, match="not ready after 60 s: node fake-worker is not Ready"):
        wait_until(cluster, "Node", unready, deadline_s=60, clock=cluster.clock)


def test_kind_configuration_carries_profile_audit_and_address() -> None:
    """fast shortens detection, stock leaves every default; both audit; none listens outside."""
    mounts = Mounts(policy=Path("/p"), audit=Path("/a"))
    image = NodeImage(reference="node:1", tags={"etcd": "3.6.16-0", "coredns": "v1.14.3"})
    fast = yaml.safe_load(kind_config(ClusterSpec(), image, mounts))
    patch, kubelet = (yaml.safe_load(each) for each in fast["kubeadmConfigPatches"])
    assert fast["networking"]["apiServerAddress"] == "127.0.0.1"
    assert patch["controllerManager"]["extraArgs"]["node-monitor-grace-period"] == "12s"
    assert (
        patch["apiServer"]["extraArgs"]["audit-policy-file"] == "/etc/kubernetes/audit-policy.yaml"
    )
    assert patch["etcd"]["local"]["imageTag"] == "3.6.16-0"
    assert kubelet["nodeLeaseDurationSeconds"] == 12
    stock = yaml.safe_load(
        kind_config(ClusterSpec(profile="stock"), NodeImage(reference="kindest/node"), mounts)
    )
    (patch,) = (yaml.safe_load(each) for each in stock["kubeadmConfigPatches"])
    assert set(patch) == {"kind", "apiServer"}


@pytest.mark.parametrize(("workers", "aside"), [(1, 0), (2, 0), (3, 1), (4, 2), (6, 2)])
def test_the_last_of_enough_workers_are_set_aside(workers: int, aside: int) -> None:
    """By its kubelet, so that it is so again when it is registered anew; two are left to others."""
    mounts = Mounts(policy=Path("/p"), audit=Path("/a"))
    spec = ClusterSpec(workers=workers)
    config = yaml.safe_load(kind_config(spec, NodeImage(reference="node:1"), mounts))
    patched = [node for node in config["nodes"] if "kubeadmConfigPatches" in node]
    assert patched == config["nodes"][len(config["nodes"]) - aside :]
    for lane, node in zip("12", patched, strict=False):
        (patch,) = (yaml.safe_load(each) for each in node["kubeadmConfigPatches"])
        taint = {"key": "reconverge.dev/outages", "value": lane, "effect": "NoSchedule"}
        assert patch == {"kind": "JoinConfiguration", "nodeRegistration": {"taints": [taint]}}
        assert node["labels"] == {"reconverge.dev/outages": lane}


def test_audit_policy_keeps_writes_and_drops_reads_and_leases() -> None:
    """Leases come first and the last rule drops the rest: rules are taken in order."""
    rules = yaml.safe_load(audit_policy())["rules"]
    assert rules[0]["level"] == "None"
    assert rules[1] == {
        "level": "Metadata",
        "verbs": ["create", "update", "patch", "delete", "deletecollection"],
    }
    assert rules[2] == {"level": "None"}


def test_egress_rule_is_set_once_and_taken_away() -> None:
    """Setting it twice inserts one rule; it names our bridge and nothing else."""
    machine = running()
    machine.says("iptables -w 5 -C", exit_code=1)
    machine.after["iptables -w 5 -I"] = lambda: machine.says("iptables -w 5 -C")
    machine.after["iptables -w 5 -D"] = lambda: machine.says("iptables -w 5 -C", exit_code=1)
    docker = Docker(version="28", is_local=True)
    for _ in range(2):
        assert egress.close(machine, docker, print) == "closed"
    assert machine.did("iptables -w 5 -I") == [
        "iptables -w 5 -I DOCKER-USER -i br-reconverge ! -o br-reconverge -j REJECT"
    ]
    egress.open_again(machine)
    assert len(machine.did("iptables -w 5 -D")) == 1


@pytest.mark.parametrize(
    ("docker", "machine", "reason"),
    [
        (Docker("28", is_local=False), FakeMachine(programs={"iptables"}), "another machine"),
        (Docker("28", is_local=True), FakeMachine(is_root=False), "only root"),
        (Docker("28", is_local=True), FakeMachine(), "not installed"),
    ],
)
def test_egress_that_cannot_be_closed_is_said(
    docker: Docker, machine: FakeMachine, reason: str
) -> None:
    """No rule is no error, and no secret."""
    said: list[str] = []
    assert egress.close(machine, docker, said.append) == "open"
    assert reason in said[0]


def test_foreign_network_of_our_name_is_refused() -> None:
    """A Docker network without our label is somebody's: its rule would hit their containers."""
    machine = running()
    machine.says("docker network inspect reconverge", "<no value>\n")
    with pytest.raises(Unavailable, match="did not make"):
        egress.provide_network(machine)


def test_exhausted_address_ranges_are_told_in_words() -> None:
    """Docker's own message about predefined pools becomes what to do about it."""
    machine = running()
    machine.says("docker network inspect reconverge", exit_code=1)
    words = "could not find an available, non-overlapping IPv4 address pool"
    machine.says("docker network create", stderr=words, exit_code=1)
    with pytest.raises(Unavailable, match="are taken") as raised:
        egress.provide_network(machine)
    assert "docker network prune" in raised.value.cure


def test_inotify_limit_is_raised_and_comes_back(state: StateDir) -> None:
    """Root raises it, the first old value is remembered, the last down restores it."""
    machine = FakeMachine(files={inotify.LIMIT: "128\n"})
    for in_use in (0, 600):
        inotify.require_room(machine, state, workers=3, progress=print, in_use=in_use)
        machine.files[inotify.LIMIT] = machine.ran[-1].rpartition("=")[2]
    inotify.restore(machine, state)
    assert machine.ran[-1] == "sysctl -q -w fs.inotify.max_user_instances=128"
    ran = len(machine.ran)
    inotify.restore(machine, state)
    assert len(machine.ran) == ran


def test_inotify_limit_without_root_is_a_command_to_type(state: StateDir) -> None:
    """Enough for the cluster alone is enough; less is told with the command."""
    machine = FakeMachine(is_root=False, files={inotify.LIMIT: "128\n"})
    inotify.require_room(machine, state, workers=3, progress=print, in_use=0)
    with pytest.raises(Unavailable) as raised:
        inotify.require_room(machine, state, workers=9, progress=print, in_use=0)
    assert "sudo sysctl fs.inotify.max_user_instances=512" in raised.value.cure


def test_unreadable_kubeconfig_is_bad_input(tmp_path: Path, state: StateDir) -> None:
    """A file that is no kubeconfig is named, and nothing answers for it."""
    state.write(RECORD)
    broken = tmp_path / "config"
    broken.write_text("clusters: [")
    with pytest.raises(BadInput, match="cannot be read") as raised:
        lifecycle.is_ours("kind-reconverge", kubeconfig=broken, state=state)
    assert raised.value.where == str(broken)


def test_users_kubeconfig_keeps_its_own_entries(tmp_path: Path) -> None:
    """Exporting adds ours and changes only what has our name."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    entry = {"name": "kind-reconverge", "context": {"cluster": "new"}}
    ours.write_text(yaml.safe_dump({"contexts": [entry]}))
    old = [
        {"name": "work", "context": {}},
        {"name": "kind-reconverge", "context": {"cluster": "old"}},
    ]
    theirs.write_text(yaml.safe_dump({"contexts": old}))
    merge_into_users(ours, "kind-reconverge", target=theirs)
    merged = yaml.safe_load(theirs.read_text())
    assert merged["contexts"] == [old[0], entry]
    assert merged["current-context"] == "kind-reconverge"
