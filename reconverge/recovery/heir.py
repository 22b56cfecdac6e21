"""The turn of a dead process is kept until what it harmed is whole: then others may begin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from reconverge.clock import Clock
from reconverge.cluster.claims import PROCESS, Claim, TakenOver
from reconverge.cluster.leased_turns import SHARED, Registry
from reconverge.cluster.renewal import Keeper
from reconverge.errors import ReconvergeError


class Heir:
    """Renews the Lease that the process of `registry` held, as soon as the API server answers.

    It had one turn at most. One that has gone to another meanwhile stays there.
    """

    def __init__(self, registry: Registry, clock: Clock) -> None:
        self._registry, self._clock = registry, clock
        self._claim: Claim | None = None

    def beat(self) -> str:
        """Renew it; why it is lost, or empty."""
        try:
            self._claim = self._claim or self._left()
            if self._claim is not None:
                self._claim.renew()
        except TakenOver as error:
            return error.what
        except ReconvergeError:
            pass  # it is away, or our fault keeps it away: asked again
        return ""

    def release(self) -> None:
        """Who waits for it may begin."""
        if self._claim is not None:
            with suppress(ReconvergeError):
                self._claim.release(is_for_good=self._claim.name.startswith(SHARED))

    def _left(self) -> Claim | None:
        registry = self._registry
        for lease in registry.turns():
            if lease.metadata.annotations.get(PROCESS) == registry.process:
                return Claim.inherited(registry.cluster, self._clock, lease)
        return None


@contextmanager
def turn_kept(registry: Registry, clock: Clock) -> Iterator[None]:
    """Keep that turn meanwhile, and give it back."""
    heir = Heir(registry, clock)
    keeper = Keeper(heir.beat, clock, on_loss=lambda _: None)
    heir.beat()
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()
        heir.release()
