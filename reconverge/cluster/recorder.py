"""Watches that lose nothing silently: list, watch, reconnect, and say so wherever it was dark.

Every verdict rests on this. The usual client's watch stops without a word, hangs on a silent
connection and drops what happened in between (kubernetes-client/python issues 124, 728, 843,
2223). Here each way in which a stream can fail ends either in "goes on after the last position",
which loses nothing, or in a `Gap` and a new list. While a watch is down the timeline has `Lost`.

One thread reads each stream. What a stream's bytes mean is in `watching`, which has no threads;
the loop here is kept as simple as possible because loops that never end are hard to test.
"""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

import msgspec

from reconverge.cluster.errors import Expired, Forbidden, NotFound, Rejected, Unreachable
from reconverge.cluster.kinds import Kind
from reconverge.cluster.transport import Silent
from reconverge.cluster.watching import Stream
from reconverge.errors import ReconvergeError, Unavailable
from reconverge.timeline import (
    AnyRecord,
    Delivery,
    Gap,
    Lost,
    Noted,
    Resumed,
    Synced,
    Timeline,
)

# The API server sends a bookmark every minute and ticks once a second (defaultBookmarkFrequency,
# k8s.io/apiserver/pkg/storage/cacher/cacher.go), so a live stream is never silent for longer.
SILENCE_S = 75.0
# The server ends a watch by itself, so that no dead connection is kept for good and API servers
# share the load; client-go asks for 5 to 10 minutes (tools/cache/reflector.go).
WATCH_MIN_S, WATCH_MAX_S = 240, 300
# Kinds that the API server serves past its watch cache, where nobody ticks: silence is no sign
# there (DefaultWatchCacheSizes, pkg/kubeapiserver/default_storage_factory_builder.go). Their
# streams are as old as the server lets them get.
UNCACHED = frozenset({"Event"})
BACKOFF_FIRST_S, BACKOFF_MAX_S = 0.1, 2.0
# A server that cannot serve our position says so by 410; should it fail in another way every
# time, a list gets us out after this many attempts.
ATTEMPTS_BEFORE_LIST = 8
JOIN_S = 5.0
PAGE_OBJECTS = 500  # as client-go's pager asks (tools/pager/pager.go)


class Lines(Protocol):
    """An open watch."""

    def batches(self) -> Iterator[list[bytes]]:
        """Whole lines as they come, those together that came together."""

    def shutdown(self) -> None:
        """End a blocked read at once; called by another thread."""

    def close(self) -> None: ...


class Source(Protocol):
    """Where lists and watches come from: the API server, or a test's stand-in."""

    def list(self, path: str, query: Mapping[str, str]) -> bytes:
        """A page of the list of the collection at `path`, as it is now (not from a cache)."""

    def watch(self, path: str, query: Mapping[str, str], *, silence_s: float) -> Lines:
        """Open a watch; Expired when the position is too old."""


class WatchRecorder:
    """Watches of several kinds into one timeline, from construction until `stop`."""

    def __init__(
        self,
        source: Source,
        timeline: Timeline,
        *,
        kinds: Sequence[Kind],
        namespaces: Sequence[str],
        silence_s: float = SILENCE_S,
    ) -> None:
        self._timeline = timeline
        self._loops = [
            _Loop(source, timeline, kind, scope, _silence_s(kind, silence_s))
            for kind in kinds
            for scope in (dict.fromkeys(namespaces) if kind.is_namespaced else ("",))
        ]
        for loop in self._loops:
            loop.start()

    def wait_until_synced(self, *, deadline_s: float) -> None:
        """Block until everything was listed at least once.

        Raises what makes that impossible (NotFound, Forbidden, Rejected) as soon as it is known;
        Unreachable after `deadline_s` seconds, with the last error of each list still missing.
        """
        until_s = self._timeline.now_s() + deadline_s
        with self._timeline.condition:
            while missing := [loop for loop in self._loops if not loop.was_synced]:
                for loop in missing:
                    if loop.failure is not None:
                        raise loop.failure
                left_s = until_s - self._timeline.now_s()
                if left_s <= 0:
                    raise _not_synced(missing, deadline_s)
                self._timeline.clock.wait(self._timeline.condition, timeout_s=left_s)

    def stop(self) -> None:
        """Close every stream and join its thread; nothing is recorded afterwards. Idempotent."""
        for loop in self._loops:
            loop.stop()
        for loop in self._loops:
            loop.join()


def _silence_s(kind: Kind, ticked_s: float) -> float:
    """How long a live stream of `kind` may say nothing; `ticked_s` is that of a ticked one."""
    return WATCH_MAX_S + ticked_s if kind.name in UNCACHED else ticked_s


def _not_synced(missing: Sequence[_Loop], deadline_s: float) -> Unreachable:
    rows = "; ".join(f"{one.path}: {one.trouble or 'no answer yet'}" for one in missing)
    return Unreachable(f"not listed within {deadline_s:g} s: {rows}", where="watch")


class _Loop:
    """The thread that keeps one stream going, and tells the timeline how it stands."""

    def __init__(
        self, source: Source, timeline: Timeline, kind: Kind, scope: str, silence_s: float
    ) -> None:
        self.path = kind.path(namespace=scope)
        self.was_synced = False
        self.failure: ReconvergeError | None = None
        self.trouble = ""
        self._source, self._timeline, self._scope = source, timeline, scope
        self._silence_s = silence_s
        self._stream = Stream(kind.name)
        self._stopped = threading.Event()
        self._lines: Lines | None = None
        self._lines_lock = threading.Lock()
        self._received_s = timeline.now_s()
        self._failures = 0
        self._is_dark = False
        self._thread = threading.Thread(target=self._run, name=f"watch {self.path}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        with self._lines_lock:
            if self._lines is not None:
                self._lines.shutdown()

    def join(self) -> None:
        """Bounded, since connecting to a frozen server cannot be broken off; it records nothing."""
        self._thread.join(timeout=JOIN_S)

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                self._turn()
        except ReconvergeError as error:
            self._give_up(error)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            what = f"{self._stream.kind} cannot be understood: {error}"
            self._give_up(Unreachable(what, where=self.path))
        except Exception as error:
            # A defect of ours must not look like a quiet cluster.
            self._give_up(Unreachable(f"the recorder failed: {error!r}", where=self.path))
            raise

    def _turn(self) -> None:
        """One list if one is needed, one watch until it ends, and what its end calls for."""
        try:
            if self._stream.position is None:
                self._list()
            self._watch()
        except Expired as error:
            self._forget(error.what)
        except (NotFound, Forbidden, Rejected) as error:
            if not self.was_synced:
                raise  # no such kind, or no permission: no use in asking again
            self._fail(error)
        except Unreachable as error:
            self._fail(error)

    def _list(self) -> None:
        """Page by page, so that 10,000 pods need not be in memory at once; Expired between pages
        means that nothing has been missed, only that the list begins anew."""
        while True:
            try:
                body = self._source.list(self.path, _page(self._stream.next_page))
            except Expired:
                if not self._stream.next_page:
                    raise
                self._stream.forget_position()
                continue
            received_s = self._timeline.now_s()
            self._observe(list(self._stream.take_page(body)), received_s)
            if self._stream.position is not None:
                break
        self._received(received_s)
        with self._timeline.condition:
            self._append(
                lambda at_s: Synced(
                    at_s=at_s,
                    kind=self._stream.kind,
                    resource_version=self._stream.position or 0,
                    namespace=self._scope,
                )
            )
            self.was_synced = True

    def _watch(self) -> None:
        lines = self._source.watch(self.path, self._query(), silence_s=self._silence_s)
        with contextlib.closing(lines):
            with self._lines_lock:
                self._lines = lines
            try:
                self._opened()
                self._read(lines)
            finally:
                with self._lines_lock:
                    self._lines = None
        self._ended()

    def _read(self, lines: Lines) -> None:
        if self._stopped.is_set():
            return  # stopped before `stop` could see these lines
        for batch in lines.batches():
            if self._stopped.is_set():
                return
            self._take(batch, self._timeline.now_s())

    def _take(self, batch: Sequence[bytes], received_s: float) -> None:
        """Record what came together; before a line that cannot be taken, what came before it."""
        repeated, deliveries = self._stream.repeated, list[Delivery]()
        try:
            for line in batch:
                delivery = self._stream.take_line(line)
                if delivery is not None:
                    deliveries.append(delivery)
                self._received(received_s)
        finally:
            self._observe(deliveries, received_s)
        if repeated == 0 and self._stream.repeated:
            self._note(f"{self.path}: what was known was delivered again, and dropped")

    def _observe(self, deliveries: Sequence[Delivery], received_s: float) -> None:
        if not self._stopped.is_set():
            self._timeline.observe(deliveries, received_s=received_s)

    def _note(self, text: str) -> None:
        self._append(lambda at_s: Noted(at_s=at_s, text=text))

    def _append(self, make: Callable[[float], AnyRecord]) -> None:
        if not self._stopped.is_set():
            self._timeline.append(make)

    def _query(self) -> dict[str, str]:
        return {
            "watch": "1",
            "allowWatchBookmarks": "true",
            "resourceVersion": str(self._stream.position),
            "timeoutSeconds": str(random.randint(WATCH_MIN_S, WATCH_MAX_S)),
        }

    def _opened(self) -> None:
        self.trouble = ""
        if self._is_dark:
            self._is_dark = False
            self._append(
                lambda at_s: Resumed(
                    at_s=at_s,
                    kind=self._stream.kind,
                    resource_version=self._stream.position or 0,
                    namespace=self._scope,
                )
            )

    def _received(self, received_s: float) -> None:
        self._received_s = received_s
        self._failures = 0

    def _ended(self) -> None:
        """The server closed the stream; go on at once, unless that is all it ever does."""
        if self._failures:
            self._pause()
        self._failures += 1

    def _fail(self, error: ReconvergeError) -> None:
        """The stream broke. The first attempt to reopen it follows at once and in silence."""
        self._failures += 1
        if self._failures > 1 or isinstance(error, Silent) or not self.was_synced:
            self._darken(str(error))
            self._pause()
        if self._failures > ATTEMPTS_BEFORE_LIST and self._stream.position is not None:
            self._forget(f"the watch failed {self._failures} times: {error.what}")

    def _forget(self, reason: str) -> None:
        """Changes since the last delivery may be missing: the next turn begins with a list."""
        self._stream.forget_position()
        self._append(
            lambda at_s: Gap(
                at_s=at_s,
                kind=self._stream.kind,
                since_s=self._received_s,
                reason=reason,
                namespace=self._scope,
            )
        )

    def _darken(self, reason: str) -> None:
        self.trouble = reason
        if self._is_dark:
            return
        self._is_dark = True
        self._append(
            lambda at_s: Lost(
                at_s=at_s,
                kind=self._stream.kind,
                since_s=self._received_s,
                reason=reason,
                namespace=self._scope,
            )
        )

    def _give_up(self, error: ReconvergeError) -> None:
        """Nothing more is recorded here, which the timeline says for good.

        A disk that is full does not take even that; but a quiet timeline would be believed, so it
        is tried until the disk has room or the recorder is stopped.
        """
        self.failure = error
        while not self._stopped.is_set():
            try:
                self._is_dark = False
                self._darken(f"not recorded any more: {error}")
                return
            except Unavailable:
                self._pause()

    def _pause(self) -> None:
        delay_s = min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2.0 ** min(self._failures, 8))
        self._stopped.wait(delay_s)


def _page(token: str) -> dict[str, str]:
    return {"limit": str(PAGE_OBJECTS), **({"continue": token} if token else {})}
