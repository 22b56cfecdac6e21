"""The record on disk: in order, whole lines or none, readable as far as it is intact."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconverge.errors import BadInput, ExitCode, Unavailable
from reconverge.model import Snapshot, decode
from reconverge.timeline import (
    Change,
    Delivery,
    Noted,
    Observed,
    Timeline,
    Writer,
    disk,
    read_timeline,
    worlds,
)
from reconverge.verdict import Finding, Verdict
from tests.builders import START, FakeClock, Story, pod


def stored(path: Path) -> Story:
    """A short story on disk."""
    story = Story(path=path)
    story.steady("a", "b")
    story.at(2.5).pod("a", "deleted")
    story.gap()
    story.at(3.25).synced()
    story.timeline.close()
    return story


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    """Records, seconds, snapshots and outages come back as they were."""
    story = stored(tmp_path / "t.jsonl")
    again = read_timeline(tmp_path / "t.jsonl", FakeClock())
    assert again.damage == ""
    assert len(again) == len(story.timeline)
    for one, two in zip(story.timeline.entries(), again.entries(), strict=True):
        assert (one.record, one.outages, one.view) == (two.record, two.outages, two.view)
        assert one.snapshot.pods() == two.snapshot.pods()


def test_damage_in_the_middle(tmp_path: Path) -> None:
    """What follows a damaged line is not believed, and the line is named."""
    path = tmp_path / "t.jsonl"
    stored(path)
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([*lines[:3], b'{"is":"noted"', *lines[4:]]))
    again = read_timeline(path, FakeClock())
    assert len(again) == 3
    assert again.damage.startswith("line 4 cannot be read")


def test_a_line_without_end_is_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line longer than any record is not read into memory; what is before it is believed."""
    monkeypatch.setattr(disk, "LINE_BYTES_MAX", 4000)
    path = tmp_path / "t.jsonl"
    count = len(stored(path).timeline)
    with path.open("ab") as file:
        file.write(b'{"is":"noted","text":"' + b"x" * 5000 + b'"}\n')
    again = read_timeline(path, FakeClock())
    assert len(again) == count
    assert "longer than 4000 bytes" in again.damage


def test_an_object_that_is_none_is_damage(tmp_path: Path) -> None:
    """A whole record with a broken object is no more believed than a broken record."""
    path = tmp_path / "t.jsonl"
    count = len(stored(path).timeline)
    with path.open("ab") as file:
        file.write(
            b'{"is":"observed","kind":"Pod","change":"added","uid":"u",'
            b'"resource_version":99,"object":{"metadata":7}}\n'
        )
    again = read_timeline(path, FakeClock())
    assert len(again) == count
    assert again.damage.startswith(f"line {count + 1} cannot be read")


def test_the_old_format_is_read(tmp_path: Path) -> None:
    """A timeline of format 1 holds whole objects; its judges see the same world."""
    path = tmp_path / "t.jsonl"
    story = stored(path)
    old = path.read_bytes().replace(b'"format":3', b'"format":1')
    wire = b'"metadata":{"managedFields":[{"manager":"kubelet","fieldsV1":{}}],'
    path.write_bytes(old.replace(b'"metadata":{', wire))
    again = read_timeline(path, FakeClock())
    assert again.damage == ""
    for one, two in zip(story.timeline.entries(1), again.entries(1), strict=True):
        assert (one.view, one.outages) == (two.view, two.outages)


def test_objects_on_disk_are_read_again(tmp_path: Path) -> None:
    """An object leaves memory once it is written, and can be had as long as its file can."""
    path = tmp_path / "t.jsonl"
    story = Story(path=path)
    record = story.see("Pod", "added", pod("a", 5)).record
    assert isinstance(record, Observed)
    assert json.loads(bytes(record.object)) == pod("a", 5)
    assert len({record.object, record.object}) == 1
    assert record.object != 7
    path.unlink()
    with pytest.raises(Unavailable, match="cannot be read again"):
        bytes(record.object)


def delivery(uid: str, version: int, change: Change = "modified") -> Delivery:
    wire = msgspec.Raw(msgspec.json.encode(pod(uid, version)))
    writers = (Writer("kubelet", START, "status"),)
    return Delivery("Pod", change, version, wire, decode("Pod", wire), writers)


DELIVERIES = st.lists(
    st.builds(
        delivery,
        st.sampled_from("abc"),
        st.integers(1, 9),
        st.sampled_from(["listed", "added", "modified", "deleted"]),
    ),
    max_size=30,
)


@given(DELIVERIES, st.lists(st.integers(1, 7), max_size=10))
def test_together_is_as_one_by_one(seen: list[Delivery], sizes: list[int]) -> None:
    """However deliveries are batched, file and entries are those of one append each."""
    with tempfile.TemporaryDirectory() as folder:
        single, batched = (Timeline(FakeClock(), path=Path(folder) / name) for name in "sb")
        for one in seen:
            single.append(one.observed, view=one.view)
        left = list(seen)
        for size in [*sizes, len(left)]:
            batched.observe(left[:size])
            del left[:size]
        single.close()
        batched.close()
        assert (Path(folder) / "s").read_bytes() == (Path(folder) / "b").read_bytes()
        for one, two in zip(single.entries(), batched.entries(), strict=True):
            assert (one.index, one.record, one.view) == (two.index, two.record, two.view)
            assert one.snapshot.pods() == two.snapshot.pods()


def test_what_came_together_is_told_once(tmp_path: Path) -> None:
    """One write, one notification, one second for all; how long they waited is on record."""
    timeline = Timeline(clock := FakeClock(), path=tmp_path / "t.jsonl")
    timeline.observe([])
    assert len(timeline) == 0
    clock.now_s = 2.5
    timeline.observe([delivery("a", 1), delivery("b", 2)], received_s=2.4988)
    records = [entry.record for entry in timeline.entries()]
    assert [(one.at_s, one.waited_s) for one in records if isinstance(one, Observed)] == [
        (2.5, 0.0012),
        (2.5, 0.0012),
    ]


@given(DELIVERIES, st.lists(st.integers(0, 29), max_size=20))
def test_worlds_in_any_order(seen: list[Delivery], places: list[int]) -> None:
    """Whoever looks where, and how often, sees the world of that entry."""
    timeline = Timeline(FakeClock())
    timeline.observe(seen)
    before, wanted = Snapshot(), []
    for one in seen:
        stale = before.is_stale("Pod", one.view.uid, one.resource_version)
        if one.change == "deleted":
            before = before.without_object("Pod", one.view.uid)
        elif not stale:
            before = before.with_object("Pod", one.view)
        wanted.append(before.pods())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worlds, "STRIDE", 4)
        patch.setattr(worlds, "READERS", 2)
        for place in places:
            if place < len(seen):
                assert timeline.snapshot_at(place).pods() == wanted[place]


@pytest.mark.parametrize("spoilt", [b'{"is":"unheard-of"}', b"\xff\xfe", b'{"is":"noted"}', b"7"])
def test_lines_that_are_no_records(tmp_path: Path, spoilt: bytes) -> None:
    """An unknown record, one without its fields, or no JSON at all is damage."""
    path = tmp_path / "t.jsonl"
    stored(path)
    with path.open("ab") as file:
        file.write(spoilt + b"\n")
    assert read_timeline(path, FakeClock()).damage


def test_torn_last_line_at_every_byte(tmp_path: Path) -> None:
    """Wherever a kill -9 cuts the file, the lines before the cut are read and the rest is told."""
    path = tmp_path / "t.jsonl"
    stored(path)
    whole = path.read_bytes()
    ends = [index for index, byte in enumerate(whole) if byte == ord("\n")]
    for cut in range(ends[0] + 1, len(whole), 7):
        path.write_bytes(whole[:cut])
        again = read_timeline(path, FakeClock())
        complete = sum(end <= cut for end in ends)
        assert len(again) == complete
        assert bool(again.damage) is (cut - 1 not in ends and cut not in ends)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "not a timeline"),
        (b"\n\n", "not a timeline"),
        (b"apiVersion: v1\n", "not a timeline"),
        (b'{"is":"noted","text":"x"}\n', "not a timeline"),
        (
            b'{"is":"opened","format":4,"scenario":"s","seed":1,"namespace":"n",'
            b'"started":"2026-01-01T00:00:00Z"}\n',
            "timeline of format 4, this program reads 1 to 3",
        ),
    ],
)
def test_foreign_files(tmp_path: Path, content: bytes, what: str) -> None:
    """A file that is no timeline of ours is bad input, with its name."""
    path = tmp_path / "t.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=what) as caught:
        read_timeline(path, FakeClock())
    assert str(path) in str(caught.value)
    assert caught.value.exit_code is ExitCode.BAD_INPUT


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is named with the system's reason."""
    with pytest.raises(BadInput, match="No such file"):
        read_timeline(tmp_path / "none.jsonl", FakeClock())


def test_a_timeline_is_never_overwritten(tmp_path: Path) -> None:
    """Two runs never share a file."""
    stored(tmp_path / "t.jsonl")
    with pytest.raises(FileExistsError):
        Timeline(FakeClock(), path=tmp_path / "t.jsonl")


def test_many_threads_append_in_one_order(tmp_path: Path) -> None:
    """Entries, their seconds and the lines on disk have one order, whoever appends."""
    path = tmp_path / "t.jsonl"
    story = Story(path=path)

    def append(who: int) -> None:
        for number in range(200):
            story.clock.now_s += 0.001
            story.append(lambda at_s, n=number: Noted(at_s=at_s, text=f"{who} {n}"))

    threads = [threading.Thread(target=append, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    story.timeline.close()
    records = [entry.record for entry in story.timeline.entries()]
    assert [entry.index for entry in story.timeline.entries()] == list(range(801))
    assert [entry.record for entry in read_timeline(path, FakeClock()).entries()] == records
    seconds = [record.at_s for record in records]
    assert seconds == sorted(seconds)
    for who in range(4):
        texts = [record.text for record in records if isinstance(record, Noted)]
        mine = [text for text in texts if text.startswith(f"{who} ")]
        assert mine == [f"{who} {number}" for number in range(200)]


def test_a_waiting_thread_is_woken() -> None:
    """An append ends the wait on the timeline's condition."""
    story, woken = Story(), threading.Event()
    started = threading.Event()

    def wait() -> None:
        with story.timeline.condition:
            started.set()
            story.timeline.condition.wait_for(lambda: len(story.timeline) > 1, timeout=10)
        woken.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert started.wait(10)
    story.note()
    thread.join(10)
    assert woken.is_set()


def test_undo_and_verdict_are_synced_to_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An injection and a finding survive a power cut; an observation need not."""
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    story = Story(path=tmp_path / "t.jsonl")
    assert len(synced) == 1
    story.pod("a", "added")
    assert len(synced) == 1
    story.judged("1", Finding(promise="p", verdict=Verdict.HELD, why="w", decided_s=1.0))
    assert len(synced) == 2


class FullDisk:
    """A file that takes a few bytes at a time until the disk is full."""

    name = "t.jsonl"

    def __init__(self, room: int) -> None:
        self.content = b""
        self.room = room

    def write(self, line: memoryview) -> int:
        if self.room == 0:
            raise OSError(28, "No space left on device")
        taken = bytes(line[: min(10, self.room)])
        self.content += taken
        self.room -= len(taken)
        return len(taken)

    def tell(self) -> int:
        return len(self.content)

    def truncate(self, size: int) -> None:
        self.content = self.content[:size]

    def seek(self, position: int) -> None:
        assert position == len(self.content)


def test_full_disk_leaves_whole_lines(tmp_path: Path) -> None:
    """A line is written to its end or not at all; the record is then not on the timeline."""
    story = Story(path=tmp_path / "t.jsonl")
    story.timeline._disk._file = disk = FullDisk(80)  # type: ignore[union-attr,assignment]
    story.note("short")
    before = disk.content
    assert before.endswith(b"\n")
    with pytest.raises(Unavailable, match="No space left on device"):
        story.note("x" * 200)
    assert disk.content == before
    assert len(story.timeline) == 2
    disk.room = 1000
    story.note("y")
    assert disk.content.count(b"\n") == 2


def test_broken_object_is_not_recorded() -> None:
    """What cannot be decoded raises, and leaves the record as it was."""
    story = Story()
    wire = msgspec.Raw(b'{"metadata": 7}')
    make: Callable[[float], Observed] = lambda at_s: Observed(  # noqa: E731
        at_s=at_s, kind="Pod", change="added", uid="a", resource_version=1, object=wire
    )
    with pytest.raises(msgspec.DecodeError):
        story.append(make)
    assert len(story.timeline) == 1


def test_stale_deliveries_have_no_view() -> None:
    """A delivery older than what is known stays on record, and changes nothing."""
    story = Story()
    story.pod("a", "added")
    newest = story.pod("a").snapshot
    stale = story.see("Pod", "listed", pod("a", 1))
    assert (stale.view, stale.snapshot) == (None, newest)
    story.pod("a", "deleted")
    assert story.pod("a").snapshot.pod("a") is None


def test_outages_stand_until_they_end() -> None:
    """A list closes the gap of its own watch, a resumption its loss; each from its first second."""
    story = Story()
    story.at(1.0).gap()
    story.at(2.0).gap()
    story.at(3.0).lost()
    story.lost("Node")
    both = story.note().outages
    assert [(type(one).__name__, one.kind, one.since_s) for one in both] == [
        ("Gap", "Pod", 1.0),
        ("Lost", "Pod", 3.0),
        ("Lost", "Node", 3.0),
    ]
    assert len(story.synced("Node").outages) == 3
    assert [one.kind for one in story.synced().outages] == ["Pod", "Node"]
    assert [one.kind for one in story.resumed().outages] == ["Node"]
    assert story.resumed("Node").outages == ()


def test_snapshots_of_the_past() -> None:
    """Every entry keeps the world as it was known just after it."""
    story = Story()
    index = story.pod("a", "added").index
    story.pod("a", "deleted")
    assert story.timeline.snapshot_at(index).pod("a") is not None
    assert story.timeline.latest().pod("a") is None
    assert Timeline(FakeClock()).latest().pods() == ()
    assert [entry.index for entry in story.timeline.entries(1, 99)] == [1, 2]


def test_closing_twice(tmp_path: Path) -> None:
    """Closing is idempotent, and what was recorded can still be read."""
    story = stored(tmp_path / "t.jsonl")
    story.timeline.close()
    assert len(story.timeline) > 1


def test_thousands_of_events_keep_their_snapshots() -> None:
    """Thousands of entries over hundreds of pods each keep their own world."""
    story = Story()
    for number in range(200):
        story.pod(f"p{number}", "added")
    for number in range(4000):
        story.pod(f"p{number % 200}")
    first, last = story.timeline.snapshot_at(200), story.timeline.latest()
    assert len(first.pods()) == len(last.pods()) == 200
    assert first.pod("p7") is not last.pod("p7")
