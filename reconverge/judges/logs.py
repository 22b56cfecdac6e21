"""Promises about what a container says: its log, and that of its previous instance.

The lines carry the container runtime's stamps, which are of the same clock as the kubelet's. What
the log must not say is promised of a log that has ended, or as far as it has been written.
"""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from reconverge.judges.asking import ByAnswers
from reconverge.judges.judge import WantLog
from reconverge.judges.steady import Steadiness, state
from reconverge.model import ContainerStatus, Pod, Ref, Snapshot
from reconverge.timeline import Probed

_STAMPED = re.compile(r"(\d{4}-\d\d-\d\dT[\d:.]+Z) (.*)")


class Line(msgspec.Struct, frozen=True):
    """One line of a log, and when the runtime took it."""

    at: datetime
    text: str


def lines_of(log: str) -> tuple[Line, ...]:
    """The lines of a log that was asked for with its stamps; what carries none is no line of it."""
    rows = (_STAMPED.fullmatch(row) for row in log.splitlines())
    return tuple(Line(msgspec.convert(row[1], datetime), row[2]) for row in rows if row)


class LogPromise(ByAnswers, frozen=True, kw_only=True):
    """Base of the promises about the log of a container; without a name, of the only one."""

    pod: Ref
    container: str = ""
    previous: bool = False

    @property
    def question(self) -> WantLog:
        return WantLog(pod=self.pod, container=self.container, previous=self.previous)

    def weigh_answers(self, answers: tuple[Probed, ...], snapshot: Snapshot) -> Steadiness:
        answer = answers[-1]
        if not answer.ok:
            return Steadiness((f"{self.log} was not read",), answer.answer)
        pod = snapshot.pod(self.pod.uid)
        if pod is None:
            return Steadiness((f"{self.pod} is gone",), f"{self.pod} does not exist")
        if self.status(pod) is None:
            return Steadiness(("its kubelet tells of no such container",), state(pod))
        return self.weigh_log(lines_of(answer.answer), pod, snapshot)

    def weigh_log(self, lines: tuple[Line, ...], pod: Pod, snapshot: Snapshot) -> Steadiness:
        """What the log lacks."""
        raise NotImplementedError

    @property
    def log(self) -> str:
        """Which log it is, as the beginning of a sentence."""
        which = "previous container" if self.previous else "container"
        name = f' "{self.container}"' if self.container else ""
        return f'the log of the {which}{name} of "{self.pod.name}"'

    def status(self, pod: Pod) -> ContainerStatus | None:
        """What the kubelet says of the container."""
        if self.container:
            return pod.container(self.container)
        return next(iter(pod.status.container_statuses), None)

    def started(self, pod: Pod) -> datetime | None:
        """When that instance was started, in whole seconds, cut off; None where it is not known."""
        status = self.status(pod)
        if status is None:
            return None
        if self.previous:
            ended = status.last_state.terminated
            return ended.started_at if ended is not None else None
        return status.state.running.started_at if status.state.running is not None else None


class LogSays(LogPromise, frozen=True, kw_only=True):
    """At least `least` and at most `most` of its lines contain `text`; None is any number."""

    text: str
    least: int = 1
    most: int | None = None

    def sentence(self) -> str:
        if self.most == 0:
            return f'{self.log} does not say "{self.text}"'
        if (self.least, self.most) == (1, None):
            return f'{self.log} says "{self.text}"'
        bound = "exactly" if self.least == self.most else "at least"
        return f'{self.log} says "{self.text}" {bound} {self.least} times'

    def weigh_log(self, lines: tuple[Line, ...], pod: Pod, snapshot: Snapshot) -> Steadiness:
        del pod, snapshot
        found = sum(self.text in line.text for line in lines)
        seen = f"{found} such lines of {len(lines)}"
        is_so = found >= self.least and (self.most is None or found <= self.most)
        return Steadiness(() if is_so else (f"{self.log} says it {found} times",), seen)


class LogBegins(LogPromise, frozen=True, kw_only=True):
    """Its first line contains `text`, and was written after the previous instance had ended.

    So it is the log of a life of its own, from its beginning on.
    """

    text: str

    def sentence(self) -> str:
        return f'{self.log} begins with "{self.text}"'

    def weigh_log(self, lines: tuple[Line, ...], pod: Pod, snapshot: Snapshot) -> Steadiness:
        del snapshot
        if not lines:
            return Steadiness((f"{self.log} is empty",), "no line")
        first, begun = lines[0], self.started(pod)
        lacking = []
        if self.text not in first.text:
            lacking.append("it begins otherwise")
        if begun is None or first.at < begun:
            lacking.append(f"that line is of before {begun or 'its start'}")
        return Steadiness(tuple(lacking), f'its first line is "{first.text}" at {first.at:%X}')


class NoPreviousLog(LogPromise, frozen=True, kw_only=True):
    """There was no previous container: the API server says so (HTTP 400)."""

    previous: bool = True

    def sentence(self) -> str:
        return f'"{self.pod.name}" has no previous container, and no log of one'

    def weigh_answers(self, answers: tuple[Probed, ...], snapshot: Snapshot) -> Steadiness:
        del snapshot
        answer = answers[-1]
        is_so = not answer.ok and "previous terminated container" in answer.answer
        seen = "a log" if answer.ok else answer.answer
        return Steadiness(() if is_so else ("that is another answer",), seen)
