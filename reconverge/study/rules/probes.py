"""Probes: what the kubelet would ask, and whether anybody could answer."""

from __future__ import annotations

from collections.abc import Iterator

from reconverge.cluster.fields import Steps
from reconverge.study.flaws import Flaw
from reconverge.study.written import Written

PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_MECHANISMS = ("httpGet", "tcpSocket", "exec", "grpc")


def _probes(one: Written) -> Iterator[tuple[str, Steps, dict[str, object], dict[str, object]]]:
    """Each probe: its field, its path, itself and its container."""
    for path, container in one.containers():
        for field in PROBES:
            probe = container.get(field)
            if isinstance(probe, dict):
                yield field, (*path, field), probe, container


def mechanisms(one: Written) -> Iterator[Flaw]:
    """A probe has exactly one mechanism."""
    for field, path, probe, _ in _probes(one):
        found = [word for word in _MECHANISMS if word in probe]
        if not found:
            yield one.flaw("RCS303", path, probe=field)
        if len(found) > 1:
            count, listed = len(found), ", ".join(found)
            yield one.flaw("RCS304", (*path, found[1]), probe=field, count=count, names=listed)


def ports(one: Written) -> Iterator[Flaw]:
    """A probe asks a port that its container declares, if it declares any."""
    for field, path, probe, container in _probes(one):
        declared = _declared(container)
        for word in ("httpGet", "tcpSocket", "grpc"):
            mechanism = probe.get(word)
            port = mechanism.get("port") if isinstance(mechanism, dict) else None
            where = (*path, word, "port")
            if isinstance(port, str) and port not in declared.values():
                yield one.flaw("RCS302", where, probe=field, port=port)
            elif isinstance(port, int) and declared and port not in declared:
                listed = ", ".join(map(str, declared))
                yield one.flaw("RCS301", where, probe=field, port=port, ports=listed)


def _declared(container: dict[str, object]) -> dict[object, object]:
    """The container's ports by number, with their names."""
    rows = container.get("ports")
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return {row.get("containerPort"): row.get("name") for row in found}


def thresholds(one: Written) -> Iterator[Flaw]:
    """Only a readiness probe may ask for more than one success."""
    for field, path, probe, _ in _probes(one):
        count = probe.get("successThreshold", 1)
        if field != "readinessProbe" and isinstance(count, int) and count != 1:
            yield one.flaw("RCS305", (*path, "successThreshold"), probe=field, count=count)
