"""Who wrote what: the API server's audit log, read into the timeline as it grows.

Watches tell what became of an object, not who did it, and a watch that was interrupted has lost
what lay in between. The audit log has every write with its author and microseconds, complete even
then. It is a file on the control plane's node; GNU `tail -F` follows it there, by inotify, through
rotation and restarts of the API server. When the program ends (a node was stopped), that is a gap.

Its first line proves that the program runs, not that it watches yet: a log that is rotated in
between loses its last lines. So something is then asked of the API server that leaves a line of its
own; once that line is here, everything that is appended later comes through.

Fields: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from reconverge.cluster.errors import NotFound, Unreachable
from reconverge.cluster.framing import LineSplitter
from reconverge.cluster.kinds import CORE
from reconverge.errors import ReconvergeError
from reconverge.shell import Completed, Running
from reconverge.timeline import AUDIT_LOG, AnyRecord, Gap, Synced, Timeline, Wrote

LOG_PATH = "/var/log/kubernetes/audit/audit.log"
PAUSE_S = 1.0  # before the program is started again; a node takes seconds to come back
JOIN_S = 5.0
_NO_LOG = 3
_VERBS = frozenset({"create", "update", "patch", "delete", "deletecollection"})
_KINDS = {(kind.api_version.rpartition("/")[0], kind.plural): kind.name for kind in CORE.values()}
# Nothing is left behind in the node, even when we are killed: our standard input then ends, and
# with it the first `cat`. A program that follows its parent (`tail --pid`) would not notice, as
# nobody there buries the dead. A SIGTERM only wakes the shell: one that ended by it before it had
# started that `cat` would leave `tail`, and our reading of it, for ever.
_FOLLOW = f"""\
[ -e "$1" ] || exit {_NO_LOG}
exec 3<&0
trap : TERM
tail --lines=1 --follow=name --retry "$1" &
log=$!
{{ cat <&3; kill "$log"; }} >/dev/null 2>&1 &
end=$!
wait "$log"
code=$?
kill "$log" "$end" 2>/dev/null
exit "$code"
"""

# Rotated parts are audit-TIME.log (lumberjack), which sorts before audit.log.
PAST = f"""\
cd {LOG_PATH.rpartition("/")[0]} 2>/dev/null && [ -e audit.log ] || exit {_NO_LOG}
LC_ALL=C
export LC_ALL
grep --no-filename --fixed-strings --regexp="$1" audit*.log
"""
_NOTHING_FOUND = 1
PAST_ENDS = (0, _NOTHING_FOUND, _NO_LOG)


class _User(msgspec.Struct, frozen=True):
    username: str = ""


class _Object(msgspec.Struct, frozen=True, rename="camel"):
    resource: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    api_group: str = ""
    subresource: str = ""
    resource_version: str = ""


class _Answer(msgspec.Struct, frozen=True):
    code: int = 0


class _Event(msgspec.Struct, frozen=True, rename="camel"):
    verb: str
    request_received_timestamp: datetime
    stage_timestamp: datetime
    request_uri: str = msgspec.field(name="requestURI", default="")
    user: _User = _User()
    user_agent: str = ""
    object_ref: _Object | None = None
    response_status: _Answer = _Answer()


_EVENT = msgspec.json.Decoder(_Event)


def written(line: bytes) -> Wrote | None:
    """The write in one line of the log; None for what changes no object, such as a dry run.

    Raises msgspec.DecodeError for a line that is no audit event.
    """
    event = _EVENT.decode(line)
    target = event.object_ref
    if target is None or event.verb not in _VERBS or "dryRun=" in event.request_uri:
        return None
    version = target.resource_version
    return Wrote(
        user=event.user.username,
        verb=event.verb,
        kind=_KINDS.get((target.api_group, target.resource), target.resource),
        code=event.response_status.code,
        received=event.request_received_timestamp,
        answered=event.stage_timestamp,
        namespace=target.namespace,
        name=target.name,
        uid=target.uid,
        subresource=target.subresource,
        based_on=int(version) if version.isdigit() else 0,
        agent=event.user_agent.partition(" ")[0],
    )


def past(found: Completed, namespace: str) -> tuple[Wrote, ...]:
    """The writes in `namespace` among the lines that PAST found. Raises NotFound, Unreachable.

    A last line that is only half written yet is of a write that goes on, and left out.
    """
    if found.exit_code == _NO_LOG:
        raise NotFound("the API server keeps no audit log there", where=LOG_PATH)
    lines = found.stdout.splitlines()
    writes = []
    for number, line in enumerate(lines, start=1):
        try:
            writes.append(written(line.encode()))
        except msgspec.DecodeError as error:
            if number < len(lines):
                what = f"a line cannot be understood: {error}"
                raise Unreachable(what, where="audit log") from error
    return tuple(one for one in writes if one is not None and one.namespace == namespace)


class AuditRecorder:
    """The audit log into one timeline, from construction until `stop`."""

    def __init__(
        self,
        follow: Callable[[], Running],
        timeline: Timeline,
        *,
        namespaces: Sequence[str],
        leave_mark: Callable[[], str],
    ) -> None:
        """Both are called again whenever the log has to be read anew, on a thread of our own.

        `follow` starts the program that prints the log's last line and then what is added.
        `leave_mark` has a line written and returns a word that no other line contains.
        """
        self._follow, self._timeline, self._leave_mark = follow, timeline, leave_mark
        self._mark = b""
        self._namespaces = tuple(dict.fromkeys(namespaces))
        self._stopped = threading.Event()
        self._running: Running | None = None
        self._running_lock = threading.Lock()
        self._received_s = timeline.now_s()
        self._is_synced = self._was_synced = False
        self._failure: ReconvergeError | None = None
        self._thread = threading.Thread(target=self._run, name="audit log", daemon=True)
        self._thread.start()

    def wait_until_synced(self, *, deadline_s: float) -> None:
        """Block until every later write is sure to come.

        Raises NotFound when there is no log, Unreachable after `deadline_s` seconds.
        """
        until_s = self._timeline.now_s() + deadline_s
        with self._timeline.condition:
            while not self._was_synced:
                left_s = until_s - self._timeline.now_s()
                if isinstance(self._failure, NotFound):
                    raise self._failure
                if left_s <= 0:
                    what = f"not read within {deadline_s:g} s: {self._failure or 'no line yet'}"
                    raise Unreachable(what, where="audit log")
                self._timeline.clock.wait(self._timeline.condition, timeout_s=left_s)

    def stop(self) -> None:
        """End the program and join the thread; nothing is recorded afterwards. Idempotent."""
        self._stopped.set()
        with self._running_lock:
            if self._running is not None:
                self._running.end()
        self._thread.join(timeout=JOIN_S)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._turn()
            except ReconvergeError as error:
                self._break_off(error)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                self._break_off(Unreachable(f"a line cannot be understood: {error}"))
            if isinstance(self._failure, NotFound):
                return
            self._stopped.wait(PAUSE_S)

    def _turn(self) -> None:
        """The program from its start to its end; raises what its end means."""
        with contextlib.closing(self._follow()) as running:
            with self._running_lock:
                self._running = running
            if self._stopped.is_set():
                return  # stopped before `stop` could see the program
            self._mark = b""
            splitter = LineSplitter()
            for piece in running.pieces():
                for line in splitter.lines_of(piece):
                    self._take(line)
            completed = running.completed()
        if completed.exit_code == _NO_LOG:
            raise NotFound("the API server keeps no audit log there", where=LOG_PATH)
        what = f"it is not read any more: {completed.tail or 'the program ended'}"
        raise Unreachable(what, where="audit log")

    def _take(self, line: bytes) -> None:
        self._received_s = self._timeline.now_s()
        if not self._is_synced:
            if self._mark and self._mark in line:
                self._sync()
            self._mark = self._mark or self._leave_mark().encode()
            return
        write = written(line)
        if write is not None and self._is_wanted(write):
            self._append(lambda at_s: msgspec.structs.replace(write, at_s=at_s))

    def _is_wanted(self, write: Wrote) -> bool:
        if write.namespace:
            return write.namespace in self._namespaces
        return write.kind == "Node" or write.name in self._namespaces

    def _sync(self) -> None:
        with self._timeline.condition:
            for scope in ("", *self._namespaces):
                self._append(
                    lambda at_s, scope=scope: Synced(  # type: ignore[misc]
                        at_s=at_s, kind=AUDIT_LOG, resource_version=0, namespace=scope
                    )
                )
            self._is_synced = self._was_synced = True

    def _break_off(self, error: ReconvergeError) -> None:
        """What is written from here on may be missing, up to the next Synced."""
        with self._timeline.condition:
            self._failure = error
            self._timeline.condition.notify_all()
        if not self._is_synced:
            return
        self._is_synced = False
        for scope in ("", *self._namespaces):
            self._append(
                lambda at_s, scope=scope: Gap(  # type: ignore[misc]
                    at_s=at_s,
                    kind=AUDIT_LOG,
                    since_s=self._received_s,
                    reason=error.what,
                    namespace=scope,
                )
            )

    def _append(self, make: Callable[[float], AnyRecord]) -> None:
        if not self._stopped.is_set():
            self._timeline.append(make)


def follow(command: Sequence[str], path: str = LOG_PATH) -> Running:
    """Start the program through `command`, a prefix that runs what follows on the log's machine."""
    return Running([*command, "sh", "-c", _FOLLOW, "follow", path])
