"""Who wrote what a watch delivered."""

from __future__ import annotations

from datetime import timedelta

from reconverge.report.html.section import picture_of
from reconverge.timeline import Wrote
from tests.builders import NAMESPACE, START, Story
from tests.report.html.test_lanes import replaced

KUBELET = "system:node:worker"
CONTROLLER = "system:serviceaccount:kube-system:replication-controller"


def wrote(
    story: Story, at_s: float, user: str, *, name: str, verb: str = "patch", code: int = 200
) -> None:
    """A write that took effect at that second; the log is read at the story's present second."""
    story.append(
        lambda read_s: Wrote(
            at_s=read_s,
            user=user,
            verb=verb,
            kind="Pod",
            code=code,
            received=START + timedelta(seconds=at_s - 0.01),
            answered=START + timedelta(seconds=at_s + 0.01),
            namespace=NAMESPACE,
            name=name,
        )
    )


def authors(story: Story, of: str) -> list[tuple[str, bool]]:
    events = picture_of(story.timeline).events
    return [(one.author, one.is_audited) for one in events if one.of == of]


def test_the_audit_log_names_the_author_of_each_version() -> None:
    """A created pod has no name in the log; the writes that follow do."""
    story = replaced()
    wrote(story, 2.0, CONTROLLER, name="", verb="create")
    wrote(story, 2.5, "system:kube-scheduler", name="c", verb="create")
    wrote(story, 3.5, KUBELET, name="c")
    wrote(story, 4.0, KUBELET, name="c")
    assert authors(story, "c") == [
        ("replication-controller", True),
        ("kube-scheduler", True),
        ("kubelet of worker", True),
        ("kubelet of worker", True),
    ]


def test_two_writes_between_deliveries_are_both_named() -> None:
    """The log does not tell which of them made the version that came."""
    story = replaced()
    wrote(story, 3.8, KUBELET, name="c")
    wrote(story, 3.9, CONTROLLER, name="c")
    assert authors(story, "c")[-1] == ("kubelet of worker or replication-controller", True)


def test_a_deletion_is_delivered_twice() -> None:
    """Its only write ends the grace period, and then the pod is gone."""
    story = replaced()
    wrote(story, 2.9, KUBELET, name="b", verb="delete")
    story.at(5.0).pod("b", terminating=True)
    story.at(5.1).pod("b", "deleted")
    assert authors(story, "b")[-2:] == [("kubelet of worker", True)] * 2


def test_a_refused_write_wrote_nothing() -> None:
    """It is in the log with its code."""
    story = replaced()
    wrote(story, 3.9, KUBELET, name="c", code=409)
    assert authors(story, "c")[-1] == ("", False)


def test_a_later_write_is_not_the_author() -> None:
    """What came to be known afterwards made another version."""
    story = replaced()
    wrote(story, 4.4, KUBELET, name="c")
    assert authors(story, "c")[-1] == ("", False)
