"""The clusters' own Docker network, and the rule that nothing in it may reach beyond this machine.

Chaos breaks routes and services; a packet that then follows a node's default route would leave by
the machine's uplink towards somebody's 10.x or 172.16-31.x. The rule rejects everything that
comes from our bridge and is not for our bridge. It sits in DOCKER-USER, the chain that Docker
keeps for its users, names our bridge alone, and goes when the last cluster goes. Images are pulled
by the Docker daemon, on the host's side of the bridge, and are not concerned.
"""

from __future__ import annotations

from reconverge.errors import Unavailable
from reconverge.provision.engine import Docker
from reconverge.provision.machine import Machine, Progress
from reconverge.provision.state import Egress
from reconverge.shell import CommandFailed

NETWORK = "reconverge"
BRIDGE = "br-reconverge"
LABEL = "dev.reconverge.network"
RULE = ("-i", BRIDGE, "!", "-o", BRIDGE, "-j", "REJECT")
_LOCKED = ("iptables", "-w", "5")  # wait up to 5 s for another user of the tables


def provide_network(machine: Machine) -> None:
    """The Docker network of our clusters, made if it is missing.

    Raises Unavailable when a network of that name is somebody else's or Docker has no address
    range left for it.
    """
    found = machine.run(
        ["docker", "network", "inspect", NETWORK, "--format", f'{{{{index .Labels "{LABEL}"}}}}'],
        accept=(0, 1),
    )
    if found.exit_code == 0:
        if found.stdout.strip() != "ours":
            raise Unavailable(
                f"a Docker network named {NETWORK!r} exists that reconverge did not make",
                cure=f"remove it: docker network rm {NETWORK}",
            )
        return
    bridge = f"com.docker.network.bridge.name={BRIDGE}"
    try:
        machine.run(
            ["docker", "network", "create", "--label", f"{LABEL}=ours", "--opt", bridge, NETWORK]
        )
    except CommandFailed as failure:
        raise _no_network(failure) from failure


def _no_network(failure: CommandFailed) -> Unavailable:
    said = failure.completed.tail.lower()
    if "overlap" in said or "non-overlapping" in said or "already used" in said:
        return Unavailable(
            f"Docker cannot make the network {NETWORK!r}: its addresses or its bridge are taken",
            where=failure.completed.tail.splitlines()[-1],
            cure="remove unused networks: docker network prune",
        )
    return failure


def remove_network(machine: Machine) -> bool:
    """Remove our network and its rule; False while containers still live in it. Idempotent."""
    inside = machine.run(
        ["docker", "ps", "-aq", "--filter", f"network={NETWORK}"], accept=(0, 1)
    ).stdout.split()
    if inside:
        return False
    open_again(machine)
    machine.run(["docker", "network", "rm", NETWORK], accept=(0, 1))
    return True


def why_not_closable(machine: Machine, docker: Docker) -> str:
    """Why no egress rule can be set or seen on this machine; "" when it can."""
    if not docker.is_local:
        return "the Docker daemon is on another machine"
    if not machine.is_root:
        return "only root may set firewall rules"
    if machine.which("iptables") is None:
        return "iptables is not installed"
    if machine.run([*_LOCKED, "-n", "-L", "DOCKER-USER"], accept=(0, 1, 2, 3)).exit_code:
        return "Docker keeps no DOCKER-USER chain here"
    return ""


def is_closed(machine: Machine) -> bool:
    """Whether the rule is in force. Only root can tell."""
    return not machine.run([*_LOCKED, "-C", "DOCKER-USER", *RULE], accept=(0, 1, 2)).exit_code


def close(machine: Machine, docker: Docker, progress: Progress) -> Egress:
    """Put the rule in force before any container starts; says so when this machine has none.

    Where it cannot be set the cluster is made all the same, as any kind cluster would be.
    """
    reason = why_not_closable(machine, docker)
    if reason:
        progress(f"no egress rule: {reason}; the cluster's packets may leave this machine")
        return "open"
    if not is_closed(machine):
        machine.run([*_LOCKED, "-I", "DOCKER-USER", *RULE])
        progress(f"egress closed: packets from {BRIDGE} do not leave this machine")
    return "closed"


def open_again(machine: Machine) -> None:
    """Take the rule away. Idempotent; nothing to do without root."""
    if machine.is_root and machine.which("iptables") and is_closed(machine):
        machine.run([*_LOCKED, "-D", "DOCKER-USER", *RULE])
