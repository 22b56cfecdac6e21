"""Scenes as lines of a terminal: one scenario in full, or several in a line each."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from reconverge.report.live import Scene
from reconverge.report.story import StepRecord

_MARKS = {"passed": ("✓", "green"), "failed": ("✗", "red"), "skipped": ("·", "dim")}
_NOW = ("▸", "bold cyan")
_BAR_WIDTH = 24
_STEPS_MAX = 7


def in_full(scene: Scene) -> RenderableType:
    """Every step with its mark and time; what is waited for below the one that waits."""
    head = Text(scene.title, style="bold", no_wrap=True, overflow="ellipsis")
    rows = Table.grid(padding=(0, 1), expand=True)
    rows.add_column(width=1)
    rows.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    rows.add_column(justify="right", width=8)
    rows.add_row("", head, f"{scene.elapsed_s:.0f} s")
    for step in _near(scene):
        mark, style = _MARKS.get(step.status, _NOW)
        took = f"{step.duration_s:.1f} s" if step.status in ("passed", "failed") else ""
        is_over = step.status in _MARKS
        text = Text(f"{step.keyword} {step.text}", style="dim" if is_over else "")
        rows.add_row(Text(mark, style=style), text, Text(took, style="dim"))
        if step is scene.step:
            rows.add_row("", _awaited(scene), "")
    return rows


def in_a_line(scene: Scene) -> RenderableType:
    """Its title, where it is, what is seen, and the time that is left."""
    row = Table.grid(padding=(0, 1), expand=True)
    row.add_column(ratio=2, no_wrap=True, overflow="ellipsis")
    row.add_column(ratio=3, no_wrap=True, overflow="ellipsis")
    row.add_column(justify="right", width=12)
    row.add_row(Text(scene.title, style="bold"), _now(scene), _left(scene))
    return row


def over(scene: Scene) -> RenderableType:
    """A scenario that has ended: its mark, its title, and why it is red."""
    failed = next((one for one in scene.story.steps if one.status == "failed"), None)
    mark, style = _MARKS["passed" if failed is None else "failed"]
    why = f"  {failed.error}" if failed is not None else ""
    return Text.assemble((mark, style), f" {scene.title}", (why, "dim"), overflow="ellipsis")


def painted(renderable: RenderableType, *, width: int, colour: bool) -> list[str]:
    """The lines of it, with their colours if wanted, none wider than `width`."""
    console = Console(
        width=width,
        force_terminal=True,
        color_system="standard" if colour else None,
        no_color=not colour,
        highlight=False,
        legacy_windows=False,
    )
    with console.capture() as captured:
        console.print(renderable, end="")
    return captured.get().splitlines()


def _near(scene: Scene) -> list[StepRecord]:
    """The steps around the one it is at: a long scenario must fit on the screen."""
    steps = list(scene.story.steps)
    step = scene.step
    at = next((n for n, one in enumerate(steps) if one is step), 0)
    first = max(0, min(at - _STEPS_MAX // 2, len(steps) - _STEPS_MAX))
    return steps[first : first + _STEPS_MAX]


def _awaited(scene: Scene) -> RenderableType:
    lines: list[RenderableType] = []
    if scene.faults:
        lines.append(Text(scene.faults[-1], style="yellow", no_wrap=True, overflow="ellipsis"))
    if scene.seen:
        lines.append(Text(scene.seen, no_wrap=True, overflow="ellipsis"))
    if scene.reason:
        lines.append(Text(scene.reason, style="dim", no_wrap=True, overflow="ellipsis"))
    if scene.left_s is not None and scene.limit_s:
        lines.append(_bar(scene.left_s, scene.limit_s))
    return Group(*lines)


def _bar(left_s: float, limit_s: float) -> RenderableType:
    """How much of the deadline is gone."""
    row = Table.grid(padding=(0, 1))
    bar = ProgressBar(total=limit_s, completed=limit_s - left_s, width=_BAR_WIDTH)
    row.add_row(bar, Text(f"{left_s:.0f} s left of {limit_s:.0f} s"))
    return row


def _now(scene: Scene) -> Text:
    if scene.seen:
        more = f"; {scene.reason}" if scene.reason else ""
        return Text(f"{scene.seen}{more}")
    step = scene.step
    return Text(f"{step.keyword} {step.text}" if step is not None else "begins", style="dim")


def _left(scene: Scene) -> Text:
    if scene.left_s is not None and scene.limit_s:
        return Text(f"{scene.left_s:.0f} s left")
    return Text(f"{scene.elapsed_s:.0f} s", style="dim")
