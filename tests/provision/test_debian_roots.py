"""What builds root file systems is installed when we may, and asked for by name when we may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconverge import shell
from reconverge.errors import Unavailable
from reconverge.provision import debian_roots
from reconverge.provision.debian_roots import require_tools, root_step
from reconverge.provision.machine import RealMachine


class BareMachine(RealMachine):
    """A Debian with nothing but apt-get; it remembers what was run, and every program succeeds."""

    def __init__(self, *, is_root: bool = True) -> None:
        self._is_root, self.ran = is_root, list[str]()

    @property
    def is_root(self) -> bool:
        """Whether we may install."""
        return self._is_root

    def run(self, command: shell.Command, **_: Any) -> shell.Completed:
        """Remember it."""
        words = tuple(str(word) for word in command)
        self.ran.append(" ".join(words))
        return shell.Completed(words, 0, "", "")

    def which(self, program: str) -> str | None:
        """Nothing but apt-get is there."""
        return "/usr/bin/apt-get" if program == "apt-get" else None


def unheard(line: str) -> None:
    """Progress that nobody may see."""
    raise AssertionError(line)


@pytest.fixture(autouse=True)
def no_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on an Ubuntu without Debian's keys."""
    monkeypatch.setattr(debian_roots, "KEYRING", tmp_path / "missing.gpg")


def test_missing_tools_are_installed_and_announced() -> None:
    """Both the program and the keys, with one word beforehand."""
    machine, said = BareMachine(), list[str]()
    require_tools(machine, allow_install=True, progress=said.append)
    installs = [command for command in machine.ran if "apt-get install" in command]
    assert len(installs) == 1
    assert installs[0].endswith("mmdebstrap debian-archive-keyring")
    assert "mmdebstrap debian-archive-keyring" in said[0]


def test_without_permission_the_command_is_named() -> None:
    """Nothing is run; the cure can be pasted."""
    machine = BareMachine()
    with pytest.raises(Unavailable) as error:
        require_tools(machine, allow_install=False, progress=unheard)
    assert error.value.cure == "type `sudo apt-get install mmdebstrap debian-archive-keyring`"
    assert machine.ran == []


def test_without_root_the_command_is_named() -> None:
    """Being allowed is not being able."""
    with pytest.raises(Unavailable, match="building a node image needs") as error:
        require_tools(BareMachine(is_root=False), allow_install=True, progress=unheard)
    assert "sudo apt-get install mmdebstrap" in error.value.cure


def test_another_package_or_suite_is_another_root() -> None:
    """Both decide what is built, so both are in the key."""
    step = root_step("root", "bookworm", ["iptables"], variant="extract")
    keys = {
        step.key,
        root_step("root", "trixie", ["iptables"], variant="extract").key,
        root_step("root", "bookworm", ["iptables", "kmod"], variant="extract").key,
        root_step("root", "bookworm", ["iptables"], variant="essential").key,
    }
    assert len(keys) == 4
