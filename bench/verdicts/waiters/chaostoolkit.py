"""chaostoolkit: a steady-state hypothesis of its Kubernetes probes, asked until it is met.

The hypothesis is run by chaostoolkit itself, with the probe and the tolerance as they stand in an
experiment's file; that it is asked once a second is what a user adds.
"""

from __future__ import annotations

import logging
from typing import Any

from chaoslib.hypothesis import run_steady_state_hypothesis
from chaoslib.run import EventHandlerRegistry

from bench.verdicts.waiters.polling import poll
from bench.verdicts.waiters.waiter import Question


class _Hypothesis:
    """One probe with its tolerance."""

    def __init__(self, question: Question, func: str, *, tolerance: object) -> None:
        logging.getLogger("chaostoolkit").setLevel(logging.CRITICAL)  # "not yet" is an error to it
        arguments = {
            "label_selector": question.selector,
            "phase": "Running",
            "ns": question.namespace,
        }
        probe = {
            "type": "probe",
            "name": func,
            "tolerance": tolerance,
            "provider": {
                "type": "python",
                "module": "chaosk8s.pod.probes",
                "func": func,
                "arguments": arguments,
            },
        }
        hypothesis = {"title": "the pods are back", "probes": [probe]}
        self._experiment: dict[str, Any] = {"steady-state-hypothesis": hypothesis}

    def wait(self, *, within_s: float) -> bool:
        return poll(self._is_met, within_s=within_s)

    def _is_met(self) -> bool:
        state = run_steady_state_hypothesis(
            self._experiment, {}, {}, dry=None, event_registry=EventHandlerRegistry()
        )
        return bool(state["steady_state_met"])


class CountPods(_Hypothesis):
    """As many running pods as promised."""

    def __init__(self, question: Question) -> None:
        super().__init__(question, "count_pods", tolerance=question.replicas)


class PodsInPhase(_Hypothesis):
    """All pods that the selector finds are running."""

    def __init__(self, question: Question) -> None:
        super().__init__(question, "pods_in_phase", tolerance=True)
