"""What every way to wait looks like to the bench, and how one answer is measured."""

from __future__ import annotations

import resource
from importlib import import_module
from typing import Protocol

import msgspec

from bench.verdicts.rows import Reply
from reconverge.clock import RealClock


class Question(msgspec.Struct, frozen=True):
    """Where the workload is, and what is asked of it: are `replicas` pods ready again?

    `kubectl` is the program, of the cluster's own version.
    """

    kubeconfig: str
    kubectl: str
    namespace: str
    name: str
    labels: dict[str, str]
    replicas: int

    @property
    def selector(self) -> str:
        """The labels as the command line and the API write them."""
        return ",".join(f"{key}={value}" for key, value in self.labels.items())


class Waiter(Protocol):
    """One way to wait, used as its documentation tells a user to."""

    def wait(self, *, within_s: float) -> bool:
        """Block until the pods are said to be back (True), or the time is over (False)."""


class Tool(msgspec.Struct, frozen=True):
    """A way to wait as the table names it. `maker` is `module:Class`; called with a Question.

    `needs` are the packages whose versions belong to the result.
    """

    key: str
    title: str
    maker: str
    needs: tuple[str, ...] = ()

    def make(self, question: Question) -> Waiter:
        """Its waiter, imported only now: each tool's process carries its own libraries."""
        module, _, name = self.maker.partition(":")
        waiter: Waiter = getattr(import_module(f"bench.verdicts.waiters.{module}"), name)(question)
        return waiter


TOOLS = (
    Tool(
        "kubectl-status",
        "`kubectl wait --for=jsonpath={.status.readyReplicas}=3 rc/kubia`",
        "kubectl:StatusWait",
    ),
    Tool(
        "kubectl-pods",
        "`kubectl wait --for=condition=Ready pod -l app=kubia`",
        "kubectl:PodsWait",
    ),
    Tool("kr8s", 'kr8s, `rc.wait("jsonpath=...")`', "kr8s_wait:Kr8sWait", ("kr8s",)),
    Tool(
        "chaostoolkit-count",
        "chaostoolkit, `count_pods` is 3, every 1 s",
        "chaostoolkit:CountPods",
        ("chaostoolkit-lib", "chaostoolkit-kubernetes"),
    ),
    Tool(
        "chaostoolkit-phase",
        "chaostoolkit, `pods_in_phase` Running, every 1 s",
        "chaostoolkit:PodsInPhase",
        ("chaostoolkit-lib", "chaostoolkit-kubernetes"),
    ),
    Tool(
        "polling",
        "official client, status read every 1 s",
        "polling:StatusPoll",
        ("kubernetes",),
    ),
)


def measured(tool: str, waiter: Waiter, *, within_s: float) -> Reply:
    """The waiter's answer, with its second and the CPU seconds of this process and its children."""
    before_s = _cpu_s()
    is_there = waiter.wait(within_s=within_s)
    at_s = RealClock().monotonic_s()
    return Reply(tool, is_there, at_s, _cpu_s() - before_s)


def _cpu_s() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)
