"""Runs on disk for the commands that read them: scenarios played on the fake cluster."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from reconverge.blast import MAJORITY, BlastRadius
from reconverge.faults import DeletePods
from reconverge.judges.budgets import ReplacedWithin
from reconverge.report.stored import TIMELINE
from reconverge.timeline import Scripted, Step, Stepped
from reconverge.verdict import Finding, Verdict
from tests.stage import Stage, staged

Line = dict[str, object]


def lose_pods(stage: Stage, radius: BlastRadius = MAJORITY, within_s: float = 5.0) -> None:
    """Lose pods, converge, and keep the budget."""
    stage.experiment.inject(DeletePods(of=stage.kubia, blast_radius=radius))
    stage.converge()
    stage.hold(ReplacedWithin(workload=stage.kubia, within_s=within_s))


def begin_step(stage: Stage, title: str, step: Step) -> None:
    """Put on record that the scenario of that title has this one step, and has come to it."""
    timeline = stage.experiment.timeline
    script = Scripted(feature="f", path="check.feature", title=title, line=1, steps=(step,))
    timeline.append(lambda _: script)
    timeline.append(lambda at_s: Stepped(at_s=at_s, step=0, state="begun"))


def end_step(stage: Stage, state: Literal["passed", "failed"]) -> None:
    stage.experiment.timeline.append(lambda at_s: Stepped(at_s=at_s, step=0, state=state))


def play(
    run: Path, name: str = "one", act: Callable[[Stage], None] = lose_pods, **options: object
) -> Path:
    """A scenario of that name in the folder of a run; its timeline's path."""
    with staged(run / "stage" / name, scenario=f"shop.feature::{name}", **options) as stage:
        act(stage)
    (run / "stage" / name / "run").rename(run / name)
    return run / name / TIMELINE


def lines(path: Path) -> list[Line]:
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]


def rewrite(path: Path, change: Callable[[Line], Line | None]) -> None:
    """Every line through `change`; None leaves one out."""
    kept = [new for line in lines(path) if (new := change(line)) is not None]
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in kept))


def forge(path: Path, verdict: Verdict, *, nth: int = -1) -> None:
    """Another verdict in the record than the one that was found."""
    judged = [number for number, line in enumerate(lines(path)) if line["is"] == "judged"]
    number = iter(range(10**6))

    def change(line: Line) -> Line:
        if next(number) == judged[nth]:
            finding = msgspec.convert(line["finding"], Finding)
            forged = msgspec.structs.replace(finding, verdict=verdict)
            return line | {"finding": msgspec.to_builtins(forged)}
        return line

    rewrite(path, change)
