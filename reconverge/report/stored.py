"""From what a person names (a run, a scenario, a file) to the timelines that are meant."""

from __future__ import annotations

from pathlib import Path

from reconverge.errors import BadInput

TIMELINE = "timeline.jsonl"


def timelines_in(place: Path) -> list[Path]:
    """The timelines of a run or of a scenario, by name; a file is taken for one, whatever its name.

    Raises BadInput where there is none.
    """
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise BadInput("there is no such file or folder", where=str(place))
    found = [*place.glob(TIMELINE), *sorted(place.glob(f"*/{TIMELINE}"))]
    if not found:
        raise BadInput(
            f"no timeline in it: neither {TIMELINE} nor a scenario's folder with one",
            where=str(place),
            cure="name a run's folder such as runs/20261124-015842, a scenario's, or a timeline",
        )
    return found


def run_folder(place: Path) -> Path:
    """The folder of the run that a run's folder, a scenario's or a timeline belongs to."""
    if place.is_file():
        return place.absolute().parent.parent
    return place.absolute().parent if (place / TIMELINE).is_file() else place
