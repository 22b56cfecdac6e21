"""A pytest inside the tests, with the plugin loaded as an installation would load it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.plugin import stage

Play = Callable[..., pytest.RunResult]
ROOT = stage.__file__.rpartition("/tests/")[0]


@pytest.fixture
def play(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Play:
    """Run a feature's text on the stage: `play(text, "--seed", "7")`."""
    monkeypatch.setenv("PYTHONPATH", ROOT)
    monkeypatch.setenv("PYTEST_ADDOPTS", "")
    pytester.makeconftest(stage.CONFTEST)
    for name in ("shop", "broken", "silent", "forbidden", "unsteady", "unreachable", "interrupted"):
        manifest = stage.MANIFEST.replace("NAME", name)
        pytester.makefile(".yaml", **{name: manifest})

    def run(text: str, *args: str, apart: bool = False) -> pytest.RunResult:
        (pytester.path / "shop.feature").write_text(text, encoding="utf-8")
        # The entry point may have loaded the plugin already; naming it again changes nothing.
        plugins = ("-p", "reconverge.pytest_plugin", "-p", "no:cacheprovider")
        start = pytester.runpytest_subprocess if apart else pytester.runpytest_inprocess
        return start(*plugins, "--report-dir=runs/now", *args)

    return run
