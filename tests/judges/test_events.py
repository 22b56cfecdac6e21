"""Whether a component has remarked on an object."""

from __future__ import annotations

from reconverge.judges.events import Remarked
from reconverge.model import Ref
from tests.builders import NAMESPACE, Story, meta

A = Ref("Pod", NAMESPACE, "a", "a")


def remark(
    story: Story, *, uid: str = "a", name: str = "a", reason: str = "Killing", count: int = 1
) -> None:
    """An Event about the pod of that UID, or of that name where it has none."""
    version = story.next_version()
    wire = {
        "metadata": meta(f"event-{version}", f"event-{version}", version),
        "involvedObject": {"kind": "Pod", "namespace": NAMESPACE, "name": name, "uid": uid},
        "reason": reason,
        "message": f"{reason}: failed liveness probe",
        "count": count,
    }
    story.see("Event", "added", wire)


def lacking(story: Story, **more: object) -> tuple[str, ...]:
    promise = Remarked(about=A, reason="Killing", **more)  # type: ignore[arg-type]
    return promise.weigh(story.timeline.latest()).lacking


def test_a_remark_is_about_the_object_of_that_uid() -> None:
    """A namesake's events do not count, nor do those for another reason."""
    story = Story()
    remark(story, uid="an earlier a")
    remark(story, reason="Unhealthy")
    assert lacking(story) == ("0 such events of 1",)
    remark(story)
    assert lacking(story) == ()


def test_a_remark_without_a_uid_means_the_name() -> None:
    """The taint-eviction-controller names no UID; another pod's name is another pod."""
    story = Story()
    remark(story, uid="", name="b")
    assert lacking(story) == ("0 such events of 1",)
    remark(story, uid="")
    assert lacking(story) == ()


def test_merged_events_count_as_often_as_they_were_merged() -> None:
    """The API keeps one object with a count."""
    story = Story()
    remark(story, count=2)
    assert lacking(story, times=3) == ("2 such events of 3",)
    remark(story)
    assert lacking(story, times=3) == ()


def test_the_message_counts_where_one_is_asked_for() -> None:
    """By what it contains, since the rest differs from run to run."""
    story = Story()
    remark(story)
    assert lacking(story, message="failed liveness probe") == ()
    assert lacking(story, message="failed readiness probe") == ("0 such events of 1",)
