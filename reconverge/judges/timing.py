"""How long Kubernetes itself takes, computed from the cluster's own settings, term by term.

A deadline taken from these bounds is neither a guess nor a wish: the report shows its terms, and a
reader can look each of them up. What no setting bounds (pulling an image, starting a container) is
an allowance of ours and is called so.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from reconverge.model import Pod, Probe

# Allowances of ours, generous for a laptop under load; Kubernetes promises nothing here.
START_ALLOWANCE_S = 45.0
REACTION_ALLOWANCE_S = 5.0

# pkg/kubelet/kubelet.go: the first restart waits 0 s, the next 10 s, doubling up to 300 s.
CRASH_BACKOFF_FIRST_S, CRASH_BACKOFF_MAX_S = 10.0, 300.0


class Term(msgspec.Struct, frozen=True):
    """One addend of a bound, in seconds."""

    name: str
    seconds: float


class Bound(msgspec.Struct, frozen=True):
    """An upper bound on a duration, as the sum of named terms."""

    terms: tuple[Term, ...]

    @property
    def seconds(self) -> float:
        return sum(term.seconds for term in self.terms)

    def __add__(self, other: Bound) -> Bound:
        return Bound(self.terms + other.terms)

    def __str__(self) -> str:
        rows = " + ".join(f"{term.name} {term.seconds:g}" for term in self.terms)
        return f"<= {self.seconds:g} s = {rows}"


class NodeTimes(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that decide how fast a lost node is noticed and emptied, in seconds.

    Defaults are those of Kubernetes 1.32 and later: kube-controller-manager
    --node-monitor-grace-period 50 s (40 s before) and --node-monitor-period 5 s; kube-apiserver
    --default-unreachable-toleration-seconds 300 s; --node-eviction-rate 0.1/s, so 10 s a node.
    """

    monitor_grace_s: float = 50.0
    monitor_period_s: float = 5.0
    unreachable_toleration_s: float = 300.0
    eviction_interval_s: float = 10.0

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> NodeTimes:
        """From a cluster's settings by flag name, such as `{"node-monitor-period": "1s"}`."""
        flags = {
            "monitor_grace_s": "node-monitor-grace-period",
            "monitor_period_s": "node-monitor-period",
            "unreachable_toleration_s": "default-unreachable-toleration-seconds",
        }
        known = {
            name: float(settings[flag].removesuffix("s"))
            for name, flag in flags.items()
            if flag in settings
        }
        return cls(**known)


def replacement() -> Bound:
    """From the loss of a pod to its ready replacement, on an image that is present."""
    return Bound(
        (Term("reaction", REACTION_ALLOWANCE_S), Term("start of the pods", START_ALLOWANCE_S))
    )


def node_noticed(times: NodeTimes) -> Bound:
    """From the stop of a node to Ready=Unknown (pkg/controller/nodelifecycle)."""
    return Bound(
        (
            Term("node-monitor-grace-period", times.monitor_grace_s),
            Term("two rounds of node-monitor-period", 2 * times.monitor_period_s),
            Term("reaction", REACTION_ALLOWANCE_S),
        )
    )


def node_replaced(times: NodeTimes) -> Bound:
    """From the stop of a node to ready replacements of its pods elsewhere."""
    eviction = Bound(
        (
            Term("tainting at 0.1 nodes/s", times.eviction_interval_s),
            Term("unreachable toleration", times.unreachable_toleration_s),
        )
    )
    return node_noticed(times) + eviction + replacement()


def node_returned() -> Bound:
    """From the start of a stopped node's container to a whole node."""
    return Bound(
        (
            Term("boot of the node (allowance)", START_ALLOWANCE_S),
            Term("start of its pods", START_ALLOWANCE_S),
        )
    )


def restarted(pod: Pod, *, container: str, healthy_requests: int = 0) -> Bound:
    """From the first probe to a restarted container, when the liveness probe begins to fail.

    `healthy_requests` is how many probes succeed before. The kubelet probes every
    `periodSeconds`, kills after `failureThreshold` failures in a row, and waits for
    `terminationGracePeriodSeconds` when the process ignores SIGTERM (pkg/kubelet/prober).
    """
    spec = next((one for one in pod.spec.containers if one.name == container), None)
    probe = spec.liveness_probe if spec is not None and spec.liveness_probe else Probe()
    grace_s = probe.termination_grace_period_seconds or pod.spec.termination_grace_period_seconds
    probes = healthy_requests + probe.failure_threshold
    return Bound(
        (
            Term("initial delay", probe.initial_delay_seconds),
            Term(f"{probes} probes", probes * (probe.period_seconds + probe.timeout_seconds)),
            Term("termination grace", grace_s),
            Term("crash back-off", _backoff_s(pod.restart_count)),
            *replacement().terms,
        )
    )


def _backoff_s(restarts: int) -> float:
    if restarts == 0:
        return 0.0
    return float(min(CRASH_BACKOFF_MAX_S, CRASH_BACKOFF_FIRST_S * 2 ** (restarts - 1)))
