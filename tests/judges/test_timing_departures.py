"""How long a namespace takes to go."""

from __future__ import annotations

from reconverge.judges.timing import namespace_gone
from tests.builders import NAMESPACE, Story, pod
from tests.scenes import declared, terms


def test_an_empty_namespace_goes_after_a_pause() -> None:
    """namespaceDeletionGracePeriod, 5 s."""
    bound = namespace_gone(Story().timeline.latest(), NAMESPACE)
    assert terms(bound) == {"namespaceDeletionGracePeriod": 5, "reaction": 5}


def test_the_longest_grace_period_counts_one_and_a_half_times() -> None:
    """The controller looks again after half of it and a second; other namespaces do not matter."""
    story = Story()
    for uid, grace_s in (("a", 30), ("b", 80)):
        story.pod(uid, "listed", spec={"terminationGracePeriodSeconds": grace_s})
    elsewhere = pod("c", 9, namespace="other", spec={"terminationGracePeriodSeconds": 900})
    story.see("Pod", "listed", elsewhere)
    found = terms(namespace_gone(story.timeline.latest(), NAMESPACE))
    assert (found["longest grace"], found["half of it, until it is seen"]) == (80, 41)


def test_a_foreign_finalizer_holds_it_for_ever() -> None:
    """Kubernetes' own are taken away by its controllers; anybody else's are named."""
    story = Story()
    for name, finalizers in (
        ("own", ["foregroundDeletion", "batch.kubernetes.io/job-tracking"]),
        ("held", ["example.com/protect"]),
    ):
        wire = declared("Job", name, story.next_version(), {})
        wire["metadata"]["finalizers"] = finalizers  # type: ignore[index]
        story.see("Job", "listed", wire)
    bound = namespace_gone(story.timeline.latest(), NAMESPACE)
    assert bound.obstacle == 'Job "held" holds the finalizer example.com/protect'
