"""Nobody wrote: said only where the log had it all, and is past it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconverge.judges.audited import author, unwritten
from reconverge.timeline import AUDIT_LOG, Gap, Synced, Wrote
from tests.builders import NAMESPACE, START, Story

SINCE_S, UNTIL_S = 10.0, 12.0


class Log(Story):
    """A story whose audit log is read from second 1 on, one that is past second 20."""

    def __init__(self) -> None:
        super().__init__()
        self.at(1.0).begin()

    def begin(self, namespace: str = NAMESPACE) -> None:
        self.append(
            lambda at_s: Synced(at_s=at_s, kind=AUDIT_LOG, resource_version=0, namespace=namespace)
        )

    def lose(self) -> None:
        self.append(
            lambda at_s: Gap(
                at_s=at_s, kind=AUDIT_LOG, since_s=at_s, reason="gone", namespace=NAMESPACE
            )
        )

    def wrote(
        self,
        received_s: float,
        answered_s: float,
        *,
        kind: str = "Pod",
        namespace: str = NAMESPACE,
        code: int = 200,
        read_s: float | None = None,
    ) -> None:
        self.at(answered_s + 0.01 if read_s is None else read_s)
        self.append(
            lambda at_s: Wrote(
                at_s=at_s,
                user="system:node:worker",
                verb="patch",
                kind=kind,
                code=code,
                received=START + timedelta(seconds=received_s),
                answered=START + timedelta(seconds=answered_s),
                namespace=namespace,
                name="x",
            )
        )

    def past(self) -> Log:
        """A later write of another kind proves that the log is past the time in question."""
        self.wrote(20.0, 20.01, kind="ReplicaSet")
        return self

    def unwritten(self, kind: str = "Pod", namespace: str = NAMESPACE) -> bool | None:
        return unwritten(self.timeline.entries(), kind, namespace, since_s=SINCE_S, until_s=UNTIL_S)


def test_a_log_that_has_it_all() -> None:
    """Writes before and after, of other kinds, of other namespaces and refused ones are none."""
    log = Log()
    log.wrote(5.0, 5.01)
    log.wrote(11.0, 11.01, kind="ReplicaSet")
    log.wrote(11.0, 11.01, namespace="other")
    log.wrote(11.0, 11.01, code=409)
    log.wrote(14.0, 14.01)
    assert log.unwritten() is True


@pytest.mark.parametrize(
    ("received_s", "answered_s"), [(9.0, 10.5), (11.0, 11.0), (11.9, 13.5), (9.0, 14.0)]
)
def test_a_write_in_it(received_s: float, answered_s: float) -> None:
    """A write counts with the whole time it was under way, whenever it is read."""
    log = Log()
    log.wrote(received_s, answered_s, read_s=19.0)
    assert log.past().unwritten() is False


def test_nothing_later_is_known() -> None:
    """A log that is not past the time may still bring the write."""
    log = Log()
    log.wrote(12.5, 12.6, kind="ReplicaSet")
    assert log.unwritten() is None
    assert log.past().unwritten() is True


def test_read_from_the_middle_on() -> None:
    """Begun after the time's beginning, the log has not all of it."""
    story = Log()
    late = Story()
    late.at(11.0)
    late.append(
        lambda at_s: Synced(at_s=at_s, kind=AUDIT_LOG, resource_version=0, namespace=NAMESPACE)
    )
    assert unwritten(late.timeline.entries(), "Pod", NAMESPACE, since_s=10.0, until_s=12.0) is None
    assert story.past().unwritten() is True


@pytest.mark.parametrize("at_s", [10.5, 15.0])
def test_a_gap_of_the_log(at_s: float) -> None:
    """A gap in the time, or before the proof of its end, leaves it open; an older one does not."""
    log = Log()
    log.at(3.0).lose()
    log.at(4.0)
    log.begin()
    log.at(at_s).lose()
    log.at(at_s + 0.1)
    log.begin()
    assert log.past().unwritten() is None
    earlier = Log()
    earlier.at(3.0).lose()
    earlier.at(4.0)
    earlier.begin()
    assert earlier.past().unwritten() is True


def test_what_the_log_leaves_out() -> None:
    """Leases and Events are not in it; other namespaces and cluster-scoped kinds are not read."""
    log = Log().past()
    assert log.unwritten("Lease") is None
    assert log.unwritten("Event") is None
    assert log.unwritten("Pod", "other") is None
    assert log.unwritten("PersistentVolume", "") is None
    assert unwritten(Log().timeline.entries(), "Node", "", since_s=0.0, until_s=1.0) is None


def test_kinds_that_only_the_log_names_otherwise() -> None:
    """A resource whose kind is not known counts for each kind that the model has not."""
    log = Log()
    log.wrote(11.0, 11.01, kind="widgets")
    log.past()
    assert log.unwritten("Widget") is False
    assert log.unwritten("Pod") is True


def test_clocks_that_disagree() -> None:
    """A line read before it was written means that a clock stepped: nothing is certain."""
    log = Log()
    log.wrote(500.0, 500.01, kind="ReplicaSet", read_s=15.0)
    assert log.unwritten() is None


def test_a_timeline_that_was_not_opened() -> None:
    """Without the wall time of its beginning the stamps mean nothing."""
    empty = Story()
    empty.timeline._entries.clear()
    assert unwritten(empty.timeline, "Pod", NAMESPACE, since_s=0.0, until_s=1.0) is None


@pytest.mark.parametrize(
    ("user", "agent", "name"),
    [
        (
            "system:serviceaccount:kube-system:job-controller",
            "kube-controller-manager/v1",
            "job-controller",
        ),
        ("system:serviceaccount:exp:operator", "operator/v1", "service account operator of exp"),
        ("system:node:worker2", "kubelet/v1.34.4", "kubelet of worker2"),
        ("system:kube-scheduler", "kube-scheduler/v1.34.4", "kube-scheduler"),
        ("system:apiserver", "kube-apiserver/v1.34.4", "kube-apiserver"),
        ("kubernetes-admin", "kubectl/v1.34.4", "kubernetes-admin (kubectl)"),
        ("jane", "", "jane"),
    ],
)
def test_authors_by_name(user: str, agent: str, name: str) -> None:
    """Controllers, kubelets and people are named as one would say it."""
    write = Wrote(
        user=user, verb="patch", kind="Pod", code=200, received=START, answered=START, agent=agent
    )
    assert author(write) == name
