"""A browser for the tests of what people see: Debian's Chromium, driven by Playwright.

No browser is downloaded. Where there is none and we may, Debian's package is installed, as Docker
is; else the tests are skipped and say so.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from filelock import FileLock

from reconverge.errors import ReconvergeError
from reconverge.provision import apt
from reconverge.provision.machine import Machine, RealMachine
from reconverge.pytest_plugin.options import NO_INSTALL

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str:
    """The path of a Chromium that is installed, or that could be; skips the test where neither."""
    machine = RealMachine()
    # Workers of xdist come at the same time, and apt lets one in.
    with FileLock(Path(tempfile.gettempdir()) / "reconverge-chromium.lock"):
        found = _found(machine)
        if found is None and not os.environ.get(NO_INSTALL):
            try:
                apt.install(machine, ["chromium"], progress=print)
            except ReconvergeError as error:
                pytest.skip(f"no Chromium here, and none can be had: {error}")
            found = _found(machine)
    if found is None:
        pytest.skip(f"no Chromium here, and nothing may be installed ({NO_INSTALL})")
    return found


def _found(machine: Machine) -> str | None:
    return next((str(path) for name in NAMES if (path := machine.which(name))), None)
