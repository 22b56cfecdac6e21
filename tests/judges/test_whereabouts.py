"""Where pods are and why they have to go: each predicate against a world told for it."""

from __future__ import annotations

import msgspec
import pytest

from reconverge.judges.predicate import Predicate
from reconverge.judges.promises import decode_promise
from reconverge.judges.temporal import Eventually, Never
from reconverge.judges.whereabouts import (
    Counts,
    Disrupted,
    LabelledByIndex,
    LooksReady,
    MadeForNode,
    NodeTainted,
    Replaced,
    RunsOn,
    Told,
)
from reconverge.model import Ref
from reconverge.model.batch import COMPLETION_INDEX
from tests.builders import KUBIA, NAMESPACE, Json, Story, meta, pod

A, B, C, GONE = (Ref("Pod", NAMESPACE, uid, uid) for uid in ("a", "b", "c", "gone"))
WORKER, NOBODY = Ref("Node", "", "worker", "worker"), Ref("Node", "", "w", "w")
JOB = Ref("Job", NAMESPACE, "parts", "job-1")
DAEMON = Ref("DaemonSet", NAMESPACE, "agent", "ds-1")
LONE = Ref("DaemonSet", NAMESPACE, "lone", "ds-2")


def meant_for(node: str) -> Json:
    row = {"key": "metadata.name", "operator": "In", "values": [node]}
    terms = {"nodeSelectorTerms": [{"matchFields": [row]}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": terms}
    return {"affinity": {"nodeAffinity": required}}


def event(name: str, version: int, about: Json, reason: str, by: str) -> Json:
    return {
        "metadata": meta(name, name, version),
        "involvedObject": about,
        "reason": reason,
        "source": {"component": by},
    }


@pytest.fixture
def story() -> Story:
    """Pods of kubia on worker, a daemon's pod meant for its node, a node that is given up."""
    story = Story()
    story.node("worker", "added", ready="Unknown", taints=("unreachable",))
    evicted = {"type": "DisruptionTarget", "status": "True", "reason": "DeletionByTaintManager"}
    ready = {"type": "Ready", "status": "True"}
    story.pod("a", "added", terminating=True, status={"conditions": [ready, evicted]})
    story.pod("b", "added", ready=False, labels={"app": "other"}, node="elsewhere")
    story.pod("c", "added", owner=DAEMON, labels={"app": "agent"}, spec=meant_for("worker"))
    status: Json = {"desiredNumberScheduled": 2, "numberReady": 1}
    metadata = meta("agent", DAEMON.uid, story.next_version())
    story.see("DaemonSet", "added", {"metadata": metadata, "status": status})
    scheduled = event("e", story.next_version(), {"uid": "c"}, "Scheduled", "default-scheduler")
    story.see("Event", "added", scheduled)
    return story


LACKS: list[tuple[Predicate, str]] = [
    (NodeTainted(node=WORKER, key="unreachable"), ""),
    (
        NodeTainted(node=WORKER, key="unreachable", effect="NoSchedule"),
        "node worker is NotReady (Unknown) and carries unreachable:NoExecute",
    ),
    (NodeTainted(node=NOBODY, key="unreachable"), "node w is not registered"),
    (RunsOn(workload=KUBIA, node="elsewhere"), ""),
    # What is being deleted there does not run there any more.
    (RunsOn(workload=KUBIA, node="worker"), 'the pods of "kubia" are on elsewhere'),
    (RunsOn(workload=LONE, node="worker"), 'the pods of "lone" are on nowhere'),
    (Replaced(pod=GONE, labels={"app": "kubia"}), ""),
    (Replaced(pod=A, labels={"app": "kubia"}), "no pod stands in for a"),
    (Disrupted(pod=A, reason="DeletionByTaintManager"), ""),
    (Disrupted(pod=A, reason="DeletionByPodGC"), "a is disrupted: DeletionByTaintManager"),
    (Disrupted(pod=B, reason="DeletionByPodGC"), "b is not disrupted"),
    (Disrupted(pod=GONE, reason="DeletionByPodGC"), "gone does not exist"),
    (LooksReady(pod=A), ""),
    (LooksReady(pod=B), "b does not look ready"),
    (LooksReady(pod=GONE), "gone does not exist"),
    (MadeForNode(workload=DAEMON), ""),
    (MadeForNode(workload=DAEMON, scheduler="mine"), "c was put there by default-scheduler"),
    (MadeForNode(workload=LONE), 'DaemonSet "lone" has no pods'),
    (MadeForNode(workload=KUBIA), "b is on elsewhere, and meant for any"),
    (Told(about=C), ""),
    (Told(about=A), 'nothing is told about "a"'),
    (Told(about=C, reason="Scheduled"), ""),
    (Told(about=C, reason="Killing"), 'Scheduled is told about "c"'),
    (Counts(of=DAEMON, numbers={"desiredNumberScheduled": 2, "numberMisscheduled": 0}), ""),
    (
        Counts(of=DAEMON, numbers={"numberReady": 2, "numberMisscheduled": 1}),
        '"agent" counts 1 numberReady, 0 numberMisscheduled',
    ),
    (Counts(of=LONE, numbers={}), 'DaemonSet "lone" does not exist'),
]


@pytest.mark.parametrize(("predicate", "lack"), LACKS)
def test_predicates_say_what_is_lacking(story: Story, predicate: Predicate, lack: str) -> None:
    """Each in one clause, of exactly the object that was meant."""
    assert predicate.lack(story.timeline.latest()) == lack


def test_a_scheduled_event_of_another_is_none_of_ours(story: Story) -> None:
    """A pod of whose assignment nobody told was not shown to be put there by the scheduler."""
    wire = pod("d", story.next_version(), owner=LONE, spec=meant_for("worker"))
    story.see("Pod", "added", wire)
    lack = MadeForNode(workload=LONE).lack(story.timeline.latest())
    assert lack == "d was put there by nobody"


@pytest.mark.parametrize("predicate", [one for one, _ in LACKS])
def test_a_tally_equals_its_definition(story: Story, predicate: Predicate) -> None:
    """After every delivery."""
    tally = predicate.tally()
    for entry in story.timeline.entries(0):
        tally.follow(entry, is_first=entry.index == 0)
        assert tally.violation == predicate.lack(entry.snapshot)


SENTENCES = {
    'node "worker" is eventually tainted unreachable:NoExecute': Eventually(
        of=NodeTainted(node=WORKER, key="unreachable")
    ),
    '"kubia" eventually has a pod on worker': Eventually(of=RunsOn(workload=KUBIA, node="worker")),
    'pod "a" is never replaced': Never(of=Replaced(pod=A, labels={"app": "kubia"})),
    'pod "a" is eventually disrupted, because of DeletionByPodGC': Eventually(
        of=Disrupted(pod=A, reason="DeletionByPodGC")
    ),
    'pod "a" never looks ready': Never(of=LooksReady(pod=A)),
    'each pod of "agent" was eventually made for its node, and put there by default-scheduler': (
        Eventually(of=MadeForNode(workload=DAEMON))
    ),
    'anything is never told about "a"': Never(of=Told(about=A)),
    '"agent" eventually counts 2 numberReady': Eventually(
        of=Counts(of=DAEMON, numbers={"numberReady": 2})
    ),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_promises_read_as_sentences_and_from_disk(sentence: str) -> None:
    """In words for people, and as a value for whoever judges again."""
    promise = SENTENCES[sentence]
    assert promise.sentence() == sentence
    assert decode_promise(msgspec.Raw(msgspec.json.encode(promise))) == promise


@pytest.mark.parametrize(
    ("index", "label", "lack"),
    [
        ("1", "1", ""),
        ("1", "0", "d is of index 1 and labelled 0"),
        ("1", "", "d is of index 1 and labelled with none"),
        # Neither an index nor a label is no agreement.
        ("", "", "d is of index none and labelled with none"),
    ],
)
def test_a_pod_is_labelled_with_its_index(index: str, label: str, lack: str) -> None:
    """Another Job's pods do not count, and no pods are no proof."""
    told = Story()
    predicate = LabelledByIndex(job=JOB)
    told.pod("a", "listed", owner=KUBIA)
    assert predicate.lack(told.timeline.latest()) == 'Job "parts" has no pods'
    wire = pod("d", told.next_version(), owner=JOB, labels={COMPLETION_INDEX: label})
    wire["metadata"]["annotations"] = {COMPLETION_INDEX: index}
    told.see("Pod", "added", wire)
    assert predicate.lack(told.timeline.latest()) == lack
