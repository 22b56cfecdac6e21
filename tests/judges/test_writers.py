"""Who wrote to what, and gaps that hide nothing: told by the audit log."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconverge.judges.invariants import NeverMore, OnlyWriters
from reconverge.judges.judge import WantSentinel
from reconverge.judges.liveliness import ANSWER_S
from reconverge.model import Ref
from reconverge.timeline import Gap, Synced, Wrote
from reconverge.verdict import Verdict
from tests.builders import KUBIA, NAMESPACE, START, Audience, Responder
from tests.judges.test_audited import Log

A = Ref("Pod", NAMESPACE, "a", "a")
DEADLINE_S = 12.0
KUBELET, CONTROLLER = (
    "system:node:worker",
    "system:serviceaccount:kube-system:replication-controller",
)


class Span:
    """A promise about pod `a` from second 10 to 12, and a log that is read from second 1 on."""

    def __init__(self) -> None:
        self.log = Log()
        self.start = len(self.log.timeline)
        self.log.at(10.0).note("the span begins")
        promise = OnlyWriters(objects=(A,), writers=("kubelet",))
        self.audience = Audience(self.log, promise.judge(deadline_s=DEADLINE_S), start=self.start)

    def wrote(self, at_s: float, user: str, *, name: str = "a", verb: str = "patch") -> None:
        """A write to a pod that took effect at that second, and was read soon after."""
        self.log.at(max(at_s + 0.01, self.log.timeline.now_s()))
        self.log.append(
            lambda read_s: Wrote(
                at_s=read_s,
                user=user,
                verb=verb,
                kind="Pod",
                code=200,
                received=START + timedelta(seconds=at_s),
                answered=START + timedelta(seconds=at_s + 0.005),
                namespace=NAMESPACE,
                name=name,
            )
        )

    def end(self, *, is_past: bool = True) -> tuple[Verdict, str]:
        """Let the span end; the sentinel's own creation brings the log past it."""
        self.audience.wait(DEADLINE_S + 1.0)
        assert self.audience.finding is not None or self.audience.wanted == [
            WantSentinel("ReplicationController")
        ]
        if is_past:
            self.wrote(DEADLINE_S + 1.1, "kubernetes-admin", name="", verb="create")
        self.audience.wait(DEADLINE_S + 1.0 + ANSWER_S)
        finding = self.audience.verdict()
        return finding.verdict, finding.why


def test_nobody_else_wrote() -> None:
    """The kubelet of whatever node may; writes before the span and to other pods do not count."""
    span = Span()
    span.wrote(10.5, KUBELET)
    span.wrote(10.6, CONTROLLER, name="b")
    assert span.end() == (Verdict.HELD, "by the API server's audit log")


@pytest.mark.parametrize("verb", ["patch", "delete"])
def test_somebody_else_wrote(verb: str) -> None:
    """The writer, the object and the verb are named."""
    span = Span()
    span.wrote(10.5, CONTROLLER, verb=verb)
    assert span.end() == (Verdict.BROKEN, f"replication-controller wrote to a ({verb})")


def test_a_write_after_the_span_is_none_of_ours() -> None:
    """The log is read past the end of the span, to be sure that it has all of it."""
    span = Span()
    span.audience.wait(DEADLINE_S + 0.5)
    span.wrote(DEADLINE_S + 0.5, CONTROLLER)
    assert span.end()[0] is Verdict.HELD


def test_a_log_that_is_not_past_the_span_tells_nothing() -> None:
    """Nothing in it is not nothing written."""
    span = Span()
    assert span.end(is_past=False) == (Verdict.UNKNOWN, "the audit log does not tell who wrote")


def test_a_log_with_a_gap_tells_nothing() -> None:
    """What was written meanwhile is not in it."""
    span = Span()
    span.log.at(11.0).lose()
    assert span.end() == (Verdict.UNKNOWN, "the audit log does not tell who wrote")


def gap_of_pods(log: Log) -> tuple[Verdict, str]:
    """An invariant over a span in which the watch of pods had a gap from second 10 to 12."""
    log.steady("a", "b", "c")
    start = len(log.timeline)
    log.at(10.0).note("the span begins")
    watch = {"kind": "Pod", "namespace": NAMESPACE}
    log.append(lambda at_s: Gap(at_s=at_s, since_s=at_s, reason="too old", **watch))
    log.at(12.0)
    log.append(lambda at_s: Synced(at_s=at_s, resource_version=log.version, **watch))
    promise = NeverMore(workload=KUBIA, pods=3)
    audience = Audience(log, promise.judge(deadline_s=13.0), start=start)
    controller = Responder(audience)
    controller.run(14.0)
    if audience.finding is None:
        log.wrote(14.5, 14.51, kind="ReplicaSet")
        controller.run(30.0)
    return audience.verdict().verdict, audience.verdict().why


def test_a_gap_in_which_nobody_wrote_hides_nothing() -> None:
    """The audit log closes what the watch left open."""
    assert gap_of_pods(Log())[0] is Verdict.HELD


def test_a_gap_in_which_somebody_wrote_hides_something() -> None:
    """One write to a pod is enough: it may have been the violation."""
    log = Log()
    log.wrote(10.5, 10.51)
    assert gap_of_pods(log) == (
        Verdict.UNKNOWN,
        "the watch of Pod had a gap: too old",
    )


def test_a_gap_without_a_log_stays_a_gap() -> None:
    """A cluster of somebody else's keeps no log for us."""
    log = Log()
    log.at(2.0).lose()
    assert gap_of_pods(log)[0] is Verdict.UNKNOWN
