"""What pods are made from: the template of now, through a ReplicaSet or not."""

from __future__ import annotations

import pytest

from reconverge.judges.templates import MadeFromTemplate, SameSpec, ThroughReplicaSet
from reconverge.model import Ref
from tests.builders import KUBIA, NAMESPACE, Json, Story, meta, owned_by

NEW = "kubia-4fkz7"
CONTAINERS: list[Json] = [{"name": "main", "image": "luksa/kubia"}]
WEB = Ref("Deployment", NAMESPACE, "web", "deploy-1")
TWIN = Ref("ReplicaSet", NAMESPACE, "twin", "rs-1")


def story_of(**pod: object) -> Story:
    """A workload with its template, an old pod that differs from it, and a new one."""
    story = Story()
    template = {"metadata": {"labels": {"app": "kubia"}}, "spec": {"containers": CONTAINERS}}
    spec = {"replicas": 2, "selector": {"app": "kubia"}, "template": template}
    metadata = meta("kubia", KUBIA.uid, story.next_version())
    story.see(KUBIA.kind, "added", {"metadata": metadata, "spec": spec})
    story.pod("old", "added", spec={"containers": [{"name": "main", "image": "bygone"}]})
    wanted: dict[str, object] = {"spec": {"containers": CONTAINERS}, **pod}
    story.pod(str(wanted.pop("uid", NEW)), "added", **wanted)
    return story


OLD = (Ref("Pod", NAMESPACE, "old", "old"),)


def lacking(story: Story) -> tuple[str, ...]:
    return MadeFromTemplate(workload=KUBIA, old=OLD).weigh(story.timeline.latest()).lacking


def test_a_new_pod_is_made_from_the_template() -> None:
    """Older ones need not be."""
    assert lacking(story_of()) == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"uid": "stray-4fkz7"}, "stray-4fkz7 is not named after kubia"),
        ({"uid": "kubia-aeiou"}, "kubia-aeiou is not named after kubia"),
        ({"labels": {"app": "x"}}, f"{NEW} has the labels {{'app': 'x'}}"),
        (
            {"spec": {"containers": [{"name": "main", "image": "bygone"}]}},
            f"{NEW} has the containers [('main', 'bygone')]",
        ),
        ({"owner": None}, "no pod is new"),
        ({"terminating": True}, "no pod is new"),
    ],
)
def test_a_pod_of_another_make(change: dict[str, object], reason: str) -> None:
    """Name, labels, containers and images, each by itself; and one pod at least."""
    assert lacking(story_of(**change)) == (reason,)


def test_what_a_daemon_set_notes_on_its_pods_is_not_of_the_template() -> None:
    """Which revision they are of; any other label would be one too many."""
    noted = {"app": "kubia", "controller-revision-hash": "5c8f", "pod-template-generation": "2"}
    assert lacking(story_of(labels=noted)) == ()
    assert lacking(story_of(labels={**noted, "tier": "front"})) != ()


def test_without_a_template_nothing_is_made_from_it() -> None:
    """A workload that is gone has none."""
    assert lacking(Story()) == ('ReplicationController "kubia" has no template',)


def deployed(*, name: str = "web-5c8f", hashed: str = "5c8f", pods: str = "ab") -> Story:
    story = Story()
    metadata = meta("web", WEB.uid, story.next_version())
    story.see("Deployment", "added", {"metadata": metadata, "spec": {"replicas": 2}})
    labels = {"pod-template-hash": hashed}
    owners = {"ownerReferences": owned_by(WEB), "labels": labels}
    metadata = meta(name, "set-1", story.next_version(), **owners)
    story.see("ReplicaSet", "added", {"metadata": metadata, "spec": {"replicas": 2}})
    for uid in pods:
        story.pod(uid, "added", owner=Ref("ReplicaSet", NAMESPACE, name, "set-1"))
    return story


@pytest.mark.parametrize(
    ("story", "reasons"),
    [
        (deployed(), ()),
        (deployed(name="web-x"), ("it is named web-x",)),
        (deployed(pods="a"), ("it owns 1 of 2 pods",)),
        (Story(), ('Deployment "web" is gone',)),
    ],
)
def test_a_deployment_keeps_pods_through_a_set(story: Story, reasons: tuple[str, ...]) -> None:
    """Its name is the Deployment's and the hash, and all the pods are the set's."""
    found = ThroughReplicaSet(deployment=WEB).weigh(story.timeline.latest())
    assert found.lacking == reasons


def test_two_sets_with_pods_are_one_too_many() -> None:
    """A rollout that is under way is not what is promised."""
    story = deployed()
    owners = {"ownerReferences": owned_by(WEB)}
    metadata = meta("web-1", "set-2", story.next_version(), **owners)
    story.see("ReplicaSet", "added", {"metadata": metadata, "spec": {"replicas": 1}})
    found = ThroughReplicaSet(deployment=WEB).weigh(story.timeline.latest())
    assert found.lacking == ("it has 2 ReplicaSets",)


def test_pods_of_one_make_differ_in_their_node_only() -> None:
    """A port more is another make; a workload without pods has none."""
    story, promise = Story(), SameSpec(workload=KUBIA, other=TWIN)
    story.pod("a", "added", node="w1", spec={"containers": CONTAINERS})
    assert promise.weigh(story.timeline.latest()).lacking == ("1 makes of pods",)
    story.pod("b", "added", owner=TWIN, node="w2", spec={"containers": CONTAINERS})
    assert promise.weigh(story.timeline.latest()).lacking == ()
    ports = [{**CONTAINERS[0], "ports": [{"containerPort": 8080}]}]
    story.pod("c", "added", owner=TWIN, spec={"containers": ports})
    assert promise.weigh(story.timeline.latest()).lacking == ("2 makes of pods",)
