"""A lab on a real cluster, done with a real kubectl: the right way, the wrong way, and no way out.

kubectl is the cluster's own, from its control plane's node: so its version fits, and there is one.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.cluster.nodes import KindCluster
from reconverge.errors import BadInput
from reconverge.study.exercises import Exercise, load, load_all, named, shipped
from reconverge.study.lab import opening
from reconverge.study.lab.ground import Place
from reconverge.study.lab.shelf import Shelf
from reconverge.study.languages import LANGUAGES
from reconverge.verdict import Verdict
from tests.elsewhere import CONTEXT, kubeconfig_elsewhere
from tests.study.lab.learner import Learner, begun, ended

pytestmark = pytest.mark.cluster
EXERCISES = load_all(shipped())
DEBUG, ADOPT = named(EXERCISES, "out-for-debugging"), named(EXERCISES, "adopt-the-orphans")


@pytest.fixture
def debugger(cluster: KindCluster, kubectl: Path, tmp_path: Path) -> Iterator[Learner]:
    learner = begun(DEBUG, cluster, kubectl, tmp_path)
    yield learner
    ended(learner, cluster)


def without_a_registry(exercise: Exercise, folder: Path) -> Exercise:
    """Its pods are content with the image that is there: of another's cluster nobody knows that."""
    shutil.copytree(exercise.folder, folder)
    for path in load(folder).lab_world.iterdir():
        text = re.sub(r"( +)image: .*", r"\g<0>\n\1imagePullPolicy: IfNotPresent", path.read_text())
        path.write_text(text)
    return load(folder)


@pytest.fixture
def visitor(cluster: KindCluster, kubectl: Path, tmp_path: Path) -> Iterator[Learner]:
    """On a cluster that was named by its context, and is nobody's of ours as far as one can see."""
    kubeconfig = kubeconfig_elsewhere(tmp_path)
    place = Place(cluster_name="", kube_context=CONTEXT, kubeconfig=kubeconfig)
    exercise = without_a_registry(DEBUG, tmp_path / "exercise")
    learner = begun(exercise, cluster, kubectl, tmp_path, place=place)
    yield learner
    ended(learner, cluster)


@pytest.fixture
def adopter(cluster: KindCluster, kubectl: Path, tmp_path: Path) -> Iterator[Learner]:
    learner = begun(ADOPT, cluster, kubectl, tmp_path)
    yield learner
    ended(learner, cluster)


REFUSED = (
    ("get", "pods", "--namespace", "default"),
    ("get", "secrets", "--namespace", "kube-system"),
    ("get", "secrets"),
    ("get", "nodes"),
    ("label", "nodes", "--all", "disk=ssd"),
    ("get", "namespaces"),
    ("create", "deployment", "one", "--image=luksa/kubia"),
    ("create", "rolebinding", "more", "--clusterrole=admin", "--user=learner"),
    ("delete", "resourcequota", "--all"),
)


def test_a_pod_is_relabelled_as_the_chapter_does_it(debugger: Learner) -> None:
    """With what is allowed, and nothing else; first nothing is done, then it is, and it passes."""
    pods = debugger.does("get", "pods", "--output=name").split()
    assert len(pods) == 3
    debugger.does("logs", pods[0])
    assert "Labels:" in debugger.does("describe", pods[0])
    for words in REFUSED:
        refusal = debugger.types(*words)
        assert refusal.returncode != 0, words
        assert "forbidden" in refusal.stderr.lower(), refusal.stderr
    [flaw] = debugger.has_it_judged("nothing").flaws
    assert flaw.code == "RCS901"
    assert "still belongs to its controller" in flaw.sentence("en")
    debugger.does("label", pods[0], "app=debug", "--overwrite")
    played = debugger.has_it_judged("done")
    assert [one.sentence("en") for one in played.flaws] == []
    assert {one.verdict for one in played.promises} == {Verdict.HELD}
    assert next(one.why for one in played.promises) == "by the API server's audit log"
    left = debugger.does("get", "rc,rs,pods", "--output=name")
    assert "sentinel" not in left


def test_what_a_learner_holds_is_let_go_with_the_lab(debugger: Learner) -> None:
    """By a finalizer of their own, which no controller will ever strike."""
    [pod, *_] = debugger.does("get", "pods", "--output=name").split()
    held = '{"metadata": {"finalizers": ["example.com/mine"]}}'
    debugger.does("patch", pod, "--patch", held)
    debugger.does("patch", "rc/kubia", "--patch", held)


def test_a_pod_that_is_deleted_is_not_looked_at(debugger: Learner) -> None:
    """The end state of three ready pods is there; how it came about is told in each language."""
    [first, second, _] = debugger.does("get", "pods", "--output=name").split()
    debugger.does("delete", first)
    debugger.does("label", second, "app=debug", "--overwrite")
    [flaw] = debugger.has_it_judged("deleted").flaws
    name = first.partition("/")[2]
    assert flaw.code == "RCS902"
    assert flaw.sentence("en").endswith(f"(you deleted {name}).")
    assert flaw.sentence("ko").endswith(f"(기록: {name} 파드를 직접 삭제함)")
    assert len({flaw.sentence(language) for language in LANGUAGES}) == len(LANGUAGES)


def test_on_another_cluster_the_uids_decide(visitor: Learner) -> None:
    """Its audit log is out of reach: who deleted is not known, but that it is gone is."""
    [first, second, _] = visitor.does("get", "pods", "--output=name").split()
    visitor.does("label", first, "app=debug", "--overwrite")
    played = visitor.has_it_judged("done")
    assert [one.sentence("en") for one in played.flaws] == []
    assert next(one.why for one in played.promises).startswith("by the UIDs of the pods")
    visitor.does("delete", second)
    [flaw] = visitor.has_it_judged("deleted").flaws
    name = second.partition("/")[2]
    assert flaw.code == "RCS902"
    assert flaw.sentence("en").endswith(f"({name} is not there any more).")


@pytest.mark.slow
def test_a_pod_that_came_and_went_is_in_the_log(debugger: Learner) -> None:
    """By the UIDs of the beginning nobody would know of it."""
    pods = set(debugger.does("get", "pods", "--output=name").split())
    debugger.does("scale", "rc/kubia", "--replicas=4")
    [new] = set(debugger.does("get", "pods", "--output=name").split()) - pods
    debugger.does("scale", "rc/kubia", "--replicas=3")
    debugger.types("delete", new)
    debugger.types("delete", new)
    debugger.does("label", min(pods), "app=debug", "--overwrite")
    flaws = debugger.has_it_judged("in-between").flaws
    assert [one.code for one in flaws] == ["RCS902"]


@pytest.mark.slow
def test_orphans_are_adopted(adopter: Learner) -> None:
    """Without a word on its pods they are deleted with it; as orphans they are taken over."""
    adopter.does("delete", "rc", "swift", "--cascade=orphan")
    [flaw] = adopter.has_it_judged("half").flaws
    assert (flaw.code, "does not belong to it" in flaw.sentence("en")) == ("RCS901", True)
    adopter.does("create", "--filename", str(ADOPT.solution / "swift-rs.yaml"))
    adopter.does("wait", "rs/swift", "--for=jsonpath={.status.readyReplicas}=3", "--timeout=30s")
    played = adopter.has_it_judged("done")
    assert [one.sentence("en") for one in played.flaws] == []
    assert {one.verdict for one in played.promises} == {Verdict.HELD}


@pytest.mark.slow
def test_pods_made_anew_are_not_adopted(adopter: Learner) -> None:
    """Three ready pods of a ReplicaSet, and none of them one of the beginning."""
    adopter.does("delete", "rc", "swift")
    adopter.does("create", "--filename", str(ADOPT.solution / "swift-rs.yaml"))
    [flaw] = adopter.has_it_judged("anew").flaws
    assert flaw.code == "RCS902"
    assert "generic-garbage-collector deleted swift-" in flaw.sentence("en")


def test_a_lab_that_was_not_begun_is_bad_input(tmp_path: Path) -> None:
    """The sentence names the command."""
    with pytest.raises(BadInput, match="study start adopt-the-orphans"):
        opening.standing_lab(ADOPT, Shelf(tmp_path))
