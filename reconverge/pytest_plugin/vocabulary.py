"""Every step there is, as a person writes it: its words, what it does, and where it is used.

What pytest-bdd knows of a step is a parser and a function. Here both become text, with examples
from features: the words of a step are learnt fastest from a scenario that says them.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import msgspec
from pytest_bdd.exceptions import GherkinParseError
from pytest_bdd.feature import get_feature
from pytest_bdd.parser import ScenarioTemplate
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from reconverge.errors import BadInput
from reconverge.pytest_plugin.own import own_steps, place_of
from reconverge.pytest_plugin.wording import installed_steps, legible

EXAMPLES_MAX = 2
_KEYWORDS = {"given": 0, "when": 1, "then": 2}


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """One step: `keyword` is Given, When or Then; `topic` is the thing that it speaks of.

    `where` is the file and line of a step that is the user's own; empty for ours.
    """

    keyword: str
    words: str
    meaning: str
    topic: str
    where: str = ""
    examples: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        return f"{self.keyword} {self.words}"


def loaded() -> list[StepFunctionContext]:
    """Our own steps, as pytest-bdd knows them; Given before When before Then."""
    package = import_module(installed_steps())
    for module in package.MODULES:
        import_module(f"{package.__name__}.{module}")
    found = (
        one
        for one in step_function_context_registry.values()
        if one.step_func.__module__.startswith(f"{package.__name__}.")
    )
    return sorted(found, key=_order)


def definitions(features: Path | None = None) -> list[Definition]:
    """Every step of ours, with examples from our own features.

    With a folder of the user's: their own steps as well, and examples from the features below it.
    Raises BadInput where pytest cannot load that folder.
    """
    ours = loaded()
    own = own_steps(features) if features else []
    contexts = sorted([*own, *ours], key=_order)
    examples = _examples(contexts, features or shipped_features())
    places = {id(one): place_of(one) for one in own}
    return [
        _definition(one, examples.get(id(one), ()), where=places.get(id(one), ""))
        for one in contexts
    ]


def _order(one: StepFunctionContext) -> tuple[int, str]:
    return (_KEYWORDS.get(one.type or "", 3), one.step_func.__module__)


def shipped_features() -> Path:
    """The features that come with the program: the wheel has a copy of them."""
    here = Path(__file__).parent.parent
    copied = here / "_features"
    return copied if copied.is_dir() else here.parent / "features"


def matching(found: list[Definition], words: tuple[str, ...]) -> list[Definition]:
    """Those in whose words, meaning or topic every word occurs; small and capital are one."""
    wanted = " ".join(words).lower().split()  # several may come between quotes
    return [
        one
        for one in found
        if all(word in f"{one.sentence} {one.meaning} {one.topic}".lower() for word in wanted)
    ]


def step_named(sentence: str, kind: str) -> StepFunctionContext:
    """The step of that kind (`when`) that the sentence says. Raises BadInput with those near it."""
    from difflib import get_close_matches

    mine = [one for one in loaded() if one.type == kind]
    for one in mine:
        if one.parser.is_matching(sentence):
            return one
    texts = [legible(one).partition(" ")[2] for one in mine]
    near = get_close_matches(sentence, texts, n=3, cutoff=0.4)
    advice = "\n    ".join(["the nearest are", *near]) if near else f"reconverge steps {kind}"
    raise BadInput(f"no step says: {sentence}", cure=advice)


def _definition(one: StepFunctionContext, examples: tuple[str, ...], *, where: str) -> Definition:
    keyword, _, words = legible(one).partition(" ")
    doc = inspect.getdoc(one.step_func) or ""
    return Definition(
        keyword=keyword,
        words=words,
        meaning=" ".join(doc.split("\n\n")[0].split()),
        topic=one.step_func.__module__.rpartition(".")[2].replace("_", " "),
        where=where,
        examples=examples,
    )


def _examples(contexts: list[StepFunctionContext], folder: Path) -> dict[int, tuple[str, ...]]:
    """For each step some of the sentences that say it, the shortest first."""
    said = sorted(set(_sentences(folder)), key=lambda row: (len(row[1]), row))
    found: dict[int, tuple[str, ...]] = {}
    for kind, text in said:
        for one in contexts:
            full = len(found.get(id(one), ())) >= EXAMPLES_MAX
            if not full and one.type in (kind, None) and one.parser.is_matching(text):
                found[id(one)] = (*found.get(id(one), ()), text)
    return found


def _sentences(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*.feature")):
        try:
            feature = get_feature(str(path.parent), path.name)
        except (GherkinParseError, UnicodeDecodeError):
            continue
        for template in feature.scenarios.values():
            for step in template.render(_first_example(template)).steps:
                yield step.type, step.name


def _first_example(template: ScenarioTemplate) -> dict[str, str]:
    rows = (row for table in template.examples for row in table.as_contexts())
    return {key: str(value) for key, value in next(iter(rows), {}).items()}
