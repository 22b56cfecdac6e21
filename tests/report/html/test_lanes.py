"""Which lives become lanes, in which states, and what is said of each event."""

from __future__ import annotations

import pytest

from reconverge.judges.effects import PodsLost
from reconverge.judges.ledger import SENTINEL_LABEL
from reconverge.model import Ref
from reconverge.report.html.picture import EVENTS_MAX, LANES_MAX, Group, Lane, Picture
from reconverge.report.html.section import picture_of
from tests.builders import KUBIA, NAMESPACE, Json, Story


def lost(*names: str) -> tuple[Ref, ...]:
    return tuple(Ref("Pod", NAMESPACE, name, name) for name in names)


def inject(story: Story, *names: str) -> None:
    story.inject(PodsLost(pods=lost(*names)), targets=lost(*names))


def replaced() -> Story:
    """Pod a is deleted at 1 s and gone at 3 s; pod c comes in its place, step by step."""
    story = Story()
    story.node("worker", "listed")
    story.steady("a", "b")
    inject(story.at(1.0), "a")
    story.at(1.5).pod("a", terminating=True, header={"deletionGracePeriodSeconds": 30})
    pending: Json = {"phase": "Pending", "containerStatuses": []}
    story.at(2.0).pod("c", "added", node="", ready=False, status=pending)
    story.at(2.5).pod("c", ready=False, status=pending)
    story.at(3.0).pod("a", "deleted")
    story.at(3.5).pod("c", ready=False)
    story.at(4.0).pod("c")
    return story


def group(picture: Picture, title: str) -> Group:
    return next(one for one in picture.groups if one.title == title)


def lane(picture: Picture, name: str) -> Lane:
    return next(one for each in picture.groups for one in each.lanes if one.name == name)


def states(picture: Picture, name: str) -> list[tuple[str, float, float]]:
    return [(one.state, one.begin_s, one.end_s) for one in lane(picture, name).spans]


def test_a_replacement_goes_through_its_phases() -> None:
    """Each state begins where the last ended, and the last lasts to the picture's end."""
    picture = picture_of(replaced().timeline)
    assert states(picture, "c") == [
        ("created", 2.0, 2.5),
        ("scheduled", 2.5, 3.5),
        ("started", 3.5, 4.0),
        ("ready", 4.0, picture.end_s),
    ]
    assert picture.end_s == pytest.approx(4.5)


def test_a_lost_pod_terminates_and_is_gone() -> None:
    """Its lane ends with it, and the fault's target is marked."""
    picture = picture_of(replaced().timeline)
    assert states(picture, "a") == [("ready", 0.0, 1.5), ("terminating", 1.5, 3.0)]
    assert lane(picture, "a").is_target
    assert not lane(picture, "b").is_target
    words = [one.text for one in picture.events if one.of == "a"]
    assert words[-2:] == ["being deleted, 30 s grace", "gone"]


def test_an_event_tells_what_changed_with_its_version() -> None:
    """And nothing else: a status that says what it said before is no event."""
    story = replaced()
    story.at(5.0).pod("c")
    picture = picture_of(story.timeline)
    events = [one for one in picture.events if one.of == "c"]
    assert [one.text for one in events] == [
        "created, Pending",
        "scheduled to worker",
        "Running, not ready",
        "ready",
    ]
    version = next(
        entry.record.resource_version
        for entry in story.timeline.entries()
        if entry.index == events[-1].entry
    )
    assert events[-1].version == version


def test_pods_stand_with_their_owner_and_are_counted() -> None:
    """How many of how many are ready, at each change."""
    picture = picture_of(replaced().timeline)
    owner = group(picture, "kubia")
    assert [one.name for one in owner.lanes] == ["a", "b", "c"]
    assert [(one.at_s, one.ready, one.wanted) for one in owner.counts] == [
        (0.0, 2, 2),
        (1.5, 1, 2),
        (4.0, 2, 2),
    ]


def test_pods_of_a_deployment_stand_with_it() -> None:
    """Its ReplicaSets' names say nothing to a reader."""
    story = Story()
    shop, middle = Ref("Deployment", NAMESPACE, "shop", "d"), Ref("ReplicaSet", NAMESPACE, "x", "r")
    story.workload("listed", ref=shop)
    wire: Json = {
        "metadata": {
            "name": "x",
            "namespace": NAMESPACE,
            "uid": "r",
            "resourceVersion": str(story.next_version()),
            "ownerReferences": [
                {"kind": "Deployment", "name": "shop", "uid": "d", "controller": True}
            ],
        }
    }
    story.see("ReplicaSet", "listed", wire)
    story.pod("a", "listed", owner=middle)
    assert group(picture_of(story.timeline), "shop").lanes[0].name == "a"


def test_a_pod_that_is_let_go_stays_where_it_was() -> None:
    """Its story began there; that it has no owner any more is an event of it."""
    story = replaced()
    story.at(5.0).pod("b", owner=None, labels={"app": "other"})
    picture = picture_of(story.timeline)
    assert "b" in [one.name for one in group(picture, "kubia").lanes]
    assert picture.events[lane(picture, "b").marks[-1]].text == (
        "without an owner, labelled app=other"
    )


@pytest.mark.parametrize(("restarts", "lanes"), [(0, ["a"]), (1, ["a", "main"])])
def test_a_restarted_container_has_a_lane(restarts: int, lanes: list[str]) -> None:
    """What its pod's lane cannot tell: the instances."""
    story = Story()
    story.pod("a", "listed")
    story.at(1.0).pod("a", ready=False, restarts=restarts)
    picture = picture_of(story.timeline)
    assert [one.name for each in picture.groups for one in each.lanes] == lanes


def test_one_that_was_ready_and_is_not_is_told_from_one_that_never_was() -> None:
    """The first is a fault, the second is on its way."""
    story = Story()
    story.pod("a", "listed")
    story.at(1.0).pod("a", ready=False)
    story.at(1.0).pod("b", "added", ready=False)
    picture = picture_of(story.timeline)
    assert states(picture, "a")[-1][0] == "not ready"
    assert states(picture, "b")[-1][0] == "started"


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_ended_pods(phase: str) -> None:
    """A Job's pods come to an end of their own."""
    story = Story()
    story.pod("a", "listed", phase=phase, ready=False)
    assert states(picture_of(story.timeline), "a")[0][0] == phase.lower()


def test_only_nodes_to_which_something_happened_have_a_lane() -> None:
    """The others are counted."""
    story = Story()
    for name in ("one", "two", "three"):
        story.node(name, "listed")
    story.at(1.0).node("two", ready="Unknown", reason="NodeStatusUnknown")
    nodes = group(picture_of(story.timeline), "Nodes")
    assert [one.name for one in nodes.lanes] == ["two"]
    assert [one.state for one in nodes.lanes[0].spans] == ["ready", "not ready"]
    assert nodes.unseen == "2 other nodes: nothing happened"


def test_planted_and_foreign_pods_have_no_lane() -> None:
    """They are no part of the scenario."""
    story = Story()
    story.pod("a", "listed", labels={SENTINEL_LABEL: "yes"})
    story.pod("b", "listed", namespace="kube-system")
    assert picture_of(story.timeline).lanes == 0


def test_what_the_clean_up_does_is_no_news() -> None:
    """The picture ends with the last verdict and the last rollback."""
    from reconverge.judges.converges import Converges
    from reconverge.judges.steady import ReadyPods
    from reconverge.verdict import Finding, Verdict

    story = replaced()
    promise = Converges(workload=KUBIA, steady=ReadyPods(count=2))
    name = story.promise(promise, deadline_s=60.0)
    found = Finding(
        promise=promise.sentence(), verdict=Verdict.HELD, why="2 of 2", decided_s=5.0, instant_s=4.0
    )
    story.at(5.0).judged(name, found)
    story.at(9.0).pod("b", terminating=True)
    picture = picture_of(story.timeline)
    assert picture.end_s == pytest.approx(5.5)
    assert states(picture, "b") == [("ready", 0.0, picture.end_s)]


def test_a_crowd_is_bounded_and_the_targets_are_kept() -> None:
    """Ten thousand pods would stall a browser; what is left out is said."""
    story = Story()
    names = [f"pod-{number}" for number in range(LANES_MAX * 4)]
    for name in names:
        story.pod(name, "listed")
    inject(story.at(1.0), names[-1])
    story.at(2.0).pod(names[-1], terminating=True)
    picture = picture_of(story.timeline)
    owner = group(picture, "kubia")
    assert picture.lanes == LANES_MAX
    assert names[-1] in [one.name for one in owner.lanes]
    assert owner.unseen == f"{LANES_MAX * 3} more pods, to which less happened"


def test_events_are_bounded() -> None:
    """However often something changes, the picture's numbers stay few."""
    story = Story()
    for second in range(3 * EVENTS_MAX // LANES_MAX):
        for name in range(LANES_MAX):
            story.at(second).pod(f"pod-{name}", ready=bool(second % 2))
    assert len(picture_of(story.timeline).events) <= EVENTS_MAX
