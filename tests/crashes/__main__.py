"""`python -m tests.crashes`: every fault, every step, or as many as there is time for."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import click
import msgspec

from reconverge.clock import RealClock
from reconverge.cluster.nodes import KindCluster
from reconverge.provision import lifecycle
from reconverge.provision.state import StateDir
from reconverge.pytest_plugin.lock import turn
from tests.crashes.rounds import Rounds, Trial
from tests.crashes.samples import on, staged
from tests.crashes.table import page


def main(words: list[str]) -> int:
    """0 when every trial healed, 1 otherwise."""
    asked = parsed(words)
    found = lifecycle.find(asked.cluster_name)
    if found is None:
        raise lifecycle.no_such_cluster(asked.cluster_name)
    clock, ended = RealClock(), []
    cluster = KindCluster.of(found.kubeconfig, kind_name=found.name)
    with turn(StateDir().runs(found.name), is_alone=True), staged(cluster) as scene:
        samples = on(cluster, scene)
        rounds = Rounds(found.kubeconfig, found.name)
        until_s = clock.monotonic_s() + asked.within * 60
        tried: list[str] = []
        for name in asked.fault or samples:
            if clock.monotonic_s() > until_s:
                break
            tried.append(name)
            try:
                for trial in rounds.trials(
                    name, samples[name], seed=asked.seed, at_most=asked.at_most
                ):
                    ended.append(trial)
                    say(trial)
            except AssertionError as flaw:
                click.echo(f"{name}: {flaw}")
                ended.append(Trial(fault=name, step="", number=-1, took_s=0, errors=(str(flaw),)))
    healed = sum(one.is_healed for one in ended)
    click.echo(f"{len(tried)} of {len(samples)} faults, {len(ended)} trials, {healed} healed")
    if asked.write:
        asked.write.write_text(page(ended, len(samples)))
    if asked.record:
        asked.record.write_bytes(msgspec.json.encode(ended))
    return 0 if healed == len(ended) else 1


def parsed(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crashes")
    parser.add_argument("--cluster-name", default="reconverge")
    parser.add_argument("--fault", action="append", help="this class only")
    parser.add_argument("--within", type=float, default=1e9, help="minutes; then no new fault")
    parser.add_argument("--at-most", type=int, default=1000, help="trials of each fault")
    parser.add_argument("--seed", type=int, default=4711)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--record", type=Path)
    return parser.parse_args(words)


def say(trial: Trial) -> None:
    twice = ", recovery killed too" if trial.is_twice else ""
    end = "healed" if trial.is_healed else f"NOT HEALED {trial.errors} {trial.left}"
    where = f"{trial.fault} {trial.number} {trial.step}{twice}"
    click.echo(f"{trial.took_s:6.1f} s  {where}: {end}")


def unplayed(name: str, why: str) -> Trial:
    """Even a run that was not killed did not end well."""
    return Trial(fault=name, step="none", number=-1, took_s=0.0, errors=(why,))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
