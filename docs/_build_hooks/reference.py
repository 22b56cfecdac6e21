"""The pages that nobody writes: steps, commands and interface, made of the program itself."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from mkdocs.structure.files import File, Files

import reconverge
from reconverge.cli import Commands
from reconverge.cli import reconverge as command_line
from reconverge.pytest_plugin.vocabulary import definitions
from reconverge.study.flaws import flaw_kinds

ADDED_TO_NAV = "Decisions"


def on_config(config: Any) -> Any:
    """What other people add has its place at once: decisions, and the mutants once written."""
    docs = Path(config["docs_dir"])
    decisions = sorted(f"decisions/{path.name}" for path in (docs / "decisions").glob("*.md"))
    for row in config["nav"]:
        if isinstance(row, dict) and ADDED_TO_NAV in row:
            row[ADDED_TO_NAV] = decisions
        if isinstance(row, dict) and "What is proved" in row and (docs / "mutants.md").is_file():
            row["What is proved"].append("mutants.md")
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages."""
    pages = {"steps": steps, "cli": commands, "interface": interface, "flaws": flaws}
    for name, text in ((name, make()) for name, make in pages.items()):
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    return files


def steps() -> str:
    return "\n".join(_steps()) + "\n"


def _steps() -> Iterator[str]:
    yield "# Steps"
    yield ""
    yield "Every sentence that a scenario can say; `reconverge steps WORDS` searches them in a"
    yield "terminal. `<radius>` is `one`, a number, `30 percent`, `a minority`, `a majority` or"
    yield "`all`; a duration is `30 seconds` or `2 minutes`."
    for keyword, rows in groupby(definitions(), key=lambda one: one.keyword):
        yield f"\n## {keyword}\n"
        for topic, found in groupby(rows, key=lambda one: one.topic):
            yield f"\n### {keyword}: {topic}\n"
            for one in found:
                example = f"<br>e.g. `{one.examples[0]}`" if one.examples else ""
                yield f"- `{one.words}`<br>{_text(one.meaning)}{example}"


def flaws() -> str:
    return "\n".join(_flaws()) + "\n"


def _flaws() -> Iterator[str]:
    yield "# Flaws of a hand-in"
    yield ""
    yield "What `reconverge study` finds in a manifest, by its code. A code keeps its meaning. What"
    yield "is marked as advice does not make a hand-in fail; the sections are those of the chapter."
    for code, kind in flaw_kinds().items():
        yield f"\n## {code}: {kind.title}\n"
        yield _text(kind.about)
        if kind.advice:
            yield "\nAdvice."
        if kind.sections:
            yield f"\nReread {', '.join(kind.sections)}."


def commands() -> str:
    return "\n".join(_commands()) + "\n"


def _commands() -> Iterator[str]:
    yield "# Commands"
    yield ""
    yield "As `--help` says it. `--json` is for programs; `NO_COLOR` and pipes have no colours."
    yield ""
    yield "| exit code | |"
    yield "|---|---|"
    yield "| 0 | every promise HELD |"
    yield "| 1 | something BROKEN |"
    yield "| 2 | something UNKNOWN, or the machine or the cluster did not serve us |"
    yield "| 3 | refused by the guard |"
    yield "| 4 | bad input: a word, a feature, a manifest, a kubeconfig |"
    yield "| 130 | interrupted; everything was taken back |"
    with click.Context(command_line, info_name="reconverge") as above:
        for name in Commands.COMMANDS:
            found = command_line.get_command(above, name)
            assert found is not None
            yield from _command(found, above, name, "##")


def _command(command: click.Command, above: click.Context, name: str, level: str) -> Iterator[str]:
    with click.Context(command, info_name=name, parent=above, terminal_width=88) as here:
        yield f"\n{level} {here.command_path}\n"
        yield "```text"
        yield command.get_help(here)
        yield "```"
        if isinstance(command, click.Group):
            for part in command.list_commands(here):
                found = command.get_command(here, part)
                assert found is not None
                yield from _command(found, here, part, f"{level}#")


def interface() -> str:
    return "\n".join(_interface()) + "\n"


def _interface() -> Iterator[str]:
    yield "# Interface for Python"
    yield ""
    yield "What `import reconverge` offers. These names stay as they are within a major version. In"
    yield "a step ask for the fixture `experiment`, a `reconverge.Experiment`; a worked example is"
    yield "[steps, faults and predicates of your own](../how-to/own-fault.md)."
    for name in reconverge.__all__:
        yield from _entry(name, getattr(reconverge, name))


def _entry(name: str, value: object) -> Iterator[str]:
    yield f"\n## {name}\n"
    if inspect.isfunction(value):
        yield f"```python\n{name}{inspect.signature(value)}\n```\n"
    if inspect.isclass(value) or inspect.isfunction(value):
        yield _text(inspect.getdoc(value) or "")
    else:
        yield f"`{value!r}`"
    if inspect.isclass(value) and name in ("Experiment", "Fault", "Question"):
        for part, function in inspect.getmembers(value, inspect.isfunction):
            if not part.startswith("_") and inspect.getdoc(function):
                yield f"\n### {name}.{part}\n"
                yield f"```python\n{part}{inspect.signature(function)}\n```\n"
                yield _text(inspect.getdoc(function) or "")


def _text(doc: str) -> str:
    return doc.replace("<", "&lt;")
