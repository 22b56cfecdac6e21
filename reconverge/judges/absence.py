"""Proof that a Job which is not on the record was not made: asked for when it should have been.

Two things are asked at once. The CronJob's controller is challenged (see `liveliness`), since a
dead one makes nothing either. And a Job of ours has to come back through our watch of Jobs, also
where the controller is silent: what it made before it fell silent may still be on its way to us.
"""

from __future__ import annotations

from reconverge.judges.judge import Want
from reconverge.judges.liveliness import ANSWER_S, Barrier, Echo, deaf
from reconverge.model import Ref
from reconverge.timeline import Entry


class Absence:
    """Asked at second `asked_s`; `after` is the highest resourceVersion known before."""

    def __init__(self, cron: Ref, *, after: int, asked_s: float) -> None:
        self.asked_s = asked_s
        self._barrier = Barrier((cron,), after=after)
        self._echo = Echo(cron.kind, after=after)

    @property
    def over_s(self) -> float:
        """When what was not answered counts as silence."""
        return self.asked_s + 2 * ANSWER_S

    def wants(self) -> tuple[Want, ...]:
        """The next acts, each once."""
        return (*self._barrier.wants(), *self._echo.wants())

    def feed(self, entry: Entry) -> None:
        self._barrier.feed(entry)
        self._echo.feed(entry)
        self._barrier.close()

    @property
    def is_proved(self) -> bool:
        """Whether a live controller wants nothing more, and we have heard of all that it did."""
        return self._barrier.is_closed

    @property
    def is_heard(self) -> bool:
        """Whether every Job that was made before this was asked has been delivered."""
        return self._echo.is_heard

    @property
    def is_ignored(self) -> bool:
        """Whether the controller is silent, and made nothing before that we have not heard of."""
        return self._barrier.is_ignored and self.is_heard

    @property
    def is_dated(self) -> bool:
        """Whether it is known what was written before this was asked, and what after."""
        return bool(self._echo.planted)

    def is_older(self, entry: Entry) -> bool:
        """Whether `entry` is a change from before: it was delivered late."""
        return self._echo.is_older(entry)

    @property
    def error(self) -> str:
        """Why it could not be asked."""
        return self._barrier.error or self._echo.error

    @property
    def silence(self) -> str:
        """Why there is no proof, as a clause."""
        if self._barrier.is_ignored and not self.is_heard:
            return self._echo.error or deaf(self._echo.watched)
        return self._barrier.silence
