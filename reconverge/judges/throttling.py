"""Whether a container gets the processor time that it wants, by the kernel's own count.

A container with a limit may run for so long in each period of 0.1 s. Periods in which it wanted to
run count, and those in which it was held up. How long its answers take would say the same less
surely: that depends on this machine as well.
"""

from __future__ import annotations

import re

from reconverge.judges.asking import ByAnswers
from reconverge.judges.judge import WantMetrics
from reconverge.judges.steady import Steadiness
from reconverge.model import Ref, Snapshot
from reconverge.timeline import Probed

METRIC = "container_cpu_cfs_"
# Below so many periods, 2 s of wanting to run, a share says nothing.
PERIODS_LEAST = 20
_COUNT = re.compile(r"container_cpu_cfs_(throttled_)?periods_total\{.*\} (\d+)")


class Throttled(ByAnswers, frozen=True, kw_only=True):
    """The container is held up in `least` to `most` percent of the periods in which it would run.

    What it counts goes back to the container's start. cAdvisor looks about every 10 s.
    """

    pod: Ref
    container: str
    least: int = 0
    most: int = 100

    def sentence(self) -> str:
        share = f"{self.least} to {self.most} percent"
        return f'container "{self.container}" of "{self.pod.name}" is throttled for {share}'

    @property
    def question(self) -> WantMetrics:
        return WantMetrics(pod=self.pod, container=self.container, metric=METRIC)

    def weigh_answers(self, answers: tuple[Probed, ...], snapshot: Snapshot) -> Steadiness:
        del snapshot
        held_up, periods = _counts(answers[-1].answer)
        seen = f"held up in {held_up} of {periods} periods"
        if periods < PERIODS_LEAST:
            return Steadiness((f"{PERIODS_LEAST} periods are needed",), seen)
        is_so = self.least <= 100 * held_up / periods <= self.most
        return Steadiness(() if is_so else ("that is another share",), seen)


def _counts(metrics: str) -> tuple[int, int]:
    """How many periods it was held up in, and how many there were."""
    found = {bool(row[1]): int(row[2]) for row in _COUNT.finditer(metrics)}
    return found.get(True, 0), found.get(False, 0)
