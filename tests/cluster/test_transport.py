"""What comes together is handed on together, over either kind of connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from reconverge.cluster.errors import Unreachable
from reconverge.cluster.transport import LineStream, Silent
from tests.cluster.apiserver import ApiServer, Watch, line, pod
from tests.cluster.conftest import transport_to

SILENCE_S = 0.2
LINES = [line("MODIFIED", pod("a", version)) for version in range(1, 6)]


@pytest.fixture(params=["server", "tls_server"], ids=["plain", "TLS"])
def server(request: pytest.FixtureRequest) -> ApiServer:
    server: ApiServer = request.getfixturevalue(request.param)
    return server


@pytest.fixture
def stream(server: ApiServer, authority_file: str) -> Iterator[LineStream]:
    transport = transport_to(server.url, authority=authority_file)
    with closing(transport.stream("/pods", query={"watch": "1"}, silence_s=SILENCE_S)) as stream:
        yield stream


@pytest.fixture
def watch(server: ApiServer, stream: LineStream) -> Watch:
    del stream
    return server.next_watch()


def test_lines_that_came_one_by_one_are_read_together(stream: LineStream, watch: Watch) -> None:
    """Each is a record of its own over TLS, of which a read of the socket gives one."""
    for one in LINES:
        watch.send(one)
    together = next(stream.batches())
    assert together == [one.rstrip() for one in LINES]


def test_whoever_reads_ahead_waits_afterwards(stream: LineStream, watch: Watch) -> None:
    """What was not there yet is awaited as long as before, and then missed."""
    batches = stream.batches()
    watch.send(LINES[0])
    assert next(batches) == [LINES[0].rstrip()]
    watch.send(LINES[1])
    assert next(batches) == [LINES[1].rstrip()]
    with pytest.raises(Silent):
        next(batches)


def test_what_came_before_the_end_is_handed_on(stream: LineStream, watch: Watch) -> None:
    """A connection that breaks takes with it nothing that has arrived."""
    for one in LINES:
        watch.send(one)
    watch.cut()
    batches = stream.batches()
    assert next(batches) == [one.rstrip() for one in LINES]
    with pytest.raises(Unreachable):
        next(batches)
