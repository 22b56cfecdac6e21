"""kr8s: an object of a library that watches itself."""

from __future__ import annotations

import kr8s
from kr8s.objects import ReplicationController

from bench.verdicts.waiters.waiter import Question


class Kr8sWait:
    """`wait` of the object, with the jsonpath condition of its documentation."""

    def __init__(self, question: Question) -> None:
        api = kr8s.api(kubeconfig=question.kubeconfig, namespace=question.namespace)
        self._workload = ReplicationController.get(question.name, api=api)
        self._condition = f"jsonpath='{{.status.readyReplicas}}'={question.replicas}"

    def wait(self, *, within_s: float) -> bool:
        try:
            self._workload.wait(self._condition, timeout=within_s)
        except TimeoutError:
            return False
        return True
