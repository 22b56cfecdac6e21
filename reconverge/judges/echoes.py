"""Proof that our own watches are up to date, whatever their kinds: nodes, pods, what owns pods.

A sentinel is planted for each watch, and comes back or does not (see `liveliness`). No sentinel can
be planted among nodes: there one is touched, in a way that nobody reads, and the change comes back.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconverge.judges.judge import Want, WantTouch
from reconverge.judges.liveliness import SENTINEL_KIND, Echo, deaf
from reconverge.model import Ref, Snapshot, ref
from reconverge.timeline import Challenged, Entry, Observed

# By the kind that is watched: for whose controllers a sentinel is planted that our watch shows.
_PLANTED_FOR = {"Pod": SENTINEL_KIND, "ReplicaSet": "Deployment", "Job": "CronJob"}


def has_echo(kind: str) -> bool:
    """Whether it can be shown that our watch of that kind has delivered all there is."""
    return kind in _PLANTED_FOR or kind == NodeEcho.watched


class NodeEcho:
    """The echo of our watch of nodes: one that is touched now comes back through it.

    `node` is any that exists, since one watch shows them all; None where there is none. `after` is
    the highest resourceVersion known before.
    """

    watched = "Node"

    def __init__(self, node: Ref | None, *, after: int) -> None:
        self._node = node
        self._after = after
        self._is_asked = False
        self._error = "" if node is not None else "there is no node to touch"
        self._touched_at: int | None = None
        self._newest = 0

    def wants(self) -> tuple[Want, ...]:
        """The touch, once."""
        if self._is_asked or self._node is None:
            return ()
        self._is_asked = True
        return (WantTouch(self._node),)

    def feed(self, entry: Entry) -> None:
        """Take one entry into account; deliveries may come before the record of the act."""
        record = entry.record
        if isinstance(record, Observed) and record.kind == "Node" and entry.view is not None:
            self._newest = max(self._newest, record.resource_version)
        elif isinstance(record, Challenged) and record.subject.kind == "Node":
            self._take_touch(record)

    def _take_touch(self, record: Challenged) -> None:
        if record.error:
            self._error = record.error
        elif record.resource_version > self._after and self._touched_at is None:
            self._touched_at = record.resource_version

    @property
    def error(self) -> str:
        """Why nothing could be touched."""
        return self._error if self._touched_at is None else ""

    @property
    def is_heard(self) -> bool:
        """Whether a delivery is as new as the touch: one watch delivers all nodes in order."""
        return self._touched_at is not None and self._newest >= self._touched_at

    def is_older(self, entry: Entry) -> bool:
        """Whether `entry` is a change from before the touch: it may have been delivered late."""
        record, written = entry.record, self._touched_at or 0
        return isinstance(record, Observed) and record.resource_version < written


class Echoes:
    """One echo for each of several watches; `after` is the highest resourceVersion known before.

    `kinds` are what is watched. Kinds for which there is no echo are left out: of those only what
    was seen can be told, never that nothing was.
    """

    def __init__(self, kinds: Iterable[str], *, after: int, node: Ref | None = None) -> None:
        self._echoes: list[Echo | NodeEcho] = [
            Echo(_PLANTED_FOR[kind], after=after) for kind in sorted(kinds) if kind in _PLANTED_FOR
        ]
        if "Node" in kinds:
            self._echoes.append(NodeEcho(node, after=after))

    def wants(self) -> tuple[Want, ...]:
        """What is to be planted and touched, once."""
        return tuple(want for echo in self._echoes for want in echo.wants())

    def feed(self, entry: Entry) -> None:
        for echo in self._echoes:
            echo.feed(entry)

    @property
    def error(self) -> str:
        return next((echo.error for echo in self._echoes if echo.error), "")

    @property
    def is_heard(self) -> bool:
        """Whether nothing of before can reach us any more."""
        return all(echo.is_heard for echo in self._echoes)

    @property
    def silence(self) -> str:
        """Why not, as a clause."""
        unheard = (deaf(echo.watched) for echo in self._echoes if not echo.is_heard)
        return self.error or next(unheard, "")

    def is_older(self, entry: Entry) -> bool:
        """Whether `entry` is a change from before all of it."""
        return all(echo.is_older(entry) for echo in self._echoes)


def any_node(snapshot: Snapshot) -> Ref | None:
    """The first node by name; None where there is none."""
    return next((ref("Node", node) for node in snapshot.nodes()), None)
