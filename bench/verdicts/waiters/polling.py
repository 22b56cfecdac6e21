"""What is written when no library is at hand: a loop that reads the status and sleeps."""

from __future__ import annotations

import threading
from collections.abc import Callable

from kubernetes import client, config

from bench.verdicts.waiters.waiter import Question
from reconverge.clock import RealClock

EVERY_S = 1.0


class StatusPoll:
    """The status of the workload, once a second, with the official client."""

    def __init__(self, question: Question) -> None:
        self._question = question
        loaded = config.new_client_from_config(question.kubeconfig)  # type: ignore[no-untyped-call]
        self._api = client.CoreV1Api(loaded)

    def wait(self, *, within_s: float) -> bool:
        return poll(self._is_there, within_s=within_s)

    def _is_there(self) -> bool:
        name, namespace = self._question.name, self._question.namespace
        found = self._api.read_namespaced_replication_controller_status(name, namespace)
        return found.status is not None and found.status.ready_replicas == self._question.replicas


def poll(is_there: Callable[[], bool], *, within_s: float) -> bool:
    """Ask, wait a second, ask again."""
    clock, never = RealClock(), threading.Event()
    until_s = clock.monotonic_s() + within_s
    while not is_there():
        if clock.monotonic_s() >= until_s:
            return False
        never.wait(EVERY_S)
    return True
