"""`python -m tests.crashes.soak`: random faults of the catalogue, one after another on one cluster.

Each is done, taken back and seen healed, and then nothing may differ from the beginning: so the
next one finds what it hits in its steady state, and what is left is known by the fault that left
it. What only many of them do to a cluster would not show where each has one to itself. The seed
says which faults they are; the time, after how many minutes no more is begun.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import msgspec

from reconverge.clock import Clock, RealClock
from reconverge.cluster.nodes import KindCluster
from reconverge.errors import ReconvergeError
from reconverge.faults import Fault
from reconverge.model import Ref
from reconverge.provision import lifecycle
from reconverge.provision.state import StateDir
from reconverge.pytest_plugin.lock import turn
from reconverge.recovery.state import Difference
from tests.crashes.rounds import Rounds
from tests.crashes.samples import NAMESPACE, on, staged
from tests.crashes.trial import live

# Those that hit nothing but what lives in the soak's own namespace.
AT_HOME = (
    "DeletePods", "EvictPods", "FailPods", "CreateSurplusPod", "RelabelPod", "ScaleWorkload",
    "SetQuota", "LabelPod", "CreateLonePods", "Disown", "AddFinalizer",
)  # fmt: skip


class Lived(msgspec.Struct, frozen=True, kw_only=True):
    """One fault's life; `error` is empty where it was healed, `left` what is not as it was."""

    fault: str
    took_s: float
    error: str = ""
    left: tuple[Difference, ...] = ()

    def __str__(self) -> str:
        said = [self.error or "healed", *(f"left {one}" for one in self.left)]
        return f"{self.took_s:6.1f} s  {self.fault}: {'; '.join(said)}"


def drawn(names: list[str], *, seed: int) -> Iterator[str]:
    """Names for ever, each as likely as any other, the same for the same seed."""
    source = random.Random(seed)
    while True:
        yield source.choice(names)


def lives(
    cluster: KindCluster,
    samples: dict[str, Callable[[], Fault]],
    names: Iterator[str],
    clock: Clock,
    *,
    within_s: float,
    left: Callable[[], list[Difference]],
) -> Iterator[Lived]:
    """One after another, until there are no more or the time is up, or one has left something."""
    until_s = clock.monotonic_s() + within_s
    for name in names:
        begun_s = clock.monotonic_s()
        if begun_s > until_s:
            return
        error = ""
        with TemporaryDirectory() as folder:
            try:
                live(cluster, samples[name], Path(folder), lambda _: None)
            except ReconvergeError as flaw:
                error = str(flaw)
        took_s = round(clock.monotonic_s() - begun_s, 1)
        ended = Lived(fault=name, took_s=took_s, error=error, left=tuple(left()))
        yield ended
        if ended.left:
            return


def main(words: list[str]) -> int:
    """0 when all were healed and nothing is left, 1 otherwise."""
    asked = parsed(words)
    found = lifecycle.find(asked.cluster_name)
    if found is None:
        raise lifecycle.no_such_cluster(asked.cluster_name)
    cluster = KindCluster.of(found.kubeconfig, kind_name=found.name)
    with turn(StateDir().runs(found.name), is_alone=not asked.at_home), staged(cluster) as scene:
        return soak(cluster, scene, asked, found.kubeconfig)


def soak(
    cluster: KindCluster, scene: dict[str, Ref], asked: argparse.Namespace, kubeconfig: Path
) -> int:
    samples = on(cluster, scene)
    names = asked.fault or (AT_HOME if asked.at_home else sorted(samples))
    within = (NAMESPACE,) if asked.at_home else ()
    rounds = Rounds(kubeconfig, cluster.kind_name, within=within)
    chosen = islice(drawn(list(names), seed=asked.seed), asked.faults)
    ended = []
    within_s = asked.within * 60
    for one in lives(cluster, samples, chosen, RealClock(), within_s=within_s, left=rounds.left):
        ended.append(one)
        click.echo(one)
    healed = sum(not one.error and not one.left for one in ended)
    click.echo(f"{len(ended)} of {asked.faults} faults, {healed} healed    seed {asked.seed}")
    return 0 if ended and healed == len(ended) else 1


def parsed(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crashes.soak")
    parser.add_argument("--cluster-name", default="reconverge")
    parser.add_argument("--faults", type=int, default=100, metavar="N")
    parser.add_argument("--within", type=float, default=90, help="minutes; then no new fault")
    parser.add_argument("--seed", type=int, default=4711)
    parser.add_argument("--fault", action="append", help="of these classes only")
    parser.add_argument(
        "--at-home",
        action="store_true",
        help="only what stays in its own namespace, beside whoever uses the cluster",
    )
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
