"""`kubectl wait`, in the two forms that people use. Each wait is a process, as on a shell."""

from __future__ import annotations

from bench.verdicts.waiters.waiter import Question
from reconverge.shell import run


class StatusWait:
    """Until the status says that all are ready."""

    def __init__(self, question: Question) -> None:
        self._question = question

    def wait(self, *, within_s: float) -> bool:
        condition = f"jsonpath={{.status.readyReplicas}}={self._question.replicas}"
        return _wait(self._question, condition, f"rc/{self._question.name}", within_s=within_s)


class PodsWait:
    """Until the pods that the selector finds now are ready."""

    def __init__(self, question: Question) -> None:
        self._question = question

    def wait(self, *, within_s: float) -> bool:
        words = ("pod", "-l", self._question.selector)
        return _wait(self._question, "condition=Ready", *words, within_s=within_s)


def _wait(question: Question, condition: str, *what: str, within_s: float) -> bool:
    command = (
        question.kubectl,
        f"--kubeconfig={question.kubeconfig}",
        f"--namespace={question.namespace}",
        "wait",
        f"--for={condition}",
        f"--timeout={within_s:g}s",
        *what,
    )
    return run(command, accept=(0, 1)).exit_code == 0
