"""A claim upon one Lease: taken, renewed and given back as client-go's leader election does it.

Every write names the resourceVersion that was read, so of two that write at once one is refused.
Another's expiry is judged by how long we have seen its record unchanged, by our own clock: what
other clocks say does not matter. And the silence of an API server is no silence of the holder,
who could not be heard either: with every question that goes unanswered the observation begins anew.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from reconverge.clock import Clock
from reconverge.cluster.door import Cluster, JsonObject
from reconverge.cluster.errors import Conflict, NotFound
from reconverge.errors import ReconvergeError
from reconverge.model import Lease, ref

# client-go/tools/leaderelection and component-base/config/v1alpha1/defaults.go: LeaseDuration,
# RenewDeadline, RetryPeriod. Who has not renewed for RENEW_WITHIN_S gives up; an attempt that began
# just before takes no longer than transport.PROMPT, so it has ended when the Lease expires.
LEASE_S, RENEW_WITHIN_S, RETRY_S = 15, 10.0, 2.0
OWNER_LABEL, OWNER = "app.kubernetes.io/managed-by", "reconverge"
# The process that holds it, for whoever has to heal what that process leaves behind.
PROCESS = "reconverge.dev/process"


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who has a Lease, and since when by that one's own clock."""

    name: str
    since: datetime | None = None

    def __str__(self) -> str:
        return f"{self.name} since {self.since:%H:%M:%S} UTC" if self.since else self.name


class TakenOver(ReconvergeError):
    """A Lease that was ours is another's now, or was taken away."""


class Observed:
    """How long each Lease has been seen as it is, by our own clock and without a hole."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sights: dict[str, _Sight] = {}

    def is_held(self, lease: Lease) -> bool:
        """Whether its holder has it still, as far as we have seen."""
        if not lease.spec.holder_identity:
            return False
        now_s, version = self._clock.monotonic_s(), lease.metadata.resource_version
        sight = self._sights.get(lease.name)
        if sight is None or sight.version != version or now_s - sight.last_s > RENEW_WITHIN_S:
            sight = self._sights[lease.name] = _Sight(version, since_s=now_s)
        sight.last_s = now_s
        return now_s - sight.since_s < (lease.spec.lease_duration_seconds or LEASE_S)

    def forget(self) -> None:
        """Nobody could be heard: what was silent until now may have had no choice."""
        self._sights.clear()


class _Sight:
    """One version of a Lease: when it was seen first, and last. Who sleeps sees nothing."""

    def __init__(self, version: str, *, since_s: float) -> None:
        self.version, self.since_s, self.last_s = version, since_s, since_s


class Claim:
    """One Lease that we hold, or want to. Nothing here blocks for longer than a request."""

    def __init__(
        self,
        cluster: Cluster,
        clock: Clock,
        name: str,
        *,
        namespace: str,
        identity: str,
        process: str = "",
    ) -> None:
        self.name = name
        self.holder: Holder | None = None  # who kept us from taking it
        self._cluster, self._clock = cluster, clock
        self._namespace, self._identity, self._process = namespace, identity, process
        self._observed = Observed(clock)
        self._mine: Lease | None = None

    @classmethod
    def inherited(cls, cluster: Cluster, clock: Clock, lease: Lease) -> Claim:
        """The claim of who holds `lease`, to go on with in that one's place."""
        meta, name = lease.metadata, lease.spec.holder_identity
        claim = cls(cluster, clock, meta.name, namespace=meta.namespace, identity=name)
        claim._mine = lease
        return claim

    def try_take(self) -> bool:
        """Take it if nobody has it, or if whoever has it has not renewed it in time.

        Raises what the API server answers otherwise; Unavailable where it does not.
        """
        try:
            return self._try_take()
        except ReconvergeError:
            self._observed.forget()
            raise

    def _try_take(self) -> bool:
        lease = read(self._cluster, self.name, namespace=self._namespace)
        try:
            if lease is None:
                self._mine = self._create()
                return True
            if lease.spec.holder_identity != self._identity and self._observed.is_held(lease):
                self.holder = holder_of(lease)
                return False
            changes = lease.spec.lease_transitions + 1
            self._mine = self._write(lease, self._taken() | {"leaseTransitions": changes})
        except Conflict:  # somebody was faster
            return False
        return True

    def is_free(self) -> bool:
        """Whether nobody has it; what has expired is put away. Raises as `try_take` does."""
        try:
            lease = read(self._cluster, self.name, namespace=self._namespace)
        except ReconvergeError:
            self._observed.forget()
            raise
        if lease is None or not lease.spec.holder_identity:
            return True
        self.holder = holder_of(lease)
        return not self._observed.is_held(lease) and put_away(self._cluster, lease)

    def renew(self) -> None:
        """Say that we are alive. Raises TakenOver, and what the API server answers otherwise."""
        assert self._mine is not None, "only what was taken is renewed"
        try:
            self._mine = self._write(self._mine, {"renewTime": self._now()})
        except NotFound as error:
            raise TakenOver(f'the Lease "{self.name}" was deleted') from error
        except Conflict as error:
            self._mine = self._still_ours(error)

    def release(self, *, is_for_good: bool = False) -> None:
        """Give it back, or delete it where no other claim is upon it.

        Raises what the API server answers: then it expires.
        """
        mine, self._mine = self._mine, None
        if mine is not None and is_for_good:
            self._cluster.delete(ref("Lease", mine))
        elif mine is not None:
            put_away(self._cluster, mine)

    def _still_ours(self, error: Conflict) -> Lease:
        """An attempt of ours whose answer was lost may have been obeyed; else it is another's."""
        lease = read(self._cluster, self.name, namespace=self._namespace)
        if lease is not None and lease.spec.holder_identity == self._identity:
            return lease
        taker = holder_of(lease).name if lease is not None else ""
        raise TakenOver(f'the Lease "{self.name}" was taken by {taker or "nobody"}') from error

    def _create(self) -> Lease:
        metadata = {
            "name": self.name,
            "labels": {OWNER_LABEL: OWNER},
            "annotations": {PROCESS: self._process},
        }
        spec = self._taken() | {"leaseTransitions": 0}
        body: JsonObject = {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": metadata,
            "spec": spec,
        }
        _, made = self._cluster.create(body, namespace=self._namespace)
        assert isinstance(made, Lease)
        return made

    def _taken(self) -> JsonObject:
        now = self._now()
        return {
            "holderIdentity": self._identity,
            "leaseDurationSeconds": LEASE_S,
            "acquireTime": now,
            "renewTime": now,
        }

    def _write(self, lease: Lease, spec: JsonObject) -> Lease:
        return _written(self._cluster, lease, spec, process=self._process)

    def _now(self) -> str:
        """As Kubernetes writes a MicroTime."""
        return self._clock.wall().strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read(cluster: Cluster, name: str, *, namespace: str) -> Lease | None:
    """The Lease of that name; None where there is none."""
    try:
        lease = cluster.read("Lease", name, namespace=namespace)
    except NotFound:
        return None
    assert isinstance(lease, Lease)
    return lease


def holder_of(lease: Lease) -> Holder:
    return Holder(name=lease.spec.holder_identity, since=lease.spec.acquire_time)


def put_away(cluster: Cluster, lease: Lease) -> bool:
    """Write that nobody holds it, so that who was only slow finds that it has lost it.

    False when it has changed since it was read.
    """
    try:
        _written(cluster, lease, {"holderIdentity": None})
    except (Conflict, NotFound):
        return False
    return True


def _written(cluster: Cluster, lease: Lease, spec: JsonObject, *, process: str = "") -> Lease:
    metadata: JsonObject = {
        "resourceVersion": lease.metadata.resource_version,
        "annotations": {PROCESS: process},
    }
    written = cluster.patch(ref("Lease", lease), {"metadata": metadata, "spec": spec})
    assert isinstance(written, Lease)
    return written
