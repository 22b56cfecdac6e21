"""A turn that is lost ends the scenario at once, wherever it waits.

Its Lease is renewed by another thread, and the main one may be blocked in a request or in a wait
for minutes. So it is interrupted by a signal, as Ctrl-C does it; what is raised is no Exception,
lest somebody who tolerates an unreachable cluster take it for one more of those.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from reconverge.errors import Unavailable

# Nothing happens where nobody listens to it: by default it is ignored.
_SIGNAL = signal.SIGURG


class TurnLost(BaseException):
    """Our turn on the cluster is another's now, or may be; `error` says why, for a person."""

    def __init__(self, error: Unavailable) -> None:
        self.error = error
        super().__init__(str(error))


class Alarm:
    """Rung from any thread, it interrupts the main thread while it is armed."""

    def __init__(self) -> None:
        self.error: Unavailable | None = None
        self._is_armed = False

    def ring(self, why: str) -> None:
        """The turn is lost; `why` is a sentence."""
        what = f"the turn on the cluster was lost, and what stood was taken back: {why}"
        cure = "run it again: another machine may have harmed the cluster meanwhile"
        self.error = Unavailable(what, where="lease", cure=cure)
        main = threading.main_thread().ident
        if self._is_armed and main is not None:
            signal.pthread_kill(main, _SIGNAL)

    def arm(self) -> None:
        """From now on a loss interrupts, one that has come already included."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(_SIGNAL, self._interrupt)
            self._is_armed = True
        self.raise_if_lost()

    def disarm(self) -> None:
        """From now on nothing is interrupted: what stands is taken back, in turn or not."""
        self._is_armed = False

    def raise_if_lost(self) -> None:
        """Raises the error, as what could not be known."""
        if self.error is not None:
            raise self.error

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Meanwhile a loss interrupts, and comes out as the error that it is."""
        try:
            self.arm()
            yield
        except TurnLost as lost:
            raise lost.error from None
        finally:
            self.disarm()

    def _interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        if self._is_armed and self.error is not None:
            self._is_armed = False  # once is enough
            raise TurnLost(self.error)
