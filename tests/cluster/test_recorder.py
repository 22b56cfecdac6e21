"""Does the recorder lose nothing, and does it say so where it was dark? Over real sockets."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

import pytest

from reconverge.cluster import recorder as recording
from reconverge.cluster.api import ApiSource, KubernetesCluster
from reconverge.cluster.errors import Forbidden, NotFound, Unreachable
from reconverge.cluster.kinds import CORE
from reconverge.cluster.recorder import WatchRecorder
from reconverge.errors import Unavailable
from reconverge.timeline import Gap, Lost, Noted, Observed, Resumed, Synced, Timeline
from tests.cluster.apiserver import ApiServer, bookmark, compact, line, listing, pod, status
from tests.cluster.conftest import transport_to, wait_for, wait_for_record

Start = Callable[..., WatchRecorder]


@pytest.fixture(params=["server", "tls_server"], ids=["plain", "TLS"])
def server(request: pytest.FixtureRequest) -> ApiServer:
    """What a broken connection looks like to its reader is another matter over TLS."""
    server: ApiServer = request.getfixturevalue(request.param)
    return server


@pytest.fixture
def start(server: ApiServer, authority_file: str, timeline: Timeline) -> Iterator[Start]:
    """Start recording the pods of the namespace `ns`, stopped at the end of the test."""
    started: list[WatchRecorder] = []

    def start(*, silence_s: float = 30.0, deadline_s: float = 10.0) -> WatchRecorder:
        recorder = WatchRecorder(
            ApiSource(transport_to(server.url, authority=authority_file)),
            timeline,
            kinds=[CORE["Pod"]],
            namespaces=["ns"],
            silence_s=silence_s,
        )
        started.append(recorder)
        recorder.wait_until_synced(deadline_s=deadline_s)
        return recorder

    yield start
    for one in started:
        one.stop()


def pods(timeline: Timeline) -> set[str]:
    return {one.name for one in timeline.latest().objects("Pod")}


def told(timeline: Timeline, *records: type) -> list[object]:
    return [entry.record for entry in timeline.entries() if isinstance(entry.record, records)]


def wait_for_pod(timeline: Timeline, name: str) -> None:
    wait_for(timeline, lambda entry: entry.view is not None and entry.view.name == name)


def test_what_is_listed_comes_before_synced(
    server: ApiServer, start: Start, timeline: Timeline
) -> None:
    """When the recorder says synced, every listed object is on the timeline."""
    server.listing = listing(10, pod("a", 3), pod("b", 4))
    start()
    synced = wait_for_record(timeline, Synced)
    assert {one.name for one in synced.snapshot.objects("Pod")} == {"a", "b"}
    assert synced.record == Synced(
        at_s=synced.at_s, kind="Pod", resource_version=10, namespace="ns"
    )


def test_a_watch_goes_on_where_the_list_ended(
    server: ApiServer, start: Start, timeline: Timeline
) -> None:
    """The watch begins at the list's resourceVersion and every change reaches the timeline."""
    server.listing = listing(10, pod("a", 3))
    start()
    watch = server.next_watch()
    assert watch.query["resourceVersion"] == "10"
    assert watch.query["allowWatchBookmarks"] == "true"
    watch.send(line("ADDED", pod("b", 11)), line("DELETED", pod("a", 12)))
    watch.send(line("MODIFIED", pod("b", 13, app="x")))
    wait_for(timeline, lambda entry: bool(entry.view and entry.view.metadata.labels))
    assert pods(timeline) == {"b"}
    assert [
        record.change for record in told(timeline, Observed) if isinstance(record, Observed)
    ] == ["listed", "added", "deleted", "modified"]


def test_a_line_may_come_in_pieces(server: ApiServer, start: Start, timeline: Timeline) -> None:
    """A line that spans several chunks is one delivery."""
    start()
    whole = line("ADDED", pod("a", 11)) + line("ADDED", pod("b", 12))
    watch = server.next_watch()
    for begin in range(0, len(whole), 7):
        watch.send(whole[begin : begin + 7])
    wait_for_pod(timeline, "b")
    assert pods(timeline) == {"a", "b"}


def test_a_stream_that_ends_is_reopened_after_the_last_bookmark(
    server: ApiServer, start: Start, timeline: Timeline
) -> None:
    """An ordinary end costs nothing: no gap, no loss, no second list."""
    start()
    watch = server.next_watch()
    watch.send(bookmark(55))
    watch.end()
    assert server.next_watch().query["resourceVersion"] == "55"
    assert told(timeline, Gap, Lost) == []
    assert server.lists == 1


def test_a_connection_cut_in_a_line_goes_on_after_the_last_whole_one(
    server: ApiServer, start: Start, timeline: Timeline
) -> None:
    """Half a line is not taken for a delivery, and nothing before it is asked for again."""
    start()
    watch = server.next_watch()
    watch.send(line("ADDED", pod("a", 11)), line("ADDED", pod("b", 12))[:40])
    watch.cut()
    again = server.next_watch()
    assert again.query["resourceVersion"] == "11"
    again.send(line("ADDED", pod("b", 12)))
    wait_for_pod(timeline, "b")
    assert told(timeline, Gap, Lost) == []


@pytest.mark.parametrize("how", ["event", "status"])
def test_lost_history_is_a_gap_and_a_new_list(
    server: ApiServer, start: Start, timeline: Timeline, how: str
) -> None:
    """After 410 the snapshot is right again, and what happened in between is marked as a gap."""
    server.listing = listing(10, pod("a", 3), pod("b", 4), pod("c", 5))
    start()
    watch = server.next_watch()
    server.listing = listing(40, pod("a", 30), pod("c", 5), pod("d", 31))
    if how == "event":
        watch.send(line("ERROR", status(410, "too old resource version: 10 (20)")))
    else:
        server.refusals = [(410, compact(status(410, "too old resource version: 10 (20)")))]
        watch.end()
    synced = wait_for_record(timeline, Synced, nth=2)
    assert {one.name for one in synced.snapshot.objects("Pod")} == {"a", "c", "d"}
    (gap,) = told(timeline, Gap)
    assert isinstance(gap, Gap)
    assert "too old" in gap.reason
    assert gap.namespace == "ns"
    assert synced.outages == ()
    changes = [
        (record.change, record.uid, record.resource_version)
        for record in told(timeline, Observed)
        if isinstance(record, Observed)
    ][3:]
    assert changes == [
        ("listed", "uid-a", 30),
        ("listed", "uid-d", 31),
        ("deleted", "uid-b", 40),
    ]
    assert server.next_watch().query["resourceVersion"] == "40"


def test_a_position_the_server_never_had_is_a_gap(
    server: ApiServer, start: Start, timeline: Timeline
) -> None:
    """A server restored from an older state says "too large"; that is lost history too."""
    start()
    watch = server.next_watch()
    causes = {"causes": [{"reason": "ResourceVersionTooLarge", "message": "too large"}]}
    watch.send(line("ERROR", status(504, "Too large resource version", details=causes)))
    wait_for_record(timeline, Synced, nth=2)
    assert len(told(timeline, Gap)) == 1


def test_a_repetition_never_overwrites_what_is_newer(
    server: ApiServer, start: Start, timeline: Timeline
) -> None:
    """Deliveries at or below the position are dropped, once with a note."""
    start()
    watch = server.next_watch()
    watch.send(line("ADDED", pod("a", 11)), line("MODIFIED", pod("a", 12, app="new")))
    watch.send(line("ADDED", pod("a", 11)), line("MODIFIED", pod("a", 12)))
    watch.send(line("DELETED", pod("a", 13)), line("MODIFIED", pod("a", 12)))
    watch.send(line("ADDED", pod("end", 14)))
    wait_for_pod(timeline, "end")
    assert pods(timeline) == {"end"}
    assert len(told(timeline, Observed)) == 4
    assert len(told(timeline, Noted)) == 1


def test_silence_is_a_loss_until_the_watch_is_open_again(
    server: ApiServer, start: Start, timeline: Timeline
) -> None:
    """A connection without even a bookmark is given up; the timeline tells from when to when."""
    start(silence_s=0.3)
    silent = server.next_watch()
    silent.send(line("ADDED", pod("a", 11)))
    again = server.next_watch()
    resumed = wait_for_record(timeline, Resumed)
    (lost,) = told(timeline, Lost)
    assert isinstance(lost, Lost)
    assert "not even a bookmark" in lost.reason
    assert lost.since_s + 0.3 <= lost.at_s < resumed.at_s
    assert again.query["resourceVersion"] == "11"
    assert resumed.outages == ()
    assert told(timeline, Gap) == []


def test_bookmarks_alone_keep_a_stream_alive(
    server: ApiServer, start: Start, timeline: Timeline
) -> None:
    """A quiet kind with bookmarks is not a silent one."""
    start(silence_s=0.6)
    watch = server.next_watch()
    tick = threading.Event()
    for version in range(20, 28):
        watch.send(bookmark(version))
        tick.wait(0.15)  # the server's pace, which is what this test is about
    watch.send(line("ADDED", pod("a", 40)))
    wait_for_pod(timeline, "a")
    assert told(timeline, Lost) == []


def test_a_server_that_is_gone_is_a_loss_and_its_return_is_noticed(
    server: ApiServer, start: Start, timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the API server fails, the watch is lost; then it goes on without a gap."""
    monkeypatch.setattr(recording, "BACKOFF_MAX_S", 0.05)
    start()
    watch = server.next_watch()
    watch.send(line("ADDED", pod("a", 11)))
    wait_for_pod(timeline, "a")
    server.refusals = [(503, compact(status(503, "starting")))] * 3
    watch.cut()
    again = server.next_watch()
    resumed = wait_for_record(timeline, Resumed)
    assert again.query["resourceVersion"] == "11"
    assert len(told(timeline, Lost)) == 1
    assert resumed.outages == ()
    assert told(timeline, Gap) == []


def test_a_server_that_always_fails_a_position_is_listed_anew(
    server: ApiServer, start: Start, timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that repeats without 410 ends in a gap and a list, not in asking for ever."""
    monkeypatch.setattr(recording, "BACKOFF_MAX_S", 0.01)
    start()
    watch = server.next_watch()
    server.refusals = [(500, compact(status(500, "broken")))] * 9
    watch.end()
    wait_for_record(timeline, Synced, nth=2)
    assert len(told(timeline, Gap)) == 1


def test_stop_ends_a_blocked_read_at_once(
    server: ApiServer, start: Start, timeline: Timeline
) -> None:
    """Stopping needs no message from the server, and leaves no thread behind."""
    recorder = start()
    server.next_watch()
    begin_s = timeline.now_s()
    recorder.stop()
    recorder.stop()
    assert timeline.now_s() - begin_s < 1
    names = [thread.name for thread in threading.enumerate()]
    assert not [name for name in names if name.startswith("watch ")]


def test_nothing_is_recorded_after_stop(
    server: ApiServer, start: Start, timeline: Timeline
) -> None:
    """What the server sends after the stop does not reach the timeline."""
    recorder = start()
    watch = server.next_watch()
    recorder.stop()
    before = len(timeline)
    with contextlib.suppress(OSError):  # whichever error the socket gives, once it is noticed
        for version in range(11, 500):
            watch.send(line("ADDED", pod(f"p{version}", version)))
    assert len(timeline) == before


def test_a_kind_that_is_not_served_is_said_at_once(server: ApiServer, start: Start) -> None:
    """No waiting for the deadline when the answer is known."""
    server.script = [(404, compact(status(404, "the server could not find it")))]
    with pytest.raises(NotFound, match="could not find it"):
        start()


def test_a_missing_permission_is_said_at_once(server: ApiServer, start: Start) -> None:
    """The authoriser's words reach the person."""
    message = 'pods is forbidden: User "jane" cannot list resource "pods"'
    server.script = [(403, compact(status(403, message)))]
    with pytest.raises(Forbidden, match="jane"):
        start()


def test_an_unreachable_server_is_said_at_the_deadline(server: ApiServer, start: Start) -> None:
    """The last error of every missing list is in the message."""
    server.answers["GET /api/v1/namespaces/ns/pods"] = (500, compact(status(500, "etcd is gone")))
    with pytest.raises(Unreachable, match="etcd is gone"):
        start(deadline_s=2.5)


def test_an_object_that_cannot_be_understood_is_a_loss_for_good(
    server: ApiServer, start: Start, timeline: Timeline
) -> None:
    """A quiet timeline would be believed; so it says that this kind is not recorded any more."""
    start()
    server.next_watch().send(line("ADDED", {"metadata": 7}))
    lost = wait_for_record(timeline, Lost)
    assert isinstance(lost.record, Lost)
    assert "not recorded any more" in lost.record.reason


def test_each_namespace_has_its_own_watch(api: KubernetesCluster, timeline: Timeline) -> None:
    """Namespaced kinds are watched in each namespace, a cluster-scoped kind once."""
    recorder = api.record(timeline, kinds=["Pod", "Node"], namespaces=["ns", "kube-system", "ns"])
    recorder.wait_until_synced(deadline_s=10)
    recorder.stop()
    synced = {(one.kind, one.namespace) for one in told(timeline, Synced)}  # type: ignore[attr-defined]
    assert synced == {("Pod", "ns"), ("Pod", "kube-system"), ("Node", "")}


def test_what_came_before_an_error_in_one_piece_is_recorded(
    server: ApiServer, start: Start, timeline: Timeline
) -> None:
    """Events and the 410 that ends them may come together: the events count, then the gap."""
    start()
    watch = server.next_watch()
    server.listing = listing(40, pod("a", 11), pod("b", 12))
    watch.send(
        line("ADDED", pod("a", 11))
        + line("ADDED", pod("b", 12))
        + line("ERROR", status(410, "too old resource version"))
    )
    wait_for_record(timeline, Synced, nth=2)
    records = [type(entry.record) for entry in timeline.entries()]
    assert records == [Synced, Observed, Observed, Gap, Synced]


def test_one_event_is_not_held_back_for_the_next(
    server: ApiServer, start: Start, timeline: Timeline
) -> None:
    """A whole line is on the timeline while half of the next is still on its way."""
    start()
    watch = server.next_watch()
    watch.send(line("ADDED", pod("a", 11)) + line("ADDED", pod("b", 12))[:50])
    wait_for_pod(timeline, "a")
    assert pods(timeline) == {"a"}
    watch.send(line("ADDED", pod("b", 12))[50:])
    wait_for_pod(timeline, "b")


def page(version: int, token: str, *items: dict[str, object]) -> bytes:
    """A page of a list; the last one has no token."""
    return compact(
        {"metadata": {"resourceVersion": str(version), "continue": token}, "items": list(items)}
    )


def test_a_list_in_pages(server: ApiServer, start: Start, timeline: Timeline) -> None:
    """Each page is on the timeline as it comes; what none of them has was deleted."""
    server.listing = page(10, "", pod("a", 3), pod("old", 4))
    start()
    watch = server.next_watch()
    server.script = [
        (200, page(40, "second", pod("a", 30))),
        (200, page(40, "third")),
        (200, page(40, "", pod("b", 31))),
    ]
    watch.send(line("ERROR", status(410, "too old resource version")))
    synced = wait_for_record(timeline, Synced, nth=2)
    assert {one.name for one in synced.snapshot.objects("Pod")} == {"a", "b"}
    queries = [query for _, _, query, _ in server.requests if "limit" in query]
    assert [query.get("continue", "") for query in queries] == ["", "", "second", "third"]
    assert server.next_watch().query["resourceVersion"] == "40"


def test_a_page_that_expired_begins_the_list_anew(
    server: ApiServer, start: Start, timeline: Timeline
) -> None:
    """Nothing was missed by that, so it is no gap; what went away between the lists is told."""
    server.script = [
        (200, page(10, "second", pod("a", 3), pod("gone", 4))),
        (410, compact(status(410, "The provided continue parameter is too old"))),
        (200, page(50, "second", pod("a", 3))),
        (200, page(50, "", pod("b", 31))),
    ]
    start()
    assert pods(timeline) == {"a", "b"}
    assert told(timeline, Gap) == []
    changes = [(one.change, one.uid) for one in told(timeline, Observed)]  # type: ignore[attr-defined]
    assert changes == [
        ("listed", "uid-a"),
        ("listed", "uid-gone"),
        ("listed", "uid-b"),
        ("deleted", "uid-gone"),
    ]
    assert server.next_watch().query["resourceVersion"] == "50"


def test_deliveries_out_of_order_never_go_back(
    server: ApiServer, start: Start, timeline: Timeline
) -> None:
    """However late and how often old versions come again, the world only goes forward."""
    server.listing = listing(10, pod("a", 3), pod("b", 4))
    start()
    watch = server.next_watch()
    new = line("MODIFIED", pod("a", 20, app="new"))
    gone = line("DELETED", pod("b", 21))
    late = line("MODIFIED", pod("a", 15, app="late")) + line("ADDED", pod("b", 16))
    watch.send(new + gone + late + new + late + line("ADDED", pod("end", 22)))
    wait_for_pod(timeline, "end")
    assert pods(timeline) == {"a", "end"}
    [a] = [one for one in timeline.latest().objects("Pod") if one.name == "a"]
    assert a.metadata.labels == {"app": "new"}
    versions = [one.resource_version for one in told(timeline, Observed)]  # type: ignore[attr-defined]
    assert versions == sorted(versions)


def test_a_restarted_server_is_followed_from_the_last_position(
    server: ApiServer, start: Start, timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is down, starting, then has what happened meanwhile: late, but nothing is missing."""
    monkeypatch.setattr(recording, "BACKOFF_MAX_S", 0.05)
    start()
    watch = server.next_watch()
    watch.send(line("ADDED", pod("a", 11)))
    wait_for_pod(timeline, "a")
    server.refusals = [(500, b""), (503, compact(status(503, "starting"))), (429, b"later")]
    watch.cut()
    again = server.next_watch()
    again.send(line("MODIFIED", pod("a", 12, app="x")) + line("DELETED", pod("a", 13)))
    wait_for(timeline, lambda entry: entry.snapshot.is_gone("uid-a"))
    assert again.query["resourceVersion"] == "11"
    assert len(told(timeline, Lost)) == len(told(timeline, Resumed)) == 1
    assert told(timeline, Gap) == []


def test_a_full_disk_is_no_quiet_cluster(
    server: ApiServer, start: Start, timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the disk does not take is a loss for good, said as soon as it has room again."""
    monkeypatch.setattr(recording, "BACKOFF_MAX_S", 0.01)
    start()
    watch = server.next_watch()
    full = [Unavailable("no space left")] * 3

    def append(*args: object, **more: object) -> object:
        if full:
            raise full.pop()
        return Timeline.append(timeline, *args, **more)  # type: ignore[arg-type]

    def observe(*_: object, **__: object) -> None:
        raise full.pop()

    monkeypatch.setattr(timeline, "append", append)
    monkeypatch.setattr(timeline, "observe", observe)
    watch.send(line("ADDED", pod("a", 11)))
    lost = wait_for_record(timeline, Lost)
    assert isinstance(lost.record, Lost)
    assert "not recorded any more" in lost.record.reason
    assert "no space left" in lost.record.reason
