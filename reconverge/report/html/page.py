"""The models put into one file: HTML by a template, styles and program as they are, no link out.

A picture lies in the page as compressed JSON and is unpacked when its scenario is opened. So that
the file stays fit for a CI artefact whatever the run was, all pictures together have a budget: the
red scenarios' come first, and one that has no room left says how it is had.
"""

from __future__ import annotations

import base64
import shlex
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reconverge.bound import amount
from reconverge.clock import Clock
from reconverge.report.html.run import Run, run_of
from reconverge.report.html.section import Section
from reconverge.report.html.states import STATES

NAME = "report.html"
PICTURES_BYTES_MAX = 16 << 20
_SHOWN = ("BROKEN", "UNKNOWN", "HELD")
_PROGRAMS = ("picture.js", "pointer.js", "theme.js", "report.js")


def write(place: Path, clock: Clock, *, target: Path | None = None) -> Path:
    """The report of the run at `place`, by default into its folder; the file's path.

    The whole file or none. Raises BadInput where there is no run, OSError.
    """
    folder = place if place.is_dir() else place.parent
    target = folder / NAME if target is None else target
    text = page_of(run_of(place, clock))
    draft = target.with_name(f".{target.name}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(target)
    return target


def page_of(run: Run) -> str:
    """The page as one text."""
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            run=run,
            verdicts=_SHOWN,
            states=STATES,
            pictures=dict(pictures(run.sections, PICTURES_BYTES_MAX)),
            repeat=lambda section: repeat_of(section, run),
            style=asset("report.css"),
            program=Markup("\n").join(asset(name) for name in _PROGRAMS),
        )
    )


def environment() -> Environment:
    """How templates of ours are filled: everything is escaped, and nothing may be missing."""
    made = Environment(
        loader=PackageLoader("reconverge.report.html", "assets"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters |= {"seconds": seconds, "took": took}
    return made


def asset(name: str) -> Markup:
    """A file of ours, which needs no escaping."""
    return Markup((Path(__file__).parent / "assets" / name).read_text(encoding="utf-8"))


def pictures(sections: tuple[Section, ...], budget: int) -> Iterator[tuple[int, str]]:
    """By number of its scenario, deflated JSON in base64, as long as there is room for it."""
    for section in sections:
        if section.picture is None:
            continue
        raw = msgspec.json.encode(section.picture)
        packed = base64.b64encode(zlib.compress(raw, 9)).decode()
        budget -= len(packed)
        if budget < 0:
            return
        yield section.number, packed


def repeat_of(section: Section, run: Run) -> str:
    """The command that plays the scenario again, on a cluster like that of the run."""
    if section.repeat:
        return section.repeat
    words = ["pytest", section.name, "--seed", str(section.seed)]
    if run.kube_context and not run.kube_context.startswith("kind-reconverge"):
        is_ours = run.kube_context.startswith("kind-")
        option = "--cluster-name" if is_ours else "--kube-context"
        words += [option, run.kube_context.removeprefix("kind-")]
    return shlex.join([*words, *run.mutations])


def seconds(number_s: float) -> str:
    """`4.1 s`, as everywhere."""
    return f"{amount(number_s)} s"


def took(duration_s: float) -> str:
    """A duration for a headline: `48 s`, `2 min 05 s`, `1 h 02 min`."""
    if duration_s < 100:
        return seconds(duration_s)
    minutes, rest_s = divmod(round(duration_s), 60)
    if minutes < 60:
        return f"{minutes} min {rest_s:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"
