"""Turns on a cluster between machines: the lock of this one (flock), said again in Leases.

Who wants the cluster alone holds one Lease and waits until nobody else has any; whoever else wants
in writes a Lease first and looks for that one afterwards, and withdraws if it is held. Each writes
before it looks, and the API server puts all writes in one order: so of two that come at once one at
least sees the other. The nodes that are set aside, and their labels, have a Lease each.
"""

from __future__ import annotations

import os
import re
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress

import msgspec

from reconverge.clock import Clock, pause
from reconverge.cluster.claims import (
    OWNER,
    OWNER_LABEL,
    RETRY_S,
    Claim,
    Holder,
    Observed,
    holder_of,
    put_away,
)
from reconverge.cluster.door import Cluster
from reconverge.cluster.errors import Forbidden, NotFound, Rejected
from reconverge.errors import BadInput, ReconvergeError, Refused, Unavailable
from reconverge.model import Lease, ref

# It is on every cluster, cannot be deleted, and is nobody's own.
NAMESPACE = "default"
PREFIX = "reconverge-turn-"
ALONE, SHARED = f"{PREFIX}alone", f"{PREFIX}shared-"
# As long as an undo waits for an API server that is away (recovery/recover.py).
ANSWERED_WITHIN_S = 120.0
Say = Callable[[str], None]


class Registry(msgspec.Struct, frozen=True, kw_only=True):
    """Where the turns on one cluster are written down, and as whom we write.

    `run` is its name; `process` names this process for good, so that what heals its cluster after
    its death can hold its turn until it has.
    """

    cluster: Cluster
    namespace: str = NAMESPACE
    run: str = ""
    process: str = ""

    @property
    def identity(self) -> str:
        """This process, in words that a person on another machine can act on."""
        return f"{socket.gethostname()}/{self.run}/{os.getpid()}"

    def turns(self) -> list[Lease]:
        """The Lease of every turn that somebody holds, or has held and not given back."""
        found = self.cluster.find(
            "Lease", namespace=self.namespace, labels=f"{OWNER_LABEL}={OWNER}"
        )
        leases = [one for one in found if isinstance(one, Lease) and one.name.startswith(PREFIX)]
        return [one for one in leases if one.spec.holder_identity]


class LeasedTurn:
    """One turn, as the Leases of `registry` tell it to other machines."""

    def __init__(
        self, registry: Registry, clock: Clock, *, is_alone: bool, lane: str = "", say: Say
    ) -> None:
        self._registry, self._clock, self._say = registry, clock, say
        self._is_alone = is_alone
        self.claim = self._claim(_name(is_alone=is_alone, lane=lane))
        self._gate = self._claim(ALONE)
        self._is_barred = False
        self._told = ""
        self._unanswered_s: float | None = None

    def take(self, *, on_taken: Callable[[], None]) -> None:
        """Block until it is ours.

        `on_taken` is called as soon as there is something to renew, which may be long before.
        Raises Refused where Leases may not be written, BadInput where their namespace is not, and
        Unavailable after ANSWERED_WITHIN_S without an answer.
        """
        if self._is_alone:
            self._await(self._claim_it)
            on_taken()
            others = Observed(self._clock)
            self._await(lambda: self._are_gone(others))
        else:
            self._await(self._enter)
            on_taken()

    def release(self) -> None:
        """Give it back; what cannot be given back expires."""
        with suppress(ReconvergeError):
            self.claim.release(is_for_good=self.claim.name.startswith(SHARED))

    def _enter(self) -> bool:
        """Write first, then look whether somebody is alone, or is about to be."""
        if self._is_barred and not self._is_gate_free():
            return False
        if not self._claim_it():
            return False
        try:
            is_in = self._is_gate_free()
        except ReconvergeError:
            self.release()
            raise
        if not is_in:
            self.release()
        return is_in

    def _claim_it(self) -> bool:
        had = self.claim.try_take()
        if not had:
            self._tell(self.claim.holder)
        return had

    def _is_gate_free(self) -> bool:
        is_free = self._gate.is_free()
        self._is_barred = not is_free
        if not is_free:
            self._tell(self._gate.holder)
        return is_free

    def _are_gone(self, others: Observed) -> bool:
        """Whether no other turn is held; what has expired is put away."""
        try:
            leases = [one for one in self._registry.turns() if one.name != ALONE]
        except ReconvergeError:
            others.forget()
            raise
        held = [one for one in leases if others.is_held(one)]
        for one in leases:
            if one not in held:
                self._put_away(one)
        if held:
            self._tell(holder_of(held[0]))
        return not held

    def _put_away(self, lease: Lease) -> None:
        """It has expired. One that only the dead wanted goes for good."""
        if put_away(self._registry.cluster, lease) and lease.name.startswith(SHARED):
            with suppress(NotFound):
                self._registry.cluster.delete(ref("Lease", lease))

    def _await(self, is_had: Callable[[], bool]) -> None:
        """Ask until it is, as often as client-go does."""
        while not self._is_answered(is_had):
            pause(self._clock, RETRY_S)

    def _is_answered(self, is_had: Callable[[], bool]) -> bool:
        try:
            had = is_had()
        except Unavailable as error:
            now_s = self._clock.monotonic_s()
            self._unanswered_s = now_s if self._unanswered_s is None else self._unanswered_s
            if now_s - self._unanswered_s >= ANSWERED_WITHIN_S:
                raise
            self._say(f"no turn yet: {error.what}") if self._told != error.what else None
            self._told = error.what
            return False
        except (NotFound, Forbidden, Rejected) as error:
            raise _impossible(error, self._registry.namespace) from error
        self._unanswered_s = None
        return had

    def _tell(self, holder: Holder | None) -> None:
        if holder is not None and str(holder) != self._told:
            self._told = str(holder)
            self._say(f"waiting for a turn on the cluster: {holder} has one")

    def _claim(self, name: str) -> Claim:
        registry = self._registry
        return Claim(
            registry.cluster,
            self._clock,
            name,
            namespace=registry.namespace,
            identity=registry.identity,
            process=registry.process,
        )


def _name(*, is_alone: bool, lane: str) -> str:
    """That of the Lease; who shares the cluster has one for itself."""
    if is_alone:
        return ALONE
    if lane:
        return PREFIX + re.sub(r"[^a-z0-9-]+", "-", lane.lower()).strip("-")
    return SHARED + secrets.token_hex(6)


def _impossible(error: ReconvergeError, namespace: str) -> ReconvergeError:
    """Without a Lease nobody on another machine knows of us: then nothing is harmed."""
    if isinstance(error, NotFound):
        what = f'there is no namespace "{namespace}" for the Lease of a turn'
        return BadInput(what, where=error.where, cure="name one that is: --lease-namespace")
    what = f"the Lease that keeps other machines' runs away may not be written: {error.what}"
    cure = "reconverge rbac | kubectl apply -f -   or --lease-namespace, with the same on all"
    return Refused(what, where=f'namespace "{namespace}"', cure=cure)
