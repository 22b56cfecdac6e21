"""Fault by fault: its steps found out, then a run killed at each; what is left after recovery."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from reconverge.clock import Clock, RealClock
from reconverge.cluster.nodes import KindCluster
from reconverge.errors import ReconvergeError
from reconverge.faults import Fault
from reconverge.recovery.reading import read_state
from reconverge.recovery.recover import recover
from reconverge.recovery.state import ClusterState, Difference
from tests.crashes.trial import Steps, counted, forked, live

# Pods that were lost are made again, and leaders elected, in this time.
SETTLED_WITHIN_S = 120.0
NEVER = -1


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One run that was killed at a step, and what was left after its recovery."""

    fault: str
    step: str
    number: int
    is_twice: bool = False
    took_s: float
    errors: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def is_healed(self) -> bool:
        return not self.errors and not self.left


class Rounds:
    """Trials on one cluster; `baseline` is the state that each must return to.

    `within`: of other namespaces than these nothing is compared, since others use them.
    """

    def __init__(
        self,
        kubeconfig: Path,
        kind_name: str,
        *,
        within: tuple[str, ...] = (),
        clock: Clock | None = None,
    ) -> None:
        self._within = within
        self._kubeconfig, self._kind_name = kubeconfig, kind_name
        self._clock = clock or RealClock()
        self.cluster = KindCluster.of(kubeconfig, kind_name=kind_name)
        self.baseline = self._settled()

    def steps_of(self, make: Callable[[], Fault]) -> list[str]:
        """The steps of a run that nobody kills. Raises AssertionError where it ends ill."""
        with TemporaryDirectory() as folder:
            code = self._live(make, Path(folder), last=NEVER)
            assert code == 0, f"a run that was not killed ended with {code}"
            steps = (Path(folder) / "steps").read_text().splitlines()
        left = self.left()
        assert not left, f"a run that was not killed left {left}"
        return steps

    def trials(
        self, fault: str, make: Callable[[], Fault], *, seed: int, at_most: int = 1000
    ) -> Iterator[Trial]:
        """A trial for each step, in the seed's order; one in four dies in its recovery too."""
        steps = list(enumerate(self.steps_of(make)))
        rows = random.Random(f"{seed}/{fault}").sample(steps, min(at_most, len(steps)))
        for ordinal, (number, step) in enumerate(rows):
            trial = self._trial(fault, make, step, number, is_twice=ordinal % 4 == 3)
            if trial is not None:
                yield trial

    def _trial(
        self, fault: str, make: Callable[[], Fault], step: str, number: int, *, is_twice: bool
    ) -> Trial | None:
        """None where this run had fewer steps and ended well: some wait in a number of calls."""
        begun = self._clock.monotonic_s()
        with TemporaryDirectory() as name:
            folder = Path(name)
            code = self._live(make, folder, last=number)
            if code == 0:
                return None
            errors = [] if code == -9 else [f"it was not killed, and ended with {code}"]
            if is_twice:
                forked(lambda: self._recover_and_die(folder))
            try:
                rows = recover(self.cluster, folder / "journal")
                errors += [row.error for row in rows if row.error]
            except ReconvergeError as error:
                errors.append(str(error))
            errors += [f"kept {one.name}" for one in (folder / "journal").glob("*.jsonl")]
        left = tuple(map(str, self.left()))
        return Trial(
            fault=fault,
            step=step,
            number=number,
            is_twice=is_twice,
            took_s=round(self._clock.monotonic_s() - begun, 1),
            errors=tuple(errors),
            left=left,
        )

    def _live(self, make: Callable[[], Fault], folder: Path, *, last: int) -> int:
        step = Steps(folder / "steps", last)

        def act() -> None:
            cluster = counted(self._kubeconfig, self._kind_name, step)
            live(cluster, make, folder / "journal", step)

        return forked(act)

    def _recover_and_die(self, folder: Path) -> None:
        """Killed right after its first change of the cluster, before the journal can say so."""
        cluster = counted(self._kubeconfig, self._kind_name, Steps(folder / "recovery", 1))
        recover(cluster, folder / "journal")

    def left(self) -> list[Difference]:
        """What is not as in the baseline, once it had the time to be."""
        until_s = self._clock.monotonic_s() + SETTLED_WITHIN_S
        while (left := self._differences()) and self._clock.monotonic_s() < until_s:
            self._rest(1.0)
        return left

    def _differences(self) -> list[Difference]:
        try:
            return self.baseline.differences(read_state(self.cluster, within=self._within))
        except ReconvergeError as error:
            return [Difference("cluster", "readable", str(error))]

    def _settled(self) -> ClusterState:
        """The state once it has been the same for three looks."""
        seen = [read_state(self.cluster, within=self._within)]
        while len(seen) < 3 or seen[-1] != seen[-2] or seen[-2] != seen[-3]:
            self._rest(2.0)
            seen.append(read_state(self.cluster, within=self._within))
        return seen[-1]

    def _rest(self, seconds: float) -> None:
        pause = threading.Condition()
        with pause:
            self._clock.wait(pause, timeout_s=seconds)
