"""`reconverge inject`: one fault by hand, with the guard, the undo and the record of a scenario."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack, closing, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from reconverge.commands.target import target_options

if TYPE_CHECKING:
    from reconverge.experiment import Experiment
    from reconverge.faults.journal import Journal
    from reconverge.pytest_plugin import by_hand
    from reconverge.pytest_plugin.clusters import Ground

_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0}


def _seconds(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """`30s`, `2m` or `1h`, in seconds."""
    if value is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", value)
    if found is None:
        raise click.BadParameter(f"{value!r} is no duration such as 30s, 2m or 1h", ctx, param)
    return float(found[1]) * _UNITS_S[found[2]]


@click.command()
@click.argument("fault")
@click.option("-n", "--namespace", required=True, help="Where its targets are.")
@target_options
@click.option("--for", "for_s", callback=_seconds, help="Take it back after 30s, 2m or 1h.")
@click.option("--dry-run", is_flag=True, help="Only say what would be hit, and how it is undone.")
@click.option("--seed", type=int, help="Choose the same targets again.")
@click.option(
    "--opt-in", default="", metavar="LABEL", help="Hit only what carries it: key[=value]."
)
@click.option("--max-targets", type=int, metavar="N", help="Refuse to hit more objects than N.")
@click.option(
    "--lease-namespace",
    default="default",
    show_default=True,
    help="Where runs on other machines look for whose turn it is.",
)
@click.option("--report-dir", type=click.Path(path_type=Path), help="The folder of its record.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def inject(
    fault: str,
    namespace: str,
    cluster_name: str,
    kube_context: str,
    kubeconfig: Path | None,
    for_s: float | None,
    dry_run: bool,
    seed: int | None,
    opt_in: str,
    max_targets: int | None,
    lease_namespace: str,
    report_dir: Path | None,
    as_json: bool,
) -> int:
    """Do FAULT, in the words of a feature's When, and take it back.

    A fault that stands is taken back on Ctrl-C, or after --for. Its undo is on disk before it
    happens: also of a command that is killed it is not lost. It waits for its turn on the cluster:
    to harm a node, until no scenario of any run is on it.

    \b
    reconverge inject 'one of the pods of "shop" is deleted' -n shop --dry-run
    reconverge inject 'a node that runs a pod of "shop" is stopped' -n shop --for 30s
    reconverge inject '"shop" is scaled to 1 pods' -n shop --kube-context staging
    reconverge steps when                    # every fault there is

    Exit code: 0 done and taken back, 2 it could not be done or not be taken back, 3 refused by the
    guard, 4 bad input, 130 interrupted and taken back.
    """
    import random

    from reconverge.clock import RealClock
    from reconverge.faults.journal import Journal
    from reconverge.pytest_plugin import by_hand
    from reconverge.pytest_plugin.clusters import standing_ground
    from reconverge.pytest_plugin.options import required_target

    step = by_hand.fault_step(fault)
    _refuse_protected(namespace, fault)
    target = required_target(
        name=cluster_name,
        kubeconfig=kubeconfig,
        context=kube_context,
        lease_namespace=lease_namespace,
    )
    ground = _bounded(standing_ground(target), opt_in=opt_in, max_targets=max_targets)
    drawn = random.SystemRandom().randrange(10_000) if seed is None else seed
    say = _say_nothing if as_json else click.echo
    with ExitStack() as stack:
        # A dry run leaves no record: nothing happened.
        folder = report_dir or _new_folder()
        place = Path(stack.enter_context(TemporaryDirectory())) if dry_run else folder
        stack.enter_context(nullcontext() if dry_run else ground.watched())
        journal = stack.enter_context(closing(Journal(ground.journal, clock=RealClock())))
        turns = stack.enter_context(by_hand.Turns(ground, RealClock(), say=_say_aside))
        took = None if dry_run else turns
        experiment = _experiment(
            ground, fault, journal, namespace=namespace, seed=drawn, folder=place, turns=took
        )
        try:
            with experiment, turns.alarm.armed():
                by_hand.inject(step, fault, experiment)
                _tell(experiment, ground, say)
                _stand(experiment, for_s, say, is_off=dry_run)
            turns.alarm.raise_if_lost()
        finally:
            if experiment.injections:
                _end(experiment, folder, is_off=dry_run, as_json=as_json)
    return 0


def _refuse_protected(namespace: str, fault: str) -> None:
    from reconverge.cluster.guard import PROTECTED_NAMESPACES
    from reconverge.errors import Refused

    if namespace in PROTECTED_NAMESPACES:
        raise Refused(f'the namespace "{namespace}" is the cluster\'s own', where=fault)


def _bounded(ground: Ground, *, opt_in: str, max_targets: int | None) -> Ground:
    """That ground, with what may be hit on it bounded by the command's options."""
    from dataclasses import replace

    import msgspec

    objects_max = ground.guard.objects_max if max_targets is None else max_targets
    guard = msgspec.structs.replace(ground.guard, opt_in=opt_in, objects_max=objects_max)
    return replace(ground, guard=guard)


def _say_nothing(line: str) -> None:
    del line


def _say_aside(line: str) -> None:
    """Also where a program reads the output: a person wants to know what is waited for."""
    click.echo(line, err=True)


def _new_folder() -> Path:
    from datetime import UTC, datetime

    return Path("runs") / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-inject"


def _experiment(
    ground: Ground,
    fault: str,
    journal: Journal,
    *,
    namespace: str,
    seed: int,
    folder: Path,
    turns: by_hand.Turns | None,
) -> Experiment:
    """Without `turns` nothing is done, so none is taken."""
    from reconverge.clock import RealClock
    from reconverge.namespaces import Lodging
    from reconverge.pytest_plugin.by_hand import ByHand

    return ByHand(
        ground.cluster,
        turns=turns,
        clock=RealClock(),
        scenario=f"by hand::{fault}",
        seed=seed,
        folder=folder / "by-hand",
        guard=ground.guard,
        journal=journal,
        lodging=Lodging(ground.cluster, namespace),
        faults_off=turns is None,
        settings=ground.settings,
    )


def _tell(experiment: Experiment, ground: Ground, say: Callable[[str], None]) -> None:
    from reconverge.rehearsal import told

    say(f"cluster   {ground.cluster.name}, namespace {experiment.namespace}")
    for injection in experiment.injections:
        for line in told(injection, seed=experiment.seed):
            say(line)


def _stand(
    experiment: Experiment, for_s: float | None, say: Callable[[str], None], *, is_off: bool
) -> None:
    """Until the time is up, or a person presses Ctrl-C; not at all where nothing stands."""
    from reconverge.clock import pause
    from reconverge.faults.undo import NothingToUndo

    undos = [injection.undo for injection in experiment.injections]
    if is_off or (for_s is None and all(isinstance(undo, NothingToUndo) for undo in undos)):
        return
    until_s = None if for_s is None else experiment.timeline.now_s() + for_s
    say(f"stands    {'until Ctrl-C' if for_s is None else f'for {for_s:g} s, or until Ctrl-C'}")
    # Only the time ends it, or the signal.
    while until_s is None or (left_s := until_s - experiment.timeline.now_s()) > 0:
        pause(experiment.timeline.clock, 60.0 if until_s is None else left_s)


def _end(experiment: Experiment, folder: Path, *, is_off: bool, as_json: bool) -> None:
    import json

    import msgspec

    from reconverge.report.excerpt import rows, shortened

    if as_json:
        facts = {
            "is_dry_run": is_off,
            "seed": experiment.seed,
            "faults": [
                {
                    "fault": injection.sentence,
                    "targets": msgspec.to_builtins(injection.targets),
                    "undo": injection.undo.sentence(),
                }
                for injection in experiment.injections
            ],
            "record": "" if is_off else str(folder),
        }
        click.echo(json.dumps(facts, indent=2))
    elif is_off:
        click.echo("nothing was done (--dry-run)")
    else:
        for row in shortened(rows(experiment.timeline), limit=24):
            click.echo(str(row))
        click.echo(f"record    {folder}")
