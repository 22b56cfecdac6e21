"""`python -m bench.verdicts`: play every round on the cluster of ours, write the page."""

from __future__ import annotations

import shlex
import sys
import tempfile
from pathlib import Path

import click
import msgspec

from bench.verdicts import machine, session
from bench.verdicts.session import OURS, Site
from bench.verdicts.table import Result, page
from bench.verdicts.waiters.waiter import TOOLS
from reconverge.clock import RealClock
from reconverge.errors import ReconvergeError
from reconverge.provision.lifecycle import ClusterHandle, find, no_such_cluster
from reconverge.provision.state import StateDir
from reconverge.pytest_plugin.lock import Presence

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks" / "verdicts.md"


@click.command(context_settings={"show_default": True})
@click.option("--rounds", default=20, help="Healthy rounds: a fault for each tool.")
@click.option("--adversarial", default=10, help="Rounds with each adversary.")
@click.option("--seed", default=4711, help="Chooses the order of the tools, and the targets.")
@click.option("--cluster", "name", default="reconverge", help="A cluster of `reconverge cluster`.")
@click.option("--page", "target", default=PAGE, type=Path, help="The page to be written.")
def main(rounds: int, adversarial: int, seed: int, name: str, target: Path) -> None:
    """Compare reconverge's verdicts with the usual ways to wait, on a real cluster."""
    try:
        result = _run(name, rounds=rounds, adversarial=adversarial, seed=seed)
    except ReconvergeError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(int(error.exit_code))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(result))
    rows = b",\n".join(msgspec.json.encode(row) for row in (*result.rows, *result.proofs))
    target.with_suffix(".json").write_bytes(b"[\n" + rows + b"\n]\n")
    click.echo(f"written: {target} and {target.with_suffix('.json').name}", err=True)


def _run(name: str, *, rounds: int, adversarial: int, seed: int) -> Result:
    cluster = find(name)
    if cluster is None:
        raise no_such_cluster(name)
    presence = Presence(StateDir().runs(name))
    with tempfile.TemporaryDirectory(prefix="bench-verdicts-") as folder:
        kubectl = machine.kubectl_of(_control_plane(cluster), Path(folder))
        kubernetes = machine.kubernetes(kubectl)
        site = Site(cluster=cluster, kubectl=kubectl, folder=Path(folder), seed=seed)
        opening, requests = session.count(site, say=_say)
        measured = session.measure(site, healthy=rounds, adversarial=adversarial, say=_say)
    presence.end()
    titles = {key: title for key, (title, _) in OURS.items()}
    return Result(
        command=shlex.join(("python", "-m", "bench.verdicts", *sys.argv[1:])),
        date=RealClock().wall().date().isoformat(),
        machine=f"{machine.described()}, {machine.load()}",
        cluster=f"kind, {len(cluster.nodes)} nodes, profile {cluster.profile}",
        versions=f"{machine.commit()}, {kubernetes}, {machine.versions(_packages())}",
        titles=titles | {tool.key: tool.title for tool in TOOLS},
        rows=tuple(measured.rows),
        proofs=tuple(measured.proofs),
        disturbed=len(measured.disturbed),
        counting_rounds=session.COUNTING_ROUNDS,
        opening=opening,
        requests=requests,
    )


def _control_plane(cluster: ClusterHandle) -> str:
    return next(node for node, role in cluster.nodes.items() if role == "control-plane")


def _packages() -> set[str]:
    return {"reconverge", *(package for tool in TOOLS for package in tool.needs)}


def _say(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    main()
