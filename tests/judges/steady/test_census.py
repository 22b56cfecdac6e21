"""Is a census that was kept up to date always the one that a count from nothing gives?"""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconverge.judges.steady.census import Census
from reconverge.judges.steady.daemon_sets import node_of
from reconverge.model import JOB_TRACKING, Ref, Selector, Snapshot
from reconverge.timeline import Observed
from tests.builders import KUBIA, NAMESPACE, Story

FOREIGN = Ref("ReplicaSet", NAMESPACE, "kubia", "rs-9")
SELECTORS = (
    Selector(match_labels={"app": "kubia"}),
    Selector(match_labels={"app": "x"}),
    Selector(),
)
POD = st.fixed_dictionaries(
    {
        "ready": st.booleans(),
        "owner": st.sampled_from([KUBIA, KUBIA, FOREIGN, None]),
        "terminating": st.sampled_from([False, False, True]),
        "phase": st.sampled_from(["Running", "Running", "Failed", "Succeeded"]),
        "labels": st.sampled_from([{"app": "kubia"}, {"app": "x"}]),
        "node": st.sampled_from(["a", "b", ""]),
        "namespace": st.sampled_from([NAMESPACE, NAMESPACE, "elsewhere"]),
    }
)
STEPS = st.one_of(
    st.tuples(st.sampled_from("abcd"), POD),
    st.tuples(st.sampled_from("abcd"), st.none()),
    st.tuples(st.just("selector"), st.sampled_from(SELECTORS)),
    st.tuples(st.just("again"), st.integers(0, 30)),
)


def groups(census: Census) -> dict[str, Any]:
    """Everything that a definition may ask of a census."""
    names = ("mine", "ready", "unready", "strangers", "leaving", "finished", "pinned", "orphans")
    return {name: dict(getattr(census, name)) for name in names} | {
        "places": {place: dict(pods) for place, pods in census.places.items()}
    }


@given(st.lists(STEPS, max_size=40))
def test_kept_up_to_date_it_equals_a_count_from_nothing(steps: list[tuple[str, Any]]) -> None:
    """Whatever happens to the pods and to the selector, stale deliveries included."""
    story, selector = Story(), SELECTORS[0]
    census = Census.of(Snapshot(), KUBIA, selector, place=node_of)
    for name, what in steps:
        if name == "selector":
            selector = what
            census.turn_to(story.timeline.latest(), selector)
        elif name == "again":
            repeat(story, what)
        elif what is None:
            story.pod(name, "deleted")
        else:
            story.pod(name, **what)
        entry = story.timeline[len(story.timeline) - 1]
        if isinstance(entry.record, Observed):
            census.update(entry.record.uid, entry.snapshot.pod(entry.record.uid))
        anew = Census.of(story.timeline.latest(), KUBIA, selector, place=node_of)
        assert groups(census) == groups(anew)


def repeat(story: Story, which: int) -> None:
    """An old delivery once more, as a lagging list would bring it."""
    old = [one.record for one in story.timeline.entries() if isinstance(one.record, Observed)]
    if old:
        record = old[which % len(old)]
        story.timeline.restore(record)


def test_a_pod_is_in_the_groups_that_it_belongs_to() -> None:
    """Each group on one example, so that the property above compares something that is right."""
    story = Story()
    story.pod("ready")
    story.pod("unready", ready=False)
    story.pod("stranger", labels={"app": "x"})
    story.pod("leaving", terminating=True)
    story.pod("finished", phase="Failed")
    story.pod("orphan", owner=None)
    story.pod("foreign", owner=FOREIGN)
    census = Census.of(story.timeline.latest(), KUBIA, SELECTORS[0], place=node_of)
    found = {name: sorted(group) for name, group in groups(census).items()}
    assert found == {
        "mine": ["ready", "stranger", "unready"],
        "ready": ["ready", "stranger"],
        "unready": ["unready"],
        "strangers": ["stranger"],
        "leaving": ["leaving"],
        "finished": ["finished"],
        "pinned": [],
        "orphans": ["orphan"],
        "places": ["worker"],
    }


def test_a_pod_that_its_job_has_not_counted_is_pinned() -> None:
    """Also when it is finished or being deleted: that is when it hangs."""
    story = Story()
    wire: Any = {"metadata": {"finalizers": [JOB_TRACKING]}}
    for uid, phase in (("running", "Running"), ("finished", "Succeeded")):
        story.pod(uid, phase=phase, header=wire["metadata"])
    census = Census.of(story.timeline.latest(), KUBIA, SELECTORS[0])
    assert sorted(census.pinned) == ["finished", "running"]
