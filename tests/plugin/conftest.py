"""A pytest inside the tests, with the plugin loaded as an installation would load it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points

import pytest

from tests.plugin import stage

# Where reconverge is installed its entry point loads the plugin, and pytest refuses it twice.
IS_INSTALLED = bool(entry_points(group="pytest11", name="reconverge"))
PLUGIN = () if IS_INSTALLED else ("-p", "reconverge.pytest_plugin")
Play = Callable[..., pytest.RunResult]
ROOT = stage.__file__.rpartition("/tests/")[0]


@pytest.fixture
def play(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Play:
    """Run a feature's text on the stage: `play(text, "--seed", "7")`."""
    monkeypatch.setenv("PYTHONPATH", ROOT)
    monkeypatch.setenv("PYTEST_ADDOPTS", "")
    # In CI pytest repeats an error's whole text in its short summary.
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("RECONVERGE_STATE_DIR", str(pytester.path / "state"))
    pytester.makeconftest(stage.CONFTEST)
    for name in (
        "shop",
        "broken",
        "silent",
        "forbidden",
        "unsteady",
        "unreachable",
        "interrupted",
        "SIGTERM",
        "slow",
        "dispossessed",
    ):
        manifest = stage.MANIFEST.replace("NAME", name)
        pytester.makefile(".yaml", **{name: manifest})

    def run(text: str, *args: str, apart: bool = False) -> pytest.RunResult:
        (pytester.path / "shop.feature").write_text(text, encoding="utf-8")
        plugins = (*PLUGIN, "-p", "no:cacheprovider")
        start = pytester.runpytest_subprocess if apart else pytester.runpytest_inprocess
        return start(*plugins, "--report-dir=runs/now", *args)

    return run
