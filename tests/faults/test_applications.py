"""Wearing an application out is proved by its bad answer."""

from __future__ import annotations

from typing import cast

import pytest

from reconverge.cluster.door import Answer, Cluster
from reconverge.errors import Unavailable
from reconverge.faults.applications import WearOut
from reconverge.model import Ref

POD = Ref("Pod", "exp", "kubia", "uid-1")


class Asked:
    """A cluster whose pod gives these answers, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests = 0

    def ask_pod(self, pod: Ref, *, port: int, path: str = "/", timeout_s: float = 5.0) -> Answer:
        del pod, port, path, timeout_s
        self.requests += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


WELL, SICK = Answer(ok=True, text="You've hit kubia"), Answer(ok=False, text="I'm not well")
UNREACHED = Answer(ok=False, text="error trying to reach service: connection refused")


def inject(cluster: Asked) -> None:
    WearOut(pod=POD).inject(cast(Cluster, cluster), [POD])


def test_it_stops_at_the_first_bad_answer() -> None:
    """More requests than needed would only disturb the probe."""
    cluster = Asked(WELL, WELL, SICK)
    inject(cluster)
    assert cluster.requests == 3


def test_an_application_that_stays_well_is_no_fault() -> None:
    """Without a bad answer nothing was injected, and nothing may be judged."""
    with pytest.raises(Unavailable, match="still answers well"):
        inject(Asked(WELL))


def test_an_application_that_is_not_reached_is_no_fault() -> None:
    """A proxy's failure is not the application's."""
    with pytest.raises(Unavailable, match="was not reached"):
        inject(Asked(WELL, UNREACHED))
