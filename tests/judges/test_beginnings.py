"""What became of what a learner began with: workloads and pods, each known by its UID."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconverge.judges.beginnings import (
    AllReleased,
    AnyOfBeginning,
    AsksFor,
    Labelled,
    NoneLeft,
    OfImage,
    OneTakenOver,
    SameWorkload,
)
from reconverge.judges.learning import Beginning, NoneDeleted
from reconverge.model import Ref
from reconverge.study.lab.evidence import evidence
from reconverge.verdict import Verdict
from tests.builders import KUBIA, NAMESPACE, START
from tests.judges.test_learning import LEARNER, NAMES, PODS, Lab, told

OTHER = Ref("ReplicationController", NAMESPACE, "other", "other-uid")
BEGUN = Beginning(pods=PODS, account=LEARNER, workloads=(KUBIA,))
RC, NAME = KUBIA.kind, KUBIA.name
LUKSA = {"containers": [{"name": "main", "image": "luksa/kubia"}]}


def says(lab: Lab, promise: AnyOfBeginning) -> str:
    """Why it is broken; empty where it holds. Whatever is said is said in Korean, too."""
    verdict, why = told(lab, promise)
    assert verdict is not Verdict.UNKNOWN, why
    if verdict is Verdict.HELD:
        return ""
    assert evidence(why).ko != why
    return why


def test_a_workload_made_anew_is_another_one() -> None:
    """Of the same name; and one that is gone is gone."""
    promise = SameWorkload(begun=BEGUN, kind=RC, name=NAME)
    lab = Lab()
    assert says(lab, promise) == "kubia is not there any more"
    lab.workload("added")
    assert says(lab, promise) == ""
    lab.workload("deleted")
    lab.workload("added", ref=Ref(RC, NAMESPACE, NAME, "new"))
    assert says(lab, promise) == "kubia was deleted and made anew"


def test_of_a_workload_that_was_not_there_nothing_is_known() -> None:
    """A lab of an older release wrote none down."""
    promise = SameWorkload(begun=Beginning(pods=PODS, account=LEARNER), kind=RC, name=NAME)
    lab = Lab()
    lab.workload("added")
    assert told(lab, promise)[0] is Verdict.UNKNOWN


def test_a_gap_in_the_watch_of_its_own_kind_counts() -> None:
    """That of pods does not hide a ReplicationController."""
    promise = SameWorkload(begun=BEGUN, kind=RC, name=NAME)
    lab = Lab()
    lab.workload("added")
    lab.gap()
    assert told(lab, promise)[0] is Verdict.HELD
    lab.gap(RC)
    assert told(lab, promise)[0] is Verdict.UNKNOWN


def test_what_it_is_asked_for_is_known_at_once() -> None:
    """Whether or not its pods are there yet."""
    promise = AsksFor(begun=BEGUN, kind=RC, name=NAME, count=5)
    lab = Lab()
    lab.workload("added", replicas=3)
    assert says(lab, promise) == "kubia asks for 3 pods"
    lab.workload(replicas=5, ready=3)
    assert says(lab, promise) == ""
    lab.workload("deleted")
    assert says(lab, promise) == "kubia is not there any more"


def test_one_pod_has_another_owner() -> None:
    """That very pod, and one alone."""
    promise = OneTakenOver(begun=BEGUN, kind=OTHER.kind, name=OTHER.name)
    lab = Lab()
    lab.pod("new", "added", owner=OTHER)
    assert says(lab, promise) == "none of them belongs to other"
    lab.pod("a", owner=OTHER)
    assert says(lab, promise) == ""
    lab.pod("b", owner=OTHER)
    assert says(lab, promise) == "2 of them belong to other: a, b"


def test_all_are_released_and_run_on() -> None:
    """None may still have an owner, be gone, or not be ready."""
    promise = AllReleased(begun=BEGUN)
    lab = Lab()
    assert says(lab, promise) == "a still belongs to its controller"
    for name in NAMES:
        lab.pod(name, owner=None)
    assert says(lab, promise) == ""
    lab.pod("b", owner=None, ready=False)
    assert says(lab, promise) == "b is released, and not ready"
    lab.pod("c", "deleted")
    assert says(lab, promise) == "c is not there any more"


def test_none_is_left() -> None:
    """One that is going is as good as gone."""
    promise = NoneLeft(begun=BEGUN)
    lab = Lab()
    assert says(lab, promise) == "a is one of those it began with"
    lab.pod("a", terminating=True)
    assert says(lab, promise) == "b is one of those it began with"
    for name in NAMES:
        lab.pod(name, "deleted")
    lab.pod("new", "added")
    assert says(lab, promise) == ""


def test_labels_of_all_and_of_one() -> None:
    """Others beside them do not matter; new pods do not count."""
    every = Labelled(begun=BEGUN, labels={"app": "kubia"})
    one = Labelled(begun=BEGUN, labels={"type": "special"}, is_one=True)
    marked = {"app": "kubia", "type": "special"}
    lab = Lab()
    lab.pod("new", "added", labels=marked)
    assert says(lab, one) == "none of them is labelled type=special"
    lab.pod("a", labels=marked)
    assert (says(lab, every), says(lab, one)) == ("", "")
    lab.pod("b", labels={"type": "special"})
    assert says(lab, one) == "2 of them are labelled type=special: a, b"
    assert says(lab, every) == "b is not labelled app=kubia"
    for name in NAMES:
        lab.pod(name, "deleted")
    assert says(lab, every) == "none of them is there any more"


def test_every_pod_is_of_the_image() -> None:
    """Those of that controller; and where there is none, nothing is of it."""
    promise = OfImage(begun=BEGUN, kind=RC, name=NAME, image="luksa/kubia")
    lab = Lab()
    lab.workload("added")
    for name in NAMES[1:]:
        lab.pod(name, spec=LUKSA)
    lab.pod("a", spec={"containers": [{"name": "main", "image": "mycool0905/kubia"}]})
    assert says(lab, promise) == "a is of mycool0905/kubia"
    lab.pod("a", spec=LUKSA)
    lab.pod("foreign", "added", owner=OTHER)
    assert says(lab, promise) == ""
    for name in NAMES:
        lab.pod(name, "deleted")
    assert says(lab, promise) == "kubia has no pod"


def test_whoever_asked_first_is_blamed_though_answered_last() -> None:
    """A kubelet's deletion may be in the log before the one that it completes."""
    lab = Lab()
    lab.wrote("delete", "a", "system:node:worker", received=START + timedelta(seconds=1))
    lab.wrote("delete", "a", "system:serviceaccount:kube-system:generic-garbage-collector")
    lab.pod("a", "deleted")
    assert says(lab, NoneDeleted(begun=BEGUN)) == "generic-garbage-collector deleted a"


@pytest.mark.parametrize("promise", [NoneLeft(begun=BEGUN), AllReleased(begun=BEGUN)])
def test_over_a_gap_nothing_is_said(promise: AnyOfBeginning) -> None:
    """Pods may be missing in it."""
    lab = Lab()
    lab.gap()
    assert told(lab, promise)[0] is Verdict.UNKNOWN
