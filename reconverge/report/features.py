"""The feature files as text: which scenarios there are, and what each is tagged with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gherkin import Parser
from gherkin.errors import ParserError

from reconverge.errors import BadInput


def scenarios_in(folder: Path, *, root: Path) -> dict[str, list[str]]:
    """The tags of each scenario below `folder`, by the name that a run from `root` gives it.

    A scenario has the tags of its Feature, its Rule and its Examples as well; an outline is one
    scenario. Raises BadInput for a feature that is not Gherkin.
    """
    return {
        f"{path.resolve().relative_to(root.resolve()).as_posix()}::{name}": tags
        for path in sorted(folder.rglob("*.feature"))
        for name, tags in _scenarios(_parsed(path))
    }


def _parsed(path: Path) -> dict[str, Any]:
    try:
        document: Any = Parser().parse(path.read_text(encoding="utf-8"))
    except ParserError as error:
        raise BadInput(f"not Gherkin: {error}", where=str(path)) from error
    return dict(document["feature"] or {})


def _scenarios(node: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, list[str]]]:
    """Name and tags of each scenario; those of its Rule and Feature are its own as well."""
    tags = (*above, *(tag["name"] for tag in node.get("tags", ())))
    found: list[tuple[str, list[str]]] = []
    for child in node.get("children", ()):
        if "rule" in child:
            found += _scenarios(child["rule"], tags)
        elif "scenario" in child:
            scenario = child["scenario"]
            own = [tag["name"] for tag in scenario["tags"]]
            examples = [tag["name"] for one in scenario["examples"] for tag in one["tags"]]
            found.append((scenario["name"], list(dict.fromkeys([*tags, *own, *examples]))))
    return found
