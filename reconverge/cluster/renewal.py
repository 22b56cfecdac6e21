"""A claim kept alive in the background, and the moment in which it must be given up for lost.

The endless loop is split from what it repeats, which is `Renewal.beat`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from reconverge.clock import Clock
from reconverge.cluster.claims import RENEW_WITHIN_S, RETRY_S, Claim, TakenOver
from reconverge.errors import ReconvergeError, Unavailable


class Renewal:
    """How one claim fares, attempt by attempt.

    `holds_api_server` says whether a fault of our own keeps the API server from answering. A
    silence that begins then is no loss, however long it lasts: nobody else can write meanwhile, and
    who waits begins to count anew when it ends. The first answer tells whose the Lease is.
    """

    def __init__(self, claim: Claim, clock: Clock, *, holds_api_server: Callable[[], bool]) -> None:
        self._claim, self._clock = claim, clock
        self._holds_api_server = holds_api_server
        self._renewed_s = clock.monotonic_s()
        self._is_excused = False

    def beat(self) -> str:
        """Renew it. Why it is lost, in a sentence; empty while it is ours."""
        try:
            self._claim.renew()
        except TakenOver as error:
            return error.what
        except ReconvergeError as error:
            return self._unheard(error)
        self._renewed_s, self._is_excused = self._clock.monotonic_s(), False
        return ""

    def _unheard(self, error: ReconvergeError) -> str:
        self._is_excused |= self._holds_api_server()
        if self._is_excused and isinstance(error, Unavailable):
            return ""
        silent_s = self._clock.monotonic_s() - self._renewed_s
        if silent_s < RENEW_WITHIN_S:
            return ""
        return f'the Lease "{self._claim.name}" could not be renewed for {silent_s:.0f} s: {error}'


class Keeper:
    """Beats every RETRY_S seconds from a thread of its own, from `start` until `stop`.

    Or until `beat` says why what it keeps is lost: that is told to `on_loss`, from that thread.
    """

    def __init__(
        self, beat: Callable[[], str], clock: Clock, *, on_loss: Callable[[str], None]
    ) -> None:
        self._beat, self._clock, self._on_loss = beat, clock, on_loss
        self._condition = threading.Condition()
        self._is_over = False
        self._thread = threading.Thread(target=self._keep, name="turn's lease", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Renew no more; on return no attempt is on its way. Idempotent."""
        with self._condition:
            self._is_over = True
            self._condition.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def _keep(self) -> None:
        while self._is_still_due():
            if lost := self._beat():
                self._on_loss(lost)
                return

    def _is_still_due(self) -> bool:
        """After RETRY_S seconds; at once when it is over."""
        until_s = self._clock.monotonic_s() + RETRY_S
        with self._condition:
            while not self._is_over and (left_s := until_s - self._clock.monotonic_s()) > 0:
                self._clock.wait(self._condition, timeout_s=left_s)
            return not self._is_over
