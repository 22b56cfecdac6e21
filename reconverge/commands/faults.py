"""`reconverge faults`: every fault there is, with its step, its call and its undo."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import click

from reconverge.errors import BadInput, ExitCode
from reconverge.faults.catalogue import ENTRIES, LEFT_OUT, Entry

PAGE, STEPS = Path("docs/faults.md"), Path("steps")
_HEAD = """\
# The faults

Written by `reconverge faults --write`, from the code. What is said of each is its class's own
docstring; its steps are those whose definition names it. `./run chaos -m fault_cut_network` plays
the scenarios of a fault that has a tag of its own.

Each is a frozen value. `experiment.inject(FAULT)` chooses its targets (the same for the same
`--seed`), writes them and the undo to the journal, and only then acts; the undo runs at the end of
the scenario whatever the verdict, or in the next process after `kill -9`. In the calls `kubia` is a
workload, `pod` one of its pods, `world` is `experiment.timeline.latest()`.
"""
_PLANS = """\
Plans are performed by `experiment.perform(PLAN)`
([why they are as they are](decisions/plans-are-made-of-injections.md)).
"""
_PLACEHOLDER = re.compile(r"\{(\w+)(?::\w+)?\}")


@click.command()
@click.option("--write", is_flag=True, help="Renew docs/faults.md.")
def faults(write: bool) -> int:
    """Print the name of each fault with its steps, from the repository.

    Exit code: 0; 4 where there is no folder of steps.
    """
    steps = steps_in(STEPS)
    if write:
        PAGE.write_text(page_of(ENTRIES, steps), encoding="utf-8")
    for entry in ENTRIES:
        click.echo(f"{entry.fault.__name__:20} {' / '.join(_steps_of(entry, steps)) or '-'}")
    return int(ExitCode.HELD)


def steps_in(folder: Path) -> dict[str, list[str]]:
    """By the names of classes and functions, the texts of the steps whose definition uses them.

    Raises BadInput where there are no steps.
    """
    if not folder.is_dir():
        raise BadInput(
            "there is no folder of steps", where=str(folder), cure="go to the repository"
        )
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.py")):
        for function in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(function, ast.FunctionDef):
                for name in dict.fromkeys(_used(function)):
                    found.setdefault(name, []).extend(_texts(function))
    return found


def _used(function: ast.FunctionDef) -> Iterator[str]:
    """The names that the body calls: `StopNode(...)`, `RelabelPod.x(...)`, `specs.suspend(...)`."""
    for node in (one for line in function.body for one in ast.walk(line)):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name):
            yield node.func.id
        elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            yield node.func.value.id
            yield node.func.attr


def _texts(function: ast.FunctionDef) -> Iterator[str]:
    """What is said in a feature; a quoted name is any name."""
    for decorator in function.decorator_list:
        if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Name):
            continue
        if decorator.func.id in ("given", "when") and decorator.args:
            text = next(
                one.value
                for one in ast.walk(decorator.args[0])
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            )
            legible = _PLACEHOLDER.sub(r"<\1>", text)
            yield f"{decorator.func.id.capitalize()} {legible}"


def page_of(entries: tuple[Entry, ...], steps: dict[str, list[str]]) -> str:
    """The whole page, in Markdown."""
    parts = [_HEAD]
    for topic, rows in groupby(entries, key=lambda one: one.topic):
        parts.append(f"## {topic}\n")
        parts += [_PLANS] if topic == entries[-1].topic else []
        parts += [_entry(one, steps) for one in rows]
    parts.append("## Left out\n")
    parts += [f"**{what}.** {why}\n" for what, why in LEFT_OUT.items()]
    return "\n".join(parts)


def _entry(entry: Entry, steps: dict[str, list[str]]) -> str:
    name = entry.fault.__name__
    said = inspect.cleandoc(entry.fault.__doc__ or "")
    lines = [f"### {name}\n", f"{said}\n", f"- Python: `{entry.call}`"]
    lines += [f"- `{text}`" for text in _steps_of(entry, steps)]
    lines.append(f"- Undone: {entry.undone}.")
    lines += [f"- What it cannot undo: {entry.remains}."] if entry.remains else []
    return "\n".join([*lines, ""])


def _steps_of(entry: Entry, steps: dict[str, list[str]]) -> list[str]:
    """Those that name its class, or the functions of the module that makes such faults."""
    names = [entry.fault.__name__, *_makers(entry)]
    return list(dict.fromkeys(text for name in names for text in steps.get(name, ())))


def _makers(entry: Entry) -> list[str]:
    """Public functions beside the class that return one, such as `suspend` for ChangeSpec."""
    module = inspect.getmodule(entry.fault)
    functions = inspect.getmembers(module, inspect.isfunction)
    name = entry.fault.__name__
    return [
        one
        for one, function in functions
        if function.__module__ == entry.fault.__module__
        and function.__annotations__.get("return") == name
        and not one.startswith("_")
    ]
