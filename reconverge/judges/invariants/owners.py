"""An owner that is deleted in the foreground is gone last.

The owner and what depends on it are seen through different watches, which are not ordered among
each other: that the owner's deletion reaches us first proves nothing. What counts is the
resourceVersion of each deletion, the one clock that all objects of a cluster share.
"""

from __future__ import annotations

from reconverge.judges.invariants.judge import Invariant
from reconverge.judges.steady.words import listed
from reconverge.judges.tally import Tally, left
from reconverge.model import BETWEEN, Named, Ref, Snapshot
from reconverge.timeline import Entry, Gap, Observed


class OwnerGoesLast(Invariant, frozen=True, kw_only=True):
    """The owner is never gone while something stands that depends on it.

    Foreground deletion: the garbage collector removes the owner's finalizer once no dependent that
    blocks it is left (processDeletingDependentsItem, pkg/controller/garbagecollector, 1.34).
    Of a Deployment the dependents are its ReplicaSets, of a CronJob its Jobs, else the pods.
    """

    owner: Ref

    def sentence(self) -> str:
        what = "pods" if _below(self.owner) == "Pod" else f"{_below(self.owner)}s"
        return f'"{self.owner.name}" is never gone before its {what}'

    def tally(self) -> Tally:
        return _Family(self.owner)


class _Family(Tally):
    """What depends on an owner and was not yet shown to have gone before it."""

    def __init__(self, owner: Ref) -> None:
        self._owner = owner
        self._below = _below(owner)
        self.kinds = frozenset({owner.kind, self._below})
        self.namespace = owner.namespace
        self._standing: dict[str, str] = {}
        self._is_gone = False
        self._gone_at: int | None = None
        self._violation = ""

    @property
    def violation(self) -> str:
        return self._violation

    @property
    def late_violation(self) -> str:
        if self._gone_at is None or not self._standing:
            return ""
        names = listed(sorted(self._standing.values()), len(self._standing))
        return f"{self._owner} is gone, {names} still stands"

    @property
    def doubt(self) -> str:
        if not self._is_gone:
            return f"{self._owner} is still there, so nothing was proved"
        return "" if self._gone_at is not None else f"when {self._owner} was deleted is not known"

    def begin(self, snapshot: Snapshot) -> None:
        self._is_gone = snapshot.is_gone(self._owner.uid)
        for view in snapshot.objects(self._below):
            self._put(view)

    def note(self, entry: Entry) -> None:
        record, view = entry.record, entry.view
        assert isinstance(record, Observed), "only deliveries are noted"
        assert view is not None, "stale deliveries are not noted"
        if view.uid == self._owner.uid:
            self._note_owner(entry, record.resource_version)
            return
        was_standing = self._standing.pop(view.uid, None) is not None
        is_after = self._gone_at is not None and record.resource_version > self._gone_at
        if left(entry) is not None:
            self._put(view)
        is_left = was_standing and left(entry) is None
        if is_after and (is_left or view.uid in self._standing):
            self._violation = self._violation or f"{self._owner} was gone before {view.name}"

    def _note_owner(self, entry: Entry, version: int) -> None:
        """A list that no longer has the owner does not tell when it was deleted."""
        if left(entry) is not None:
            return
        gaps = (one for one in entry.outages if isinstance(one, Gap))
        is_listed = any(one.kind == self._owner.kind for one in gaps)
        self._is_gone, self._gone_at = True, None if is_listed else version

    def _put(self, view: Named) -> None:
        """Those whose ownerReference is gone were orphaned, and do not depend on it any more."""
        if any(one.uid == self._owner.uid for one in view.metadata.owner_references):
            self._standing[view.uid] = view.name


def _below(owner: Ref) -> str:
    return BETWEEN.get(owner.kind, "Pod")
