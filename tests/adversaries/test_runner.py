"""Is the runner itself to be trusted? It must find wrong verdicts, and its wire must obey."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from reconverge.verdict import Finding, Verdict
from tests.adversaries.evidence import Evidence
from tests.adversaries.proxy import Wire
from tests.adversaries.scenarios import SCENARIOS

HELD = Finding(promise="p", verdict=Verdict.HELD, why="", decided_s=12.0, instant_s=10.0)
BROKEN = Finding(promise="p", verdict=Verdict.BROKEN, why="", decided_s=35.0)
UNKNOWN = Finding(promise="p", verdict=Verdict.UNKNOWN, why="", decided_s=35.0)


def evidence(since_s: float | None, *acts_s: float, **known: bool) -> Evidence:
    return Evidence(deadline_s=30.0, converged_since_s=since_s, acts_s=acts_s, **known)


@pytest.mark.parametrize(
    ("finding", "known", "flaw"),
    [
        (HELD, evidence(9.5), ""),
        (HELD, evidence(None), "it is not converged"),
        (HELD, evidence(9.5, is_silenced=True), "could not have answered"),
        (HELD, evidence(9.5, was_hit=False), "nothing was hit"),
        (HELD, evidence(9.5, 11.0), "spoiled at 11.0 s"),
        (HELD, evidence(9.5, 9.9), ""),
        (HELD, evidence(None, 12.1), ""),
        (BROKEN, evidence(None), ""),
        (BROKEN, evidence(26.0), "converged from 26.0 s on"),
        (BROKEN, evidence(28.0), ""),
        (BROKEN, evidence(26.0, is_silenced=True), ""),
        (BROKEN, evidence(26.0, was_hit=False), ""),
        (BROKEN, evidence(26.0, 20.0), ""),
        (UNKNOWN, evidence(9.5), ""),
        (UNKNOWN, evidence(None, is_silenced=True), ""),
    ],
)
def test_a_wrong_verdict_is_told_from_a_right_one(
    finding: Finding, known: Evidence, flaw: str
) -> None:
    """By the truth, by who was silenced, by what was hit, and by when a rival acted."""
    found = known.flaw_of(finding)
    assert flaw in found
    assert bool(found) is bool(flaw)


def test_each_scenario_has_a_name_of_its_own() -> None:
    """The table finds its cells by it."""
    names = [one.name for one in SCENARIOS]
    assert len(set(names)) == len(names)


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that says again what it hears."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                near, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(near,), daemon=True).start()

    def answer(near: socket.socket) -> None:
        while chunk := near.recv(100):
            near.sendall(chunk)

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1]
    server.shutdown(socket.SHUT_RDWR)
    server.close()


def test_a_wire_passes_on_stalls_and_breaks(echo: int) -> None:
    """Whole it passes on, stalled it keeps what it gets, cut it breaks and refuses, then mends."""
    wire = Wire(echo)
    near = socket.create_connection(("127.0.0.1", wire.port))
    near.sendall(b"one")
    assert near.recv(100) == b"one"
    wire.stall()
    near.sendall(b"two")
    near.settimeout(0.3)
    with pytest.raises(TimeoutError):
        near.recv(100)
    near.settimeout(10)
    wire.mend()
    assert near.recv(100) == b"two"
    wire.cut()
    assert near.recv(100) == b""
    with socket.create_connection(("127.0.0.1", wire.port)) as refused:
        assert refused.recv(100) == b""
    wire.mend()
    with socket.create_connection(("127.0.0.1", wire.port)) as anew:
        anew.sendall(b"three")
        assert anew.recv(100) == b"three"
    wire.close()
