"""A server of the test's own, and what the tests of this room build on it."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from kubernetes.client import Configuration

from reconverge.clock import RealClock
from reconverge.cluster.api import KubernetesCluster
from reconverge.cluster.transport import PATIENT, Patience, Transport
from reconverge.timeline import AnyRecord, Entry, Timeline
from tests.cluster.apiserver import ApiServer


@pytest.fixture
def server() -> Iterator[ApiServer]:
    server = ApiServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls_server(authority: trustme.CA) -> Iterator[ApiServer]:
    """It speaks TLS, as every API server does; its certificate is signed by `authority`."""
    protocol = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(protocol)
    server = ApiServer(protocol)
    yield server
    server.close()


@pytest.fixture
def authority_file(authority: trustme.CA, tmp_path: Path) -> str:
    """Where a client reads whom to believe."""
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def transport_to(url: str, *, patience: Patience = PATIENT, authority: str = "") -> Transport:
    configuration = Configuration()
    configuration.host, configuration.ssl_ca_cert = url, authority or None
    return Transport(configuration, patience=patience)


@pytest.fixture
def api(server: ApiServer, authority_file: str) -> KubernetesCluster:
    return KubernetesCluster(transport_to(server.url, authority=authority_file), name="test")


@pytest.fixture
def timeline() -> Timeline:
    return Timeline(RealClock())


def wait_for(timeline: Timeline, wanted: Callable[[Entry], bool], *, within_s: float = 10) -> Entry:
    """The first entry that is `wanted`; fails when none comes."""
    until_s = timeline.now_s() + within_s
    seen = 0
    with timeline.condition:
        while timeline.now_s() < until_s:
            for entry in timeline.entries(seen):
                if wanted(entry):
                    return entry
            seen = len(timeline)
            timeline.clock.wait(timeline.condition, timeout_s=until_s - timeline.now_s())
    records = "\n".join(str(entry.record)[:200] for entry in timeline.entries())
    pytest.fail(f"not on the timeline within {within_s:g} s; it has:\n{records}")


def stays_absent(timeline: Timeline, unwanted: Callable[[Entry], bool], *, for_s: float) -> None:
    """Fails when an `unwanted` entry comes within `for_s` seconds from now."""
    until_s = timeline.now_s() + for_s
    seen = len(timeline)
    with timeline.condition:
        while timeline.now_s() < until_s:
            timeline.clock.wait(timeline.condition, timeout_s=until_s - timeline.now_s())
            for entry in timeline.entries(seen):
                assert not unwanted(entry), f"came nevertheless: {entry.record}"
            seen = len(timeline)


def wait_for_record(timeline: Timeline, record: type[AnyRecord], *, nth: int = 1) -> Entry:
    """The `nth` record of that type."""
    found = 0

    def is_nth(entry: Entry) -> bool:
        nonlocal found
        found += isinstance(entry.record, record)
        return found == nth

    return wait_for(timeline, is_nth)
