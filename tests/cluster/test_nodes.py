"""Is a node's container brought into the state that is asked for, from whatever state it is in?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconverge.cluster.containers import CLUSTER_LABEL, ROLE_LABEL, NodeContainers
from reconverge.cluster.errors import NotFound
from reconverge.cluster.nodes import KindCluster
from reconverge.errors import Refused, Unavailable
from tests.cluster.conftest import transport_to

DOCKER = """\
#!/bin/sh
echo "$*" >> "$(dirname "$0")/calls"
case "$1" in
ps) [ ! -s "$(dirname "$0")/inspect" ] || echo c0ffee ;;
container) cat "$(dirname "$0")/inspect"; [ -s "$(dirname "$0")/inspect" ] ;;
exec) exit "$(cat "$(dirname "$0")/exec")" ;;
start) [ ! -e "$(dirname "$0")/broken" ] || { echo "no space left on device" >&2; exit 1; } ;;
esac
"""


class Engine:
    """A `docker` command that keeps what it was asked and knows one container."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.command = folder / "docker"
        self.command.write_text(DOCKER)
        self.command.chmod(0o755)
        self.knows(state="running")
        (folder / "exec").write_text("0")

    def knows(self, *, state: str, cluster: str = "mine") -> None:
        network = {"IPAddress": "172.18.0.3", "GlobalIPv6Address": ""}
        container = {
            "Id": "c0ffee",
            "Name": "/mine-worker",
            "State": {"Status": state},
            "Config": {"Labels": {CLUSTER_LABEL: cluster, ROLE_LABEL: "worker"}},
            "NetworkSettings": {"Networks": {"kind": network}},
        }
        (self._folder / "inspect").write_text(json.dumps([container]))

    def knows_nothing(self) -> None:
        (self._folder / "inspect").write_text("")

    def finds_no_process(self) -> None:
        (self._folder / "exec").write_text("3")

    def is_broken(self) -> None:
        (self._folder / "broken").touch()

    def acts(self) -> list[str]:
        """What it was asked to do, without the inspections."""
        rows = (self._folder / "calls").read_text().splitlines()
        return [row for row in rows if not row.startswith("container inspect")]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(tmp_path)


@pytest.fixture
def cluster(engine: Engine) -> KindCluster:
    transport = transport_to("http://127.0.0.1:1")
    return KindCluster(transport, kind_name="mine", docker=[str(engine.command)])


def test_a_container_is_known_by_its_node(cluster: KindCluster) -> None:
    """Name, id, state and the addresses that are there."""
    container = cluster.node_container("mine-worker")
    assert (container.name, container.id, container.state) == ("mine-worker", "c0ffee", "running")
    assert container.addresses == ("172.18.0.3",)


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        ("running", ["stop --time 0 c0ffee"]),
        ("paused", ["unpause c0ffee", "stop --time 0 c0ffee"]),
        ("exited", []),
    ],
)
def test_stopping_from_any_state(
    engine: Engine, cluster: KindCluster, state: str, acts: list[str]
) -> None:
    """A stopped node stays stopped; a paused one is woken so that it can be stopped."""
    engine.knows(state=state)
    cluster.stop_node("mine-worker")
    assert engine.acts() == acts


@pytest.mark.parametrize(
    ("state", "acts"),
    [("running", []), ("paused", ["unpause c0ffee"]), ("exited", ["start c0ffee"])],
)
def test_starting_from_any_state(
    engine: Engine, cluster: KindCluster, state: str, acts: list[str]
) -> None:
    """A running node is left alone, a paused one is woken, a stopped one is started."""
    engine.knows(state=state)
    cluster.start_node("mine-worker")
    assert engine.acts() == acts


def test_a_paused_container_is_not_paused_again(engine: Engine, cluster: KindCluster) -> None:
    """Docker would call that an error."""
    engine.knows(state="paused")
    cluster.pause_node("mine-worker")
    assert engine.acts() == []


def test_a_container_that_will_not_pause_is_named(engine: Engine, cluster: KindCluster) -> None:
    """A busy node is tried a few times, and then that is said."""
    with pytest.raises(Unavailable, match="it runs on after 5 attempts to pause it"):
        cluster.pause_node("mine-worker")
    assert engine.acts() == ["pause c0ffee"] * 5


def test_a_foreign_container_is_never_touched(engine: Engine, cluster: KindCluster) -> None:
    """Whatever its name: only kind's label of this very cluster makes it ours."""
    engine.knows(state="running", cluster="another")
    for act in (cluster.stop_node, cluster.start_node):
        with pytest.raises(Refused, match="no node of the kind cluster"):
            act("mine-worker")
    assert engine.acts() == []


def test_a_missing_container_is_not_found(engine: Engine, cluster: KindCluster) -> None:
    """The node whose container was removed under our feet."""
    engine.knows_nothing()
    with pytest.raises(NotFound):
        cluster.stop_node("mine-worker")


def test_a_missing_process_is_not_found(engine: Engine, cluster: KindCluster) -> None:
    """A freeze that froze nothing is an error."""
    engine.finds_no_process()
    with pytest.raises(NotFound, match="kube-controller-manager"):
        cluster.freeze_process("mine-worker", "kube-controller-manager")


def test_a_failing_engine_keeps_its_own_words(engine: Engine, cluster: KindCluster) -> None:
    """The command and what it said are in the error."""
    engine.knows(state="exited")
    engine.is_broken()
    with pytest.raises(Unavailable, match=r"docker start c0ffee.*no space left"):
        cluster.start_node("mine-worker")


def test_all_containers_are_told_with_role_and_networks(engine: Engine) -> None:
    """What the life cycle needs of a node, in the one view there is of it."""
    engine.knows(state="exited")
    (container,) = NodeContainers("mine", docker=[str(engine.command)]).all()
    assert (container.state, container.role) == ("exited", "worker")
    assert container.networks == ("kind",)


def test_no_containers_are_no_error(engine: Engine) -> None:
    """A cluster that is gone has none, and nothing is asked about them or removed."""
    engine.knows_nothing()
    nodes = NodeContainers("mine", docker=[str(engine.command)])
    assert nodes.all() == []
    nodes.remove()
    assert engine.acts() == [f"ps -aq --filter label={CLUSTER_LABEL}=mine"] * 2
