"""A real grading on a real cluster: every verdict right, nobody in another's way, nothing left.

Six of a class are graded with the other tests; all fifty by `./run study`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconverge.cli import run
from reconverge.cluster.nodes import KindCluster
from reconverge.namespaces import SCENARIO_LABEL
from reconverge.pytest_plugin.clusters import standing_ground
from reconverge.pytest_plugin.options import required_target
from reconverge.study.gate import gate_on, scenario_of_gate
from reconverge.study.grading import receipts
from reconverge.study.grading.receipts import Receipt
from reconverge.study.mistakes import hand_in_of
from reconverge.verdict import Verdict
from tests.commands.played import forge
from tests.study.grading.fifty import Expected, class_of_fifty, sample
from tests.study.grading.staged import hand_in
from tests.study.hostile import FILE, RIGHT, in_container, in_pod

pytestmark = pytest.mark.cluster


def graded(cluster: KindCluster, home: Path, into: Path, *words: str) -> tuple[int, list[Receipt]]:
    name = cluster.name.removeprefix("kind-")
    typed = ["study", "grade", str(home), "--into", str(into), "--cluster-name", name, *words]
    code = run([*typed, "--lang", "en"])
    paths = sorted(into.glob(f"judged/*/*/{receipts.NAME}"))
    return code, [receipts.read_receipt(path) for path in paths]


def judge(found: list[Receipt], expected: dict[str, Expected]) -> None:
    """Each grade and first code is what was expected, and no object is in two hand-ins."""
    came = {
        f"{one.learner}/{one.exercise}": Expected(one.grade, one.codes[0] if one.codes else "")
        for one in found
    }
    assert came == expected
    uids = [made.uid for one in found for made in one.objects]
    assert len(set(uids)) == len(uids)
    played = [one for one in found if one.timelines]
    assert all(one.objects and one.kubernetes.startswith("v1.") for one in played)
    assert [one.learner for one in found if one.learner.startswith("eve-") and one.objects] == []


def left(cluster: KindCluster, found: list[Receipt]) -> list[str]:
    """Objects of these hand-ins that are still there; other tests use the cluster, too."""
    uids = {made.uid for one in found for made in one.objects}
    kinds = ("Pod", "ReplicationController", "ReplicaSet", "DaemonSet", "Job", "CronJob")
    there = (one for kind in kinds for one in cluster.find(kind) if one.uid in uids)
    gates = cluster.find("Namespace", labels=f"{SCENARIO_LABEL}={scenario_of_gate()}")
    return [one.name for one in (*there, *gates)]


def test_six_of_a_class(
    cluster: KindCluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Graded, recounted, and graded again without being judged again; a forgery is found."""
    expected = sample(tmp_path / "hand-ins")
    into = tmp_path / "grades"
    code, found = graded(cluster, tmp_path / "hand-ins", into, "--jobs", "2")
    assert code == 0
    judge(found, expected)
    assert left(cluster, found) == []
    for path in into.glob(f"judged/*/*/{receipts.NAME}"):
        assert run(["study", "verify", str(path)]) == 0, capsys.readouterr().out

    capsys.readouterr()
    code, again = graded(cluster, tmp_path / "hand-ins", into, "--json")
    assert (code, len(json.loads(capsys.readouterr().out))) == (0, 6)
    assert again == found

    wrong = into / "judged" / "wrong" / "production-and-devel"
    forge(wrong / receipts.read_receipt(wrong).timelines[0].path, Verdict.HELD)
    assert run(["study", "verify", str(wrong), "--lang", "en"]) == 1
    assert "DIFFERS    judged again" in capsys.readouterr().out


@pytest.mark.slow
def test_a_class_of_fifty(cluster: KindCluster, tmp_path: Path) -> None:
    """Right, wrong, hostile and broken ones side by side, and those that harm nodes by turns."""
    expected = class_of_fifty(tmp_path / "hand-ins")
    assert len(expected) == 50
    code, found = graded(cluster, tmp_path / "hand-ins", tmp_path / "grades")
    assert code == 0
    judge(found, expected)
    assert left(cluster, found) == []
    for path in (tmp_path / "grades").glob(f"judged/*/*/{receipts.NAME}"):
        assert run(["study", "verify", str(path)]) == 0


def test_the_fence_refuses_what_the_files_did_not_show(cluster: KindCluster) -> None:
    """The API server's own Pod Security, quota and limits, asked of the pods of a template."""
    target = required_target(name=cluster.name.removeprefix("kind-"), kubeconfig=None, context="")
    table = {
        RIGHT: "",
        in_pod("hostNetwork: true"): "RCS706",
        in_pod("volumes: [{name: a, hostPath: {path: /}}]"): "RCS706",
        in_container("securityContext: {privileged: true}"): "RCS706",
        in_container("securityContext: {seccompProfile: {type: Unconfined}}"): "RCS706",
        in_container("resources: {limits: {cpu: 64}}"): "RCS710",
        in_container("resources: {requests: {cpu: many}}"): "RCS801",
    }
    with gate_on(standing_ground(target), is_awaited=True) as gate:
        for text, code in table.items():
            found = [one.code for one in gate.refused(hand_in_of({FILE: text}))]
            assert found == ([code] if code else []), text


def test_over_its_time_it_is_ended_and_taken_back(cluster: KindCluster, tmp_path: Path) -> None:
    """It is neither a pass nor a failure; nothing of it is left."""
    hand_in(tmp_path / "hand-ins", "late", "runs-that-do-not-pile-up")  # takes 10 s and more
    code, [receipt] = graded(cluster, tmp_path / "hand-ins", tmp_path / "grades", "--timeout", "3")
    assert (code, receipt.grade, receipt.codes) == (2, "unknown", ("RCS804",))
    assert left(cluster, [receipt]) == []
