"""Who leads, and proof that somebody does: a lease renewed while we watch.

kube-controller-manager and kube-scheduler renew their leases every 2 s; one that died is replaced
once its lease of 15 s has expired (k8s.io/component-base/config/options/leaderelectionconfig.go).
A renewal that we see proves the process, its connection and the API server at once.
"""

from __future__ import annotations

from reconverge.clock import Clock
from reconverge.cluster.door import Cluster
from reconverge.errors import ReconvergeError, Unavailable
from reconverge.model import Lease
from reconverge.timeline import Entry, Timeline

NAMESPACE, PAUSE_S = "kube-system", 0.5


def holder(cluster: Cluster, process: str) -> str:
    """Who holds the lease of that name; empty when it was given up."""
    lease = cluster.read("Lease", process, namespace=NAMESPACE)
    assert isinstance(lease, Lease)
    return lease.spec.holder_identity


def wait_until_renewed(
    cluster: Cluster, clock: Clock, process: str, *, not_by: str, deadline_s: float
) -> None:
    """Block until that lease is renewed, by another than `not_by`.

    Raises Unavailable after `deadline_s` seconds, with what was last seen.
    """
    until_s = clock.monotonic_s() + deadline_s
    renewals = _Renewals(process, not_by=not_by)
    while not renewals.are_seen:
        left_s = until_s - clock.monotonic_s()
        if left_s <= 0:
            what = f"{process} does not lead after {deadline_s:g} s: {renewals.last}"
            raise Unavailable(what, where=cluster.name)
        _watch(cluster, Timeline(clock), renewals, within_s=left_s)


def _watch(cluster: Cluster, timeline: Timeline, renewals: _Renewals, *, within_s: float) -> None:
    """Watch until a renewal is seen, `within_s` seconds have passed, or the watch is refused."""
    recorder = cluster.record(timeline, kinds=("Lease",), namespaces=(NAMESPACE,))
    try:
        recorder.wait_until_synced(deadline_s=within_s)
        _feed(timeline, renewals, until_s=within_s)
    except ReconvergeError as error:
        # An API server that has just begun refuses what it will allow in a moment.
        renewals.last = str(error)
        with timeline.condition:
            timeline.clock.wait(timeline.condition, timeout_s=PAUSE_S)
    finally:
        recorder.stop()


def _feed(timeline: Timeline, renewals: _Renewals, *, until_s: float) -> None:
    cursor = 0
    with timeline.condition:
        while not renewals.are_seen and (len(timeline) > cursor or timeline.now_s() < until_s):
            if len(timeline) > cursor:
                renewals.feed(timeline[cursor])
                cursor += 1
            else:
                timeline.clock.wait(timeline.condition, timeout_s=until_s - timeline.now_s())


class _Renewals:
    """Whether the lease of one process was renewed since the first time it was seen."""

    def __init__(self, process: str, *, not_by: str) -> None:
        self.are_seen = False
        self.last = "its lease was never seen"
        self._process, self._not_by = process, not_by
        self._first: Lease | None = None

    def feed(self, entry: Entry) -> None:
        lease = entry.view
        if not isinstance(lease, Lease) or lease.name != self._process:
            return
        by, at = lease.spec.holder_identity, lease.spec.renew_time
        self.last = f"held by {by or 'nobody'}, renewed {at}"
        self._first = self._first or lease
        is_renewed = lease.spec.renew_time != self._first.spec.renew_time
        self.are_seen |= is_renewed and by not in ("", self._not_by)
