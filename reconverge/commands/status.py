"""`reconverge cluster status`: what there is and whether it is whole, for people and programs."""

from __future__ import annotations

import json
from typing import Any

import click

from reconverge.cli import progress_line
from reconverge.cluster.nodes import KindCluster
from reconverge.errors import ExitCode, ReconvergeError
from reconverge.provision import egress, engine, lifecycle
from reconverge.provision.machine import Machine, RealMachine
from reconverge.provision.state import ClusterRecord, StateDir


def show(name: str, *, deep: bool, as_json: bool) -> int:
    """Print the cluster's state; UNKNOWN (2) when it is not whole."""
    machine, state = RealMachine(), StateDir()
    record = state.read(name)
    if record is None:
        raise lifecycle.no_such_cluster(name)
    told = described(machine, state, record)
    if deep and not told["flaws"]:
        told["network"] = _deep(state, record)
        told["flaws"] += [] if told["network"] == "whole" else [told["network"]]
    if as_json:
        click.echo(json.dumps(told, indent=2))
    else:
        _print(told, deep=deep)
    return int(ExitCode.UNKNOWN if told["flaws"] else ExitCode.HELD)


def described(machine: Machine, state: StateDir, record: ClusterRecord) -> dict[str, Any]:
    """Everything `status` tells, as plain values. Raises Unavailable when Docker is away."""
    docker = engine.find_docker(machine)
    containers = lifecycle.nodes_of(machine, record.name).all()
    if record.phase == "creating":
        flaws = ["an `up` was interrupted or is at work; `reconverge cluster up` makes it anew"]
    else:
        flaws = [flaw.what for flaw in lifecycle.flaws_of(machine, state, record)]
    blind = egress.why_not_closable(machine, docker)
    closed = not blind and egress.is_closed(machine)
    if record.egress == "closed" and not blind and not closed:
        flaws.append("the egress rule is gone; `reconverge cluster up` puts it back")
    return {
        "name": record.name,
        "profile": record.profile,
        "kubernetes": record.minor,
        "image": record.image,
        "made": record.created_at,
        "kubeconfig": str(state.kubeconfig(record.name)),
        "audit log": str(state.audit_log(record.name)),
        "egress": "closed" if closed else f"open ({blind})" if blind else "open",
        "docker": docker.version,
        "nodes": {node.name: f"{node.role}, {node.state}" for node in containers},
        "flaws": flaws,
    }


def _deep(state: StateDir, record: ClusterRecord) -> str:
    from reconverge.provision import readiness
    from reconverge.provision.cluster_config import ClusterSpec
    from reconverge.provision.tools import Tools

    progress = progress_line(quiet=False)
    tools = Tools(RealMachine(), state, allow_install=False, progress=progress)
    try:
        readiness.wait_until_connected(
            KindCluster.of(state.kubeconfig(record.name), kind_name=record.name),
            workers=record.workers,
            image=tools.probe_image(ClusterSpec(name=record.name)),
            progress=progress,
        )
    except ReconvergeError as error:
        return str(error)
    return "whole"


def _print(told: dict[str, Any], *, deep: bool) -> None:
    width = max(len(key) for key in told)
    for key, value in told.items():
        if key not in ("nodes", "flaws"):
            click.echo(f"{key:<{width}}  {value}")
    for name, state in told["nodes"].items():
        click.echo(f"{'node':<{width}}  {name} ({state})")
    for flaw in told["flaws"]:
        click.echo(f"{'broken':<{width}}  {flaw}")
    if not told["flaws"]:
        extent = "and its network" if deep else "(pods reaching each other: --deep)"
        click.echo(f"{'whole':<{width}}  nodes, system pods, control loops {extent}")
