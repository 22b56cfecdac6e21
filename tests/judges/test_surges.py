"""A rollout that may surge: who may be beside whom, and which node may be without, and when."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconverge.errors import BadInput
from reconverge.judges import daemons
from reconverge.judges.invariants import NeverBare, OnePerPlace, SurgesAtMost
from reconverge.judges.promise import Promise
from reconverge.model import Ref
from reconverge.verdict import Verdict
from tests.builders import KUBIA, NAMESPACE, Story
from tests.judges import tales
from tests.judges.tales import Tale
from tests.judges.test_tallies import SLOW, Raw, news, violations

DAEMON = Ref("DaemonSet", NAMESPACE, "net", "ds-1")
HIT = Ref("Pod", NAMESPACE, "old-1", "old-1")


def put(story: Story, name: str, change: str = "modified", **more: object) -> None:
    """A pod `old-1` is of the old revision and on node w1."""
    revision, _, node = name.partition("-")
    labels = {"controller-revision-hash": revision}
    story.pod(name, change, owner=DAEMON, labels=labels, node=f"w{node[0]}", **more)  # type: ignore[arg-type]


def told(promise: Promise, tale: Tale) -> tuple[Verdict, str]:
    """The finding about a span that begins with a ready old pod on each of two nodes."""

    def before(story: Story) -> None:
        for name in ("old-1", "old-2"):
            put(story, name, "added")

    return tales.told(promise, tale, before=before)


def roll(story: Story, *nodes: str) -> None:
    for node in nodes:
        put(story, f"new-{node}", "added", ready=False)
        put(story, f"new-{node}")
        put(story, f"old-{node}", terminating=True)
        put(story, f"old-{node}", "deleted", terminating=True)


def both_at_once(story: Story) -> None:
    put(story, "new-1", "added", ready=False)
    put(story, "new-2", "added", ready=False)


def old_goes_first(story: Story) -> None:
    put(story, "new-1", "added", ready=False)
    put(story, "old-1", terminating=True)
    put(story, "new-1")


def hit_then_replaced(story: Story) -> None:
    put(story, "old-1", terminating=True)
    put(story, "new-1", "added", ready=False)
    put(story, "new-1")


def hit_twice(story: Story) -> None:
    """The second loss comes after the node had a ready pod again, and nobody hit that."""
    hit_then_replaced(story)
    put(story, "new-1", terminating=True)


def the_other_taken_as_well(story: Story) -> None:
    """The new pod is hit as it becomes ready; its controller has the old one go all the same."""
    put(story, "new-1", "added", ready=False)
    put(story, "new-1")
    put(story, "new-1", terminating=True)
    put(story, "old-1", terminating=True)


def next_begins_early(story: Story) -> None:
    """On the first node both are ready, so that it is no surge any more."""
    put(story, "new-1", "added", ready=False)
    put(story, "new-1")
    put(story, "new-2", "added", ready=False)


def told_again_meanwhile(story: Story) -> None:
    """That the old pod is ready is no news: it was when the new one was hit."""
    put(story, "new-1", "added", ready=False)
    put(story, "new-1", terminating=True)
    put(story, "old-1")
    put(story, "old-1", terminating=True)


def two_alike(story: Story) -> None:
    put(story, "new-1", "added", ready=False)
    put(story, "new-1b", "added", ready=False)


BY_REVISION = OnePerPlace(workload=DAEMON, is_by_revision=True)
ONE_NODE = SurgesAtMost(workload=DAEMON, nodes=1)
NEW_HIT = NeverBare(workload=DAEMON, hit=(Ref("Pod", NAMESPACE, "new-1", "new-1"),))


@pytest.mark.parametrize(
    ("promise", "tale"),
    [
        (ONE_NODE, lambda story: roll(story, "1", "2")),
        (BY_REVISION, lambda story: roll(story, "1", "2")),
        (NeverBare(workload=DAEMON), lambda story: roll(story, "1", "2")),
        (SurgesAtMost(workload=DAEMON, nodes=2), both_at_once),
        (NeverBare(workload=DAEMON, hit=(HIT,)), hit_then_replaced),
        (NEW_HIT, the_other_taken_as_well),
        (NEW_HIT, told_again_meanwhile),
        (ONE_NODE, next_begins_early),
    ],
)
def test_a_rollout_as_it_should_be(promise: Promise, tale: Tale) -> None:
    """Old and new are side by side on one node at a time; what a fault took may be missing."""
    assert told(promise, tale)[0] is Verdict.HELD


@pytest.mark.parametrize(
    ("promise", "tale", "why"),
    [
        (ONE_NODE, both_at_once, "it surges on w1, w2 at once"),
        (BY_REVISION, two_alike, "new-1 and new-1b share w1 in revision new"),
        (OnePerPlace(workload=DAEMON), lambda story: roll(story, "1"), "new-1 and old-1 share w1"),
        (NeverBare(workload=DAEMON), old_goes_first, "w1 is without a ready pod"),
        (NeverBare(workload=DAEMON), hit_then_replaced, "w1 is without a ready pod"),
        (NeverBare(workload=DAEMON, hit=(HIT,)), hit_twice, "w1 is without a ready pod"),
        (NEW_HIT, old_goes_first, "w1 is without a ready pod"),
    ],
)
def test_a_rollout_that_is_not(promise: Promise, tale: Tale, why: str) -> None:
    """The first delivery that shows it ends the matter."""
    assert told(promise, tale) == (Verdict.BROKEN, why)


def test_what_is_promised_in_words() -> None:
    """As sentences of the report."""
    assert ONE_NODE.sentence() == '"net" never surges on more than 1 node'
    assert BY_REVISION.sentence() == ('"net" never has two active pods of one revision on one node')
    assert NEW_HIT.sentence() == 'no node is without a ready pod of "net", unless by the fault'


def test_a_fault_that_hit_no_pod_excuses_nothing() -> None:
    """Then the scenario was another than it says."""
    assert daemons.never_bare(DAEMON, hit=(DAEMON, HIT)) == NeverBare(workload=DAEMON, hit=(HIT,))
    with pytest.raises(BadInput, match="was hit"):
        daemons.never_bare(DAEMON, hit=(DAEMON,))


DELIVERIES = st.lists(
    st.tuples(
        st.sampled_from(["old-1", "old-2", "new-1", "new-2"]),
        st.sampled_from(["modified", "modified", "modified", "deleted"]),
        st.fixed_dictionaries(
            {
                "ready": st.booleans(),
                "terminating": st.sampled_from([False, False, True]),
                "owner": st.sampled_from([DAEMON, DAEMON, DAEMON, DAEMON, KUBIA]),
            }
        ),
        st.sampled_from(["w1", "w1", "w2"]),
    ),
    max_size=16,
)


def played(deliveries: list[Any]) -> Story:
    story = Story()
    for name, change, more, node in deliveries:
        labels = {"controller-revision-hash": name[:3]}
        story.pod(name, change, labels=labels, node=node, **more)
    return story


@pytest.mark.parametrize("promise", [ONE_NODE, SurgesAtMost(workload=DAEMON, nodes=0), BY_REVISION])
@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(deliveries=DELIVERIES)
def test_what_is_counted_is_what_is_there(promise: Any, deliveries: list[Any]) -> None:
    """After every delivery the tally says what its definition says of the whole snapshot."""
    timeline = played(deliveries).timeline
    for index, said in violations(promise.tally(), timeline, 0):
        assert said == promise.violation(timeline.snapshot_at(index))


def is_bare(raw: Raw) -> bool:
    """Whether, with the last delivery, a node lost its last ready pod, unexcused by `old-1`."""
    now, struck = dict[str, tuple[str, bool]](), set[str]()
    was_bare = False
    for _, change, wire in raw:
        header, uid = wire["metadata"], wire["metadata"]["uid"]
        is_mine = header["ownerReferences"][0]["uid"] == DAEMON.uid
        node, was_ready = now.pop(uid, ("", False))
        if is_mine and change != "deleted" and "deletionTimestamp" not in header:
            now[uid] = (wire["spec"]["nodeName"], is_ready(wire))
        is_up = now.get(uid, ("", False))[1]
        struck -= {now[uid][0]} if is_up and not was_ready else set()
        struck |= {node} if node and uid not in now and uid == HIT.uid else set()
        was_bare |= (
            was_ready and not is_up and node not in struck and (node, True) not in now.values()
        )
    return was_bare


def is_ready(wire: Any) -> bool:
    return bool(wire["status"]["conditions"][0]["status"] == "True")


@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
@given(deliveries=DELIVERIES)
def test_a_node_is_bare_when_the_whole_record_says_so(deliveries: list[Any]) -> None:
    """The first delivery that breaks it is the first after which the record does."""
    timeline = played(deliveries).timeline
    for index, said in violations(NeverBare(workload=DAEMON, hit=(HIT,)).tally(), timeline, 0):
        assert bool(said) == is_bare(news(timeline, index))
