"""How a state came about: by the pods of the beginning, and by who wrote what."""

from __future__ import annotations

import pytest

from reconverge.judges.beginnings import AnyOfBeginning
from reconverge.judges.learning import Beginning, NoneDeleted, OneReleased, TakenOver
from reconverge.model import Ref
from reconverge.study.lab.evidence import evidence
from reconverge.study.languages import LANGUAGES
from reconverge.timeline import Wrote
from reconverge.verdict import Finding, Verdict
from tests.builders import NAMESPACE, START, Audience, Story

LEARNER = f"system:serviceaccount:{NAMESPACE}:learner"
CONTROLLER = "system:serviceaccount:kube-system:replication-controller"
KUBELET = "system:node:worker"
NAMES = ("a", "b", "c")
PODS = tuple(Ref("Pod", NAMESPACE, name, name) for name in NAMES)
SWIFT = Ref("ReplicaSet", NAMESPACE, "swift", "swift-uid")


def begun(*, is_told: bool = True) -> Beginning:
    return Beginning(pods=PODS, account=LEARNER, is_told=is_told)


class Lab(Story):
    """Three pods of kubia, and what is written in its audit log."""

    def __init__(self) -> None:
        super().__init__()
        for name in NAMES:
            self.pod(name, "added")

    def wrote(self, verb: str, name: str, user: str = LEARNER, **more: object) -> None:
        fields = {
            "kind": "Pod",
            "code": 200,
            "namespace": NAMESPACE,
            "received": START,
            **more,
        }
        self.append(
            lambda at_s: Wrote(
                at_s=at_s,
                user=user,
                verb=verb,
                name=name,
                answered=START,
                **fields,  # type: ignore[arg-type]
            )
        )

    def found(self, promise: AnyOfBeginning) -> Finding:
        audience = Audience(self, promise.judge(deadline_s=self.now_s()))
        finding = audience.wait(self.now_s())
        assert finding is not None
        return finding

    def now_s(self) -> float:
        return self.timeline.now_s()


def told(lab: Lab, promise: AnyOfBeginning) -> tuple[Verdict, str]:
    finding = lab.found(promise)
    return finding.verdict, finding.why


def test_pods_that_are_all_there_were_not_deleted() -> None:
    """The reason says by which evidence, since one of them proves less."""
    verdict, why = told(Lab(), NoneDeleted(begun=begun()))
    assert (verdict, why) == (Verdict.HELD, "by the API server's audit log")
    verdict, why = told(Lab(), NoneDeleted(begun=begun(is_told=False)))
    assert verdict is Verdict.HELD
    assert "by the UIDs" in why
    assert "not recorded" in why


def test_whoever_deletes_a_pod_is_named() -> None:
    """The learner, or a controller that they told to; a kubelet only completes what was asked."""
    lab = Lab()
    lab.wrote("delete", "a")
    lab.wrote("delete", "a", KUBELET)
    lab.pod("a", "deleted")
    assert told(lab, NoneDeleted(begun=begun())) == (Verdict.BROKEN, "you deleted a")
    lab = Lab()
    lab.wrote("delete", "a", CONTROLLER)
    lab.pod("a", "deleted")
    expected = "replication-controller deleted a"
    assert told(lab, NoneDeleted(begun=begun())) == (Verdict.BROKEN, expected)


def test_a_pod_that_is_going_counts_as_deleted() -> None:
    """Its grace is running; it does not come back."""
    lab = Lab()
    lab.pod("a", terminating=True)
    verdict, why = told(lab, NoneDeleted(begun=begun(is_told=False)))
    assert (verdict, why) == (Verdict.BROKEN, "a is not there any more")


def test_a_namesake_is_another_pod() -> None:
    """A pod of the same name and another UID was made anew."""
    lab = Lab()
    lab.pod("a", "deleted")
    lab.pod("z", "added", header={"name": "a"})
    assert lab.found(NoneDeleted(begun=begun())).verdict is Verdict.BROKEN


def test_a_deletion_in_between_is_known_by_the_log_alone() -> None:
    """A pod that came and went: by UIDs nobody would know."""
    lab = Lab()
    lab.wrote("delete", "new")
    assert told(lab, NoneDeleted(begun=begun())) == (Verdict.BROKEN, "you deleted new")


@pytest.mark.parametrize(
    "write",
    [
        {"verb": "patch"},
        {"code": 403},
        {"user": CONTROLLER},
        {"kind": "ReplicationController"},
    ],
)
def test_what_is_no_deletion_of_the_learners(write: dict[str, object]) -> None:
    """A label, a refusal, a controller's own work, another kind."""
    lab = Lab()
    lab.wrote(**{"verb": "delete", "name": "new", **write})  # type: ignore[arg-type]
    assert lab.found(NoneDeleted(begun=begun())).verdict is Verdict.HELD


def test_one_pod_is_released_and_runs_on() -> None:
    """That very one, ready, without an owner."""
    lab = Lab()
    verdict, why = told(lab, OneReleased(begun=begun()))
    assert (verdict, why) == (Verdict.BROKEN, "each of a, b, c still belongs to its controller")
    lab.pod("a", owner=None, labels={"app": "debug"})
    assert told(lab, OneReleased(begun=begun())) == (Verdict.HELD, "a, of the same UID")
    lab.pod("a", owner=None, labels={"app": "debug"}, ready=False)
    assert told(lab, OneReleased(begun=begun())) == (
        Verdict.BROKEN,
        "a is released, and not ready",
    )


def test_a_new_pod_is_none_that_it_began_with() -> None:
    """A pod made by hand with another label."""
    lab = Lab()
    lab.pod("new", "added", owner=None, labels={"app": "debug"})
    assert lab.found(OneReleased(begun=begun())).verdict is Verdict.BROKEN


def test_two_are_one_too_many() -> None:
    """Only one was to be taken out."""
    lab = Lab()
    for name in ("a", "b"):
        lab.pod(name, owner=None, labels={"app": "debug"})
    assert told(lab, OneReleased(begun=begun())) == (Verdict.BROKEN, "2 are released: a, b")
    for name in NAMES:
        lab.pod(name, "deleted")
    expected = (Verdict.BROKEN, "none of them is there any more")
    assert told(lab, OneReleased(begun=begun())) == expected


def test_all_are_taken_over_and_none_is_made() -> None:
    """By the controller of that kind and name; a new pod beside them is one too many."""
    promise = TakenOver(begun=begun(), kind="ReplicaSet", name="swift")
    lab = Lab()
    assert told(lab, promise) == (Verdict.BROKEN, "a does not belong to it")
    for name in NAMES:
        lab.pod(name, owner=SWIFT)
    assert told(lab, promise) == (Verdict.HELD, "3 pods, of the same UIDs")
    lab.pod("new", "added", owner=SWIFT)
    assert told(lab, promise) == (Verdict.BROKEN, "new was made beside them")


@pytest.mark.parametrize(
    "promise",
    [
        NoneDeleted(begun=begun()),
        OneReleased(begun=begun()),
        TakenOver(begun=begun(), kind="ReplicaSet", name="swift"),
    ],
)
def test_over_a_gap_nothing_is_said(promise: AnyOfBeginning) -> None:
    """Pods may be missing in it, or be there no longer."""
    lab = Lab()
    lab.gap()
    finding = lab.found(promise)
    assert finding.verdict is Verdict.UNKNOWN
    assert "interrupted" in finding.why


def test_a_beginning_without_pods_proves_nothing() -> None:
    """All of none would always be there."""
    nothing = Beginning(pods=(), account=LEARNER, is_told=True)
    assert Lab().found(NoneDeleted(begun=nothing)).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "why",
    [
        "you deleted a",
        "you deleted pods",
        "replication-controller deleted a",
        "a is not there any more",
        "none of them is there any more",
        "each of a, b, c still belongs to its controller",
        "2 are released: a, b",
        "a is released, and not ready",
        "a does not belong to it",
        "new was made beside them",
    ],
)
def test_each_reason_is_told_in_each_language(why: str) -> None:
    """Those that the tests above expect; one that nobody knows stays as it is."""
    said = {evidence(why).of(language) for language in LANGUAGES}
    assert len(said) == len(LANGUAGES)
    assert evidence("2 of 3 ready").ko == "2 of 3 ready"
