"""The house style as a test: limits that a reader feels, each with its cure.

Formatting is ruff's, layers are import-linter's; here is what neither can say.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("reconverge", "steps", "bench")
BODY_LINES_MAX = 40
MODULE_LINES_MAX = 400

BANNED = {
    "check": "say what is asked (is_...) or decided (judge_...)",
    "verify": "say what is decided (judge_...)",
    "ensure": "say what is done",
    "handle": "say what is done with it",
    "manager": "name the thing after what it is",
    "helper": "name the thing after what it does",
    "utils": "give each function the room it belongs to",
    "victim": "a thing that a fault hits is a target",
    "data": "say what it is: record, view, wire, rows",
    "context": "say what it is; only a kube context is one",
}
# Kubernetes' own names, and those of the standard library.
ALLOWED = re.compile(r"kube_?context|controller_manager|contextlib", re.IGNORECASE)
# In these rooms a bare "context" is a kube context, as everybody who uses kubectl calls it.
KUBE_ROOMS = (
    "reconverge/cluster/",
    "reconverge/provision/",
    "reconverge/pytest_plugin/",
    "reconverge/recovery/",
)
# To be renamed; the list may only get shorter.
STANDING = {
    ("reconverge/provision/lifecycle.py", "ClusterHandle"),
    ("reconverge/provision/lifecycle.py", "handle"),
    ("reconverge/provision/up.py", "_handle"),
    ("reconverge/pytest_plugin/clusters.py", "handle"),
}

MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(tree: ast.Module) -> Iterator[Function]:
    return (
        one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def body_lines(function: Function) -> int:
    """The lines of the body, without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def given_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name that the module itself gives: functions, classes, arguments, variables."""
    for one in ast.walk(tree):
        match one:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield one.lineno, one.name
            case ast.arg():
                yield one.lineno, one.arg
            case ast.Name(ctx=ast.Store()):
                yield one.lineno, one.id


def banned_words(name: str) -> list[str]:
    """The banned words of which an identifier is made; "latest" is not "test"."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", ALLOWED.sub("", name))
    return [word for word in spaced.lower().split("_") if word in BANNED]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_is_tidy(path: Path) -> None:
    """A module says why it exists, fits on a few screens, and its functions on one."""
    text = path.read_text()
    if not text.strip():
        return
    tree = ast.parse(text)
    where = name_of(path)
    assert ast.get_docstring(tree), f"{where}: no docstring; say in it why the module exists"
    lines = text.count("\n")
    assert lines <= MODULE_LINES_MAX, (
        f"{where}: {lines} lines, the limit is {MODULE_LINES_MAX}; give a part of it its own module"
    )
    for function in functions(tree):
        size = body_lines(function)
        assert size <= BODY_LINES_MAX, (
            f"{where}:{function.lineno}: {function.name} has {size} lines, "
            f"the limit is {BODY_LINES_MAX}; move a step of it into a function of its own"
        )


def bad_names(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, name and banned word of every name that has one."""
    where = name_of(path)
    names = [(1, path.stem), *given_names(ast.parse(path.read_text()))]
    for line, name in names:
        is_kube_context = name.strip("_") == "context" and where.startswith(KUBE_ROOMS)
        for word in () if is_kube_context else banned_words(name):
            yield line, name, word


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_names_are_the_projects_words(path: Path) -> None:
    """Vague and foreign words do not become names."""
    where = name_of(path)
    for line, name, word in bad_names(path):
        assert (where, name) in STANDING, f"{where}:{line}: {name} says {word}; {BANNED[word]}"


def test_renamed_names_leave_the_list() -> None:
    """An exception that nobody needs any more is taken out."""
    bad = {(name_of(path), name) for path in MODULES for _, name, _ in bad_names(path)}
    assert bad >= STANDING, f"renamed: {STANDING - bad}; take them out of STANDING"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_clock_reads_the_clock(path: Path) -> None:
    """A second reader of the clock could not be driven by a test."""
    if name_of(path) == "reconverge/clock.py":
        return
    for one in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in one.names] if isinstance(one, ast.Import) else []
        if isinstance(one, ast.ImportFrom):
            names = [one.module or ""]
        assert "time" not in names, f"{name_of(path)}: imports time; take a Clock instead"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_error_is_swallowed(path: Path) -> None:
    """An error that nobody sees is a wrong verdict in the making."""
    for one in ast.walk(ast.parse(path.read_text())):
        if not isinstance(one, ast.ExceptHandler):
            continue
        is_broad = one.type is None or (
            isinstance(one.type, ast.Name) and "Exception" in one.type.id
        )
        is_mute = all(isinstance(line, ast.Pass) for line in one.body)
        assert not (is_broad and is_mute), (
            f"{name_of(path)}:{one.lineno}: swallows every error; name the error, or record it"
        )


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_tests_say_what_they_show(path: Path) -> None:
    """Each test has one sentence of truth as its docstring."""
    for function in functions(ast.parse(path.read_text())):
        if function.name.startswith("test_"):
            assert ast.get_docstring(function), (
                f"{name_of(path)}:{function.lineno}: {function.name} has no docstring; "
                "say in one sentence what it shows"
            )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("check_pods", ["check"]),
        ("PodManager", ["manager"]),
        ("kube_context", []),
        ("KubeContext", []),
        ("checked_out_data", ["data"]),
        ("snapshot", []),
        ("metadata", []),
    ],
)
def test_banned_words_are_whole_words(name: str, words: list[str]) -> None:
    """A word inside another word is not that word."""
    assert banned_words(name) == words


def test_body_lines_leave_the_docstring_out() -> None:
    """A long docstring is no long function."""
    tree = ast.parse('def one():\n    """Why.\n\n    More."""\n    first = 1\n    return first\n')
    assert [body_lines(one) for one in functions(tree)] == [2]
