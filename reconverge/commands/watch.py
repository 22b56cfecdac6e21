"""`reconverge watch`: a run as it goes on, seen from another terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import RenderableType

    from reconverge.clock import Clock
    from reconverge.report.live import Follower, Scene
    from reconverge.report.run_record import RunRecord

RUNS = Path("runs")
EVERY_S = 0.25


@click.command()
@click.argument("run", required=False, type=click.Path(path_type=Path))
@click.option("--once", is_flag=True, help="Show it as it is now, and end.")
def watch(run: Path | None, once: bool) -> int:
    """Follow RUN, a run's folder, until it ends; without RUN the newest of those in runs/.

    It reads the record on disk, and so disturbs nothing. Where the output is no terminal it is
    shown once.

    \b
    reconverge watch
    reconverge watch runs/20261124-015842 --once

    Exit code: that of the run once it has ended, 0 with --once, 4 when there is no such run.
    """
    from rich.console import Console
    from rich.live import Live

    from reconverge.clock import RealClock, pause
    from reconverge.report import run_record

    folder, clock = run or _newest(), RealClock()
    if not folder.is_dir():
        from reconverge.errors import BadInput

        raise BadInput("there is no such folder", where=str(folder), cure="ls runs")
    console = Console(highlight=False)
    followers: dict[Path, Follower] = {}
    if once or not console.is_terminal:
        console.print(_picture(folder, _scenes(folder, followers, clock)))
        return 0
    with Live(console=console, auto_refresh=False) as live:
        while True:
            ended = run_record.read(folder)  # before the scenes: their last word is then on disk
            live.update(_picture(folder, _scenes(folder, followers, clock)), refresh=True)
            if ended is not None:
                break
            pause(clock, EVERY_S)  # the seconds on the screen are what is waited for
    _conclude(ended)
    return ended.exit_code


def _newest() -> Path:
    from reconverge.errors import BadInput

    found = sorted(path for path in RUNS.glob("*") if path.is_dir())
    if not found:
        raise BadInput("there is no run here", where=str(RUNS), cure="name its folder")
    return max(found, key=lambda path: path.stat().st_mtime)


def _scenes(folder: Path, followers: dict[Path, Follower], clock: Clock) -> list[Scene]:
    """Those of the run so far, in the order in which they began."""
    from reconverge.report.live import Follower
    from reconverge.report.stored import TIMELINE

    for path in folder.glob(f"*/{TIMELINE}"):
        if path not in followers:
            followers[path] = Follower(path, clock)
    found = [one.scene() for one in followers.values()]
    return sorted((one for one in found if one.name), key=lambda one: -one.elapsed_s)


def _picture(folder: Path, scenes: list[Scene]) -> RenderableType:
    """What is over in a line each, what runs in full if it is one scenario alone."""
    from rich.console import Group
    from rich.text import Text

    from reconverge.report.live_text import in_a_line, in_full, over

    running = [one for one in scenes if not one.is_over]
    rows: list[RenderableType] = [Text(str(folder), style="dim")]
    rows += [over(one) for one in scenes if one.is_over]
    rows += [in_full(one) for one in running] if len(running) == 1 else map(in_a_line, running)
    return Group(*rows)


def _conclude(record: RunRecord) -> None:
    from reconverge.report.console import tally

    counts = tally([one.verdict for one in record.scenarios])
    click.echo(f"{counts}    seed {record.seed}    exit code {record.exit_code}")
