"""Is every write of the audit log on the timeline, whatever happens to the file and its reader?"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from reconverge.cluster import audit
from reconverge.cluster.audit import PAST, PAST_ENDS, AuditRecorder, follow, past, written
from reconverge.cluster.errors import NotFound, Unreachable
from reconverge.shell import Running, run
from reconverge.timeline import AUDIT_LOG, Gap, Synced, Timeline, Wrote
from tests.cluster.conftest import wait_for, wait_for_record

Json = dict[str, object]
Start = Callable[[], AuditRecorder]


def event(name: str = "a", *, verb: str = "create", uri: str = "/x", **target: str) -> Json:
    """An audit event of level Metadata as kube-apiserver 1.34 writes it."""
    reference = {"resource": "pods", "namespace": "exp", "name": name, "apiVersion": "v1", **target}
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": "43fa17a7",
        "stage": "ResponseComplete",
        "requestURI": uri,
        "verb": verb,
        "user": {"username": "system:node:worker", "groups": ["system:nodes"]},
        "userAgent": "kubelet/v1.34.4 (linux/amd64) kubernetes/$Format",
        "objectRef": reference,
        "responseStatus": {"metadata": {}, "code": 200},
        "requestReceivedTimestamp": "2026-01-01T00:00:22.392995Z",
        "stageTimestamp": "2026-01-01T00:00:22.403957Z",
    }


def text(*events: Json) -> str:
    return "".join(json.dumps(one) + "\n" for one in events)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log that a booted cluster has written to."""
    path = tmp_path / "audit.log"
    path.write_text(text(event("old"), event("older")))
    return path


@pytest.fixture
def start(
    log: Path, timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], AuditRecorder]]:
    """Start reading the log, stopped at the end of the test."""
    monkeypatch.setattr(audit, "PAUSE_S", 0.01)
    started: list[AuditRecorder] = []

    def start() -> AuditRecorder:
        recorder = reading(log, timeline, ["exp", "exp"])
        started.append(recorder)
        recorder.wait_until_synced(deadline_s=10)
        return recorder

    yield start
    for one in started:
        one.stop()


def add(log: Path, *events: Json) -> None:
    with log.open("a") as file:
        file.write(text(*events))


def mark_in(log: Path) -> str:
    """What an API server writes of a dry run."""
    add(log, event("mark", uri="/x?dryRun=All"))
    return '"name": "mark"'


def reading(
    log: Path,
    timeline: Timeline,
    namespaces: list[str],
    *,
    starting: Callable[[], Running] | None = None,
) -> AuditRecorder:
    return AuditRecorder(
        starting or (lambda: follow((), str(log))),
        timeline,
        namespaces=namespaces,
        leave_mark=lambda: mark_in(log),
    )


def names(timeline: Timeline) -> list[str]:
    return [entry.record.name for entry in timeline.entries() if isinstance(entry.record, Wrote)]


def wait_for_write(timeline: Timeline, name: str) -> None:
    wait_for(timeline, lambda one: isinstance(one.record, Wrote) and one.record.name == name)


def test_a_line_says_who_did_what() -> None:
    """User, verb, object, subresource, answer and both instants, in microseconds."""
    one = event("a", verb="update", subresource="status", uid="u", resourceVersion="17")
    write = written(json.dumps(one).encode())
    assert write is not None
    assert (write.user, write.verb, write.agent) == (
        "system:node:worker",
        "update",
        "kubelet/v1.34.4",
    )
    assert (write.kind, write.namespace, write.name, write.uid) == ("Pod", "exp", "a", "u")
    assert (write.subresource, write.code, write.based_on) == ("status", 200, 17)
    assert (write.answered - write.received).microseconds == 10962


@pytest.mark.parametrize(
    "one",
    [
        event(verb="get"),
        event(uri="/api/v1/pods?dryRun=All&fieldManager=x"),
        {**event(), "objectRef": None},
    ],
)
def test_what_changes_nothing_is_no_write(one: Json) -> None:
    """Reads, dry runs and requests about no object are left out."""
    assert written(json.dumps(one).encode()) is None


def test_resources_are_named_by_their_kind() -> None:
    """Those of the table are; any other keeps the plural that the log has."""
    one = event(resource="replicasets", apiGroup="apps")
    two = event(resource="widgets", apiGroup="example.org")
    kinds = [written(json.dumps(each).encode()) for each in (one, two)]
    assert [each.kind for each in kinds if each is not None] == ["ReplicaSet", "widgets"]


def past_of(folder: Path, namespace: str) -> tuple[Wrote, ...]:
    """As on a node whose log is in `folder`."""
    script = PAST.replace("/var/log/kubernetes/audit", str(folder))
    ended = run(["sh", "-c", script, "sh", namespace], accept=PAST_ENDS)
    return past(ended, namespace)


def test_the_past_is_read_in_order_through_rotation(tmp_path: Path) -> None:
    """The rotated parts first; of one namespace only, and not of one that begins like it."""
    rows = {
        "audit-2026-11-30T11-00-00.000.log": [event("a"), event("x", namespace="other")],
        "audit-2026-11-30T12-00-00.000.log": [event("b"), event("y", namespace="exp-2")],
        "audit.log": [event("c"), event("d", verb="get")],
    }
    for name, events in rows.items():
        (tmp_path / name).write_text("".join(json.dumps(one) + "\n" for one in events))
    assert [one.name for one in past_of(tmp_path, "exp")] == ["a", "b", "c"]
    assert past_of(tmp_path, "nowhere") == ()


def test_a_line_that_is_being_written_is_of_no_write_yet(tmp_path: Path) -> None:
    """The last one; half a line in the middle is an error, as something is missing there."""
    whole = json.dumps(event("a")) + "\n"
    (tmp_path / "audit.log").write_text(whole + whole[:90])
    assert [one.name for one in past_of(tmp_path, "e")] == []
    assert [one.name for one in past_of(tmp_path, "exp")] == ["a"]
    half = json.dumps(event("a"))[:-20]
    (tmp_path / "audit.log").write_text(f"{half}\n{whole}")
    with pytest.raises(Unreachable, match="cannot be understood"):
        past_of(tmp_path, "exp")


def test_without_a_log_there_is_no_past(tmp_path: Path) -> None:
    """That is not the same as nobody having written."""
    with pytest.raises(NotFound, match="no audit log"):
        past_of(tmp_path / "gone", "exp")
    with pytest.raises(NotFound, match="no audit log"):
        past_of(tmp_path, "exp")


def test_what_was_written_before_is_not_told(start: Start, log: Path, timeline: Timeline) -> None:
    """From Synced on, each write of the namespace and of nodes, and no other."""
    start()
    other = event("else", namespace="other")
    node = event("n", resource="nodes", namespace="")
    add(log, event("a"), other, node, event("exp", resource="namespaces"), event("end"))
    wait_for_write(timeline, "end")
    assert names(timeline) == ["a", "n", "exp", "end"]
    synced = [one.record for one in timeline.entries() if isinstance(one.record, Synced)]
    assert [(one.kind, one.namespace) for one in synced] == [(AUDIT_LOG, ""), (AUDIT_LOG, "exp")]


def test_the_log_is_followed_through_rotation(start: Start, log: Path, timeline: Timeline) -> None:
    """Renamed at a line's end and begun anew, twice: nothing is missed, nothing told twice."""
    start()
    for turn in range(2):
        add(log, event(f"last {turn}"))
        log.rename(log.with_name(f"audit-{turn}.log"))
        log.write_text(text(event(f"first {turn}")))
        wait_for_write(timeline, f"first {turn}")
    assert names(timeline) == ["last 0", "first 0", "last 1", "first 1"]
    assert not [one for one in timeline.entries() if isinstance(one.record, Gap)]


def test_a_line_in_two_pieces(start: Start, log: Path, timeline: Timeline) -> None:
    """Half a line is not taken for a write."""
    start()
    whole = text(event("a"))
    for piece in (whole[:50], whole[50:]):
        with log.open("a") as file:
            file.write(piece)
    wait_for_write(timeline, "a")


def test_a_reader_that_ends_is_a_gap(
    log: Path, timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The node is stopped: what is written meanwhile may be missing, and then it goes on."""
    monkeypatch.setattr(audit, "PAUSE_S", 0.01)
    runs: list[Running] = []

    def starting() -> Running:
        runs.append(follow((), str(log)))
        return runs[-1]

    recorder = reading(log, timeline, ["exp"], starting=starting)
    recorder.wait_until_synced(deadline_s=10)
    add(log, event("a"))
    wait_for_write(timeline, "a")
    runs[0].end()
    gap = wait_for_record(timeline, Gap, nth=2)
    assert isinstance(gap.record, Gap)
    assert {(one.kind, one.namespace) for one in gap.outages} == {
        (AUDIT_LOG, ""),
        (AUDIT_LOG, "exp"),
    }
    synced = wait_for_record(timeline, Synced, nth=4)
    assert synced.outages == ()
    recorder.stop()


def test_a_line_that_cannot_be_understood_is_a_gap(
    start: Start, log: Path, timeline: Timeline
) -> None:
    """It may have been a write, so the log does not prove anything about that time."""
    start()
    with log.open("a") as file:
        file.write("{not json\n")
    gap = wait_for_record(timeline, Gap)
    assert isinstance(gap.record, Gap)
    assert "cannot be understood" in gap.record.reason


def test_a_cluster_without_a_log(timeline: Timeline, tmp_path: Path) -> None:
    """It is said at once."""
    missing = str(tmp_path / "none.log")
    recorder = reading(Path(missing), timeline, ["exp"])
    with pytest.raises(NotFound, match="keeps no audit log"):
        recorder.wait_until_synced(deadline_s=10)
    recorder.stop()


def test_a_log_that_cannot_be_reached(timeline: Timeline, tmp_path: Path) -> None:
    """The program's own words come with the deadline."""
    command = ("sh", "-c", "echo no such container >&2; exit 1")
    recorder = reading(tmp_path / "audit.log", timeline, ["exp"], starting=lambda: follow(command))
    with pytest.raises(Unreachable, match="no such container"):
        recorder.wait_until_synced(deadline_s=1)
    recorder.stop()


def test_nothing_is_recorded_after_stop(start: Start, log: Path, timeline: Timeline) -> None:
    """And stopping twice is as stopping once."""
    recorder = start()
    recorder.stop()
    recorder.stop()
    before = len(timeline)
    add(log, event("late"))
    assert len(timeline) == before


def test_a_killed_reader_leaves_nothing_behind(log: Path) -> None:
    """After kill -9 of our process the program in the node ends by itself."""
    program = (
        "import sys; from reconverge.cluster.audit import follow\n"
        f"running = follow((), {str(log)!r})\n"
        "print(running._process.pid, next(running.pieces()) and '', flush=True)\n"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as ours:
        assert ours.stdout is not None
        pid = int(ours.stdout.readline())
        handle = os.pidfd_open(pid)
        ours.send_signal(signal.SIGKILL)
        ours.wait(10)
    poller = select.poll()
    poller.register(handle, select.POLLIN)
    assert poller.poll(10_000), "it goes on"
    os.close(handle)


def test_a_reader_that_is_ended_while_it_starts_leaves_nothing_behind(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first lines may come, and our end, before its shell has started all that it starts."""
    paused = audit._FOLLOW.replace("log=$!\n", "log=$!\nkill -STOP $$\n")
    assert paused != audit._FOLLOW
    monkeypatch.setattr(audit, "_FOLLOW", paused)
    running = follow((), str(log))
    pieces = running.pieces()
    assert next(pieces)
    os.waitid(os.P_PID, running._process.pid, os.WSTOPPED)
    running.end()
    running._process.send_signal(signal.SIGCONT)
    poller = select.poll()
    poller.register(running._process.stdout or -1, select.POLLIN)
    assert poller.poll(10_000), "it goes on"
    assert not next(pieces, b"")
    running.close()


def test_broken_lines_raise() -> None:
    """What is no audit event is not taken for a harmless one."""
    with pytest.raises(msgspec.DecodeError):
        written(b'{"verb":"create"}')
