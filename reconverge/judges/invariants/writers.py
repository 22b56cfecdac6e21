"""Who wrote to what: told by the API server's audit log, and by nothing else.

A watch shows that an object changed, not who changed it, and shows nothing of a write that changed
nothing. The log has every write with its author, so "nobody but the kubelet" can be promised.
"""

from __future__ import annotations

from reconverge.judges.audited import IN_FLIGHT_S, author, first_write
from reconverge.judges.judge import Progress, Want, WantSentinel, catch_up
from reconverge.judges.liveliness import ANSWER_S, SENTINEL_KIND
from reconverge.judges.promise import Promise
from reconverge.judges.steady.words import listed
from reconverge.model import Ref
from reconverge.timeline import Entry, Wrote
from reconverge.verdict import Finding, Verdict


class OnlyWriters(Promise, frozen=True, kw_only=True):
    """Nobody but `writers` writes to these objects, all of one kind and namespace.

    A writer is named as `judges.audited.author` names it: "replication-controller", or "kubelet"
    for that of any node.
    """

    objects: tuple[Ref, ...]
    writers: tuple[str, ...]

    def sentence(self) -> str:
        names = listed((one.name for one in self.objects), len(self.objects))
        return f"nobody but {' and '.join(self.writers) or 'nobody'} writes to {names or 'nothing'}"

    def judge(self, *, deadline_s: float) -> WritersJudge:
        return WritersJudge(self, deadline_s=deadline_s)

    def is_foreign(self, write: Wrote) -> bool:
        """Whether that write is to one of the objects, by somebody who is not allowed.

        Creations of others have no name yet in the log; a deletion of many has none either.
        """
        if write.verb == "create" and not write.subresource:
            return False
        names = {one.name for one in self.objects}
        by = author(write).removesuffix(f" of {write.user.rpartition(':')[2]}")
        return write.name in names | {""} and by not in self.writers


class WritersJudge:
    """Asks the log once it is known to be past the span; a write of ours brings it there."""

    def __init__(self, promise: OnlyWriters, *, deadline_s: float) -> None:
        self.promise = promise
        self.deadline_s = deadline_s
        self._since_s = 0.0
        self._last: Entry | None = None
        self._is_past = False
        self._is_asked = False

    @property
    def due_s(self) -> float | None:
        past_s = self.deadline_s + IN_FLIGHT_S
        return past_s + ANSWER_S if self._is_past else past_s

    def feed(self, entry: Entry) -> Finding | None:
        finding = catch_up(self, entry.at_s)
        if finding is not None:
            return finding
        if self._last is None:
            self._since_s = entry.at_s
        self._last = entry
        is_news = isinstance(entry.record, Wrote)
        return self._ask_log(entry, entry.at_s) if is_news and self._is_past else None

    def at(self, now_s: float) -> Finding | None:
        if self.due_s is not None:
            now_s = min(now_s, self.due_s)
        if now_s < self.deadline_s + IN_FLIGHT_S:
            return None
        self._is_past = True
        if self._last is None or not self.promise.objects:
            reason = "nothing was observed" if self._last is None else "there is no object"
            return self.promise.found(Verdict.UNKNOWN, reason, now_s)
        finding = self._ask_log(self._last, now_s)
        if finding is None and now_s >= self.deadline_s + IN_FLIGHT_S + ANSWER_S:
            reason = "the audit log does not tell who wrote"
            return self.promise.found(Verdict.UNKNOWN, reason, now_s)
        return finding

    def wants(self) -> tuple[Want, ...]:
        """A write after the span, once: the log is past the span when it shows there."""
        if not self._is_past or self._is_asked:
            return ()
        self._is_asked = True
        return (WantSentinel(SENTINEL_KIND),)

    def progress(self) -> Progress:
        return Progress(self.promise.sentence(), "the audit log is read at the end")

    def _ask_log(self, entry: Entry, now_s: float) -> Finding | None:
        one = self.promise.objects[0]
        found = first_write(
            entry.so_far(),
            one.kind,
            one.namespace,
            since_s=self._since_s,
            until_s=self.deadline_s,
            is_counted=self.promise.is_foreign,
        )
        if found is None:
            return None
        if isinstance(found, Wrote):
            what = f"{found.verb} {found.subresource}".strip()
            reason = f"{author(found)} wrote to {found.name or 'many'} ({what})"
            return self.promise.found(Verdict.BROKEN, reason, now_s)
        return self.promise.found(Verdict.HELD, "by the API server's audit log", now_s)
