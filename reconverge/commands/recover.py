"""`reconverge recover`: take back by hand what a killed run left on a cluster."""

from __future__ import annotations

from pathlib import Path

import click

from reconverge.errors import BadInput, ExitCode


@click.command()
@click.option("--name", default="reconverge", show_default=True, help="A cluster of ours.")
@click.option(
    "--kubeconfig", type=click.Path(path_type=Path), help="Another cluster; needs --kube-context."
)
@click.option("--kube-context", default="", help="The context of that other cluster.")
@click.option("--dry-run", is_flag=True, help="Say what would be put back, and touch nothing.")
def recover(name: str, kubeconfig: Path | None, kube_context: str, dry_run: bool) -> int:
    """Take back the faults of runs that were killed; those of live runs are left alone.

    A fault is taken back when what it harmed is in its steady state again: a node whole, labels as
    before. What is not stays in the journal, and is tried again by the next run.

    \b
    reconverge recover --dry-run
    reconverge recover
    reconverge recover --kube-context staging

    Exit code: 0 when nothing is left, 2 when something is, 4 for a cluster that cannot be named so.
    """
    from reconverge.faults.journal import pending
    from reconverge.pytest_plugin.clusters import journal_of
    from reconverge.recovery.recover import recover as take_back

    if kubeconfig and not kube_context:
        raise BadInput("--kubeconfig without --kube-context", cure="name the context as well")
    reach, folder = journal_of(name, kubeconfig=kubeconfig, kube_context=kube_context)
    if dry_run:
        lines = pending(folder)
        for line in lines:
            click.echo(f"{line.sentence}: {line.undo.sentence()}")
        click.echo(f"{len(lines)} to take back, nothing was touched" if lines else _NOTHING)
        return int(ExitCode.HELD)
    rows = take_back(reach.open(), folder)
    for row in rows:
        click.echo(f"{row.fault}: {f'FAILED: {row.error}' if row.error else row.undo}")
    failed = sum(bool(row.error) for row in rows)
    if not rows:
        click.echo(_NOTHING)
    elif failed:
        click.echo(f"{failed} of {len(rows)} could not be taken back, and stay in {folder}")
    return int(ExitCode.UNKNOWN if failed else ExitCode.HELD)


_NOTHING = "nothing is left of runs that were killed"
