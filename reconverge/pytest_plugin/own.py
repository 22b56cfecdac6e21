"""The user's own steps, as pytest finds them beside their features: by collecting, not running.

Where they stand is pytest's business (a conftest.py here or further up, a plugin, a test module):
pytest is asked, in the way that a run asks it, and no file is looked for by name.
"""

from __future__ import annotations

import contextlib
import inspect
import io
from pathlib import Path

import pytest
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from reconverge.errors import BadInput
from reconverge.pytest_plugin.wording import installed_steps, short_path

_SAID_LINES = 12  # of pytest's last words, where it could not begin


class _Begun:
    """Whether pytest came as far as collecting: every conftest.py on the way to it was loaded."""

    is_begun = False

    def pytest_collection(self) -> None:
        self.is_begun = True


def own_steps(folder: Path) -> list[StepFunctionContext]:
    """Every step that pytest knows for the features of `folder`, but ours and pytest-bdd's.

    A feature that says what no step defines is no hindrance: whoever asks may be about to write it.
    Raises BadInput where pytest could not even begin.
    """
    begun, said = _Begun(), io.StringIO()
    words = ["--collect-only", "-qq", "-n0", "-p", "no:cacheprovider", str(folder)]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        pytest.main(words, plugins=[begun])
    if not begun.is_begun:
        lines = said.getvalue().strip().splitlines()[-_SAID_LINES:]
        what = "\n".join(["pytest cannot load it:", *lines])
        raise BadInput(what, where=str(folder), cure=f"pytest --collect-only {folder}")
    others = (f"{installed_steps()}.", "pytest_bdd.")
    known = step_function_context_registry.values()
    return [one for one in known if not one.step_func.__module__.startswith(others)]


def place_of(one: StepFunctionContext) -> str:
    """The file and line of a step, below the working folder where it is."""
    _, line = inspect.getsourcelines(one.step_func)
    return f"{short_path(inspect.getsourcefile(one.step_func) or '')}:{line}"
