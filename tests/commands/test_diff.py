"""`reconverge diff`: what went differently, and nothing that only looks so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from reconverge import cli
from reconverge.blast import ALL, ONE
from reconverge.errors import ExitCode
from reconverge.faults import DeletePods, RelabelPod
from reconverge.judges.invariants import NeverFewer
from reconverge.verdict import Verdict
from tests.commands.played import forge, lines, lose_pods, play, rewrite
from tests.stage import Stage


def diff(
    first: Path, second: Path, capsys: pytest.CaptureFixture[str], *more: str
) -> tuple[int, str, str]:
    """The exit code, what was printed, and the error."""
    code = cli.run(["diff", str(first), str(second), *more])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def told(first: Path, second: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(diff(first, second, capsys, "--json")[1])
    return found


def renamed(path: Path) -> None:
    """As another run would have it: every UID, version, address and name of a pod is another."""
    uids = {str(line["uid"]): f"other-{line['uid']}" for line in lines(path) if "uid" in line}
    raw = path.read_text()
    for uid, other in uids.items():
        raw = raw.replace(f'"{uid}"', f'"{other}"')
    path.write_text(re.sub(r"kubia-(\w)", r"kubia-renamed-\1", raw).replace("172.18.", "10.9."))


def lose_one(stage: Stage) -> None:
    lose_pods(stage, ONE)


def test_two_runs_of_one_seed_are_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names, UIDs, versions and addresses differ, and nothing that counts."""
    first, second = (play(tmp_path / run) for run in ("a", "b"))
    renamed(second)
    assert "kubia-renamed" in second.read_text()
    assert "kubia-renamed" not in first.read_text()
    code, out, _ = diff(tmp_path / "a", tmp_path / "b", capsys)
    assert code == ExitCode.HELD
    assert "shop.feature::one    seed 4711" in out
    assert "same: verdicts (3 HELD), targets (pod " in out
    assert "counts (Pod of ReplicationController kubia +2 -2)" in out
    assert "the stories are the same" in out
    assert "recovery, in seconds     n     p50     max" in out
    assert out.splitlines()[-1].startswith("1 the same, 0 different")


def test_another_verdict_is_a_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the promise and both verdicts."""
    play(tmp_path / "a")
    forge(play(tmp_path / "b"), Verdict.BROKEN)
    code, out, _ = diff(tmp_path / "a", tmp_path / "b", capsys)
    assert code == ExitCode.BROKEN
    assert 'DIFFERENT verdict  every replacement of "kubia" is ready' in out
    assert "HELD | BROKEN" in out


def test_a_promise_that_was_never_judged_is_a_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that was killed has no verdict, and one that ended early fewer promises."""
    play(tmp_path / "a")
    path = play(tmp_path / "b")
    rest = path.read_bytes().splitlines(keepends=True)
    judged = [number for number, line in enumerate(lines(path)) if line["is"] == "judged"]
    path.write_bytes(b"".join(rest[: judged[1]]))
    differences = told(tmp_path / "a", tmp_path / "b", capsys)["scenarios"][0]["differences"]
    rights = [one["right"] for one in differences if one["what"] == "verdict"]
    assert rights == ["no verdict", "-"]


def test_other_targets_under_one_seed_are_a_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By place in the order of creation, since no name comes twice."""
    path = play(tmp_path / "a", act=lose_one)
    other = play(tmp_path / "b", act=lose_one, seed=4712)
    assert diff(path, other, capsys)[0] == ExitCode.HELD
    assert "4711 | 4712: other targets are no difference" in diff(path, other, capsys)[1]
    hit = [told(path, other, capsys)["scenarios"][0][side]["targets"] for side in ("left", "right")]
    assert hit[0] != hit[1], "these seeds choose different pods"
    rewrite(other, lambda line: line | {"seed": 4711} if line["is"] == "opened" else line)
    code, out, _ = diff(path, other, capsys)
    assert code == ExitCode.BROKEN
    assert 'DIFFERENT targets  one of the pods of "kubia" deleted: pod ' in out


def test_one_pod_more_is_a_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """How many objects were made is compared, in whatever order; the harness's own do not count."""
    first = play(tmp_path / "a", act=lose_one)
    second = play(tmp_path / "b", act=lambda stage: lose_pods(stage, ALL))
    found = told(first, second, capsys)["scenarios"][0]
    (count,) = (one for one in found["differences"] if one["what"] == "count")
    assert count == {
        "what": "count",
        "of": "Pod of ReplicationController kubia",
        "left": "+1 -1",
        "right": "+3 -3",
    }
    assert list(found["left"]["counts"]) == ["Pod of ReplicationController kubia"]


def test_the_stories_part_at_the_first_event_that_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both events are shown, each with its own second."""

    def relabel(stage: Stage) -> None:
        world = stage.experiment.timeline.latest()
        stage.experiment.inject(RelabelPod.out_of_selector(stage.kubia, world))
        stage.converge()

    first, second = play(tmp_path / "a", act=lose_one), play(tmp_path / "b", act=relabel)
    number, left, right = told(first, second, capsys)["scenarios"][0]["parting"]
    assert number == 2, "the first is the steady state"
    assert {left["word"], right["word"]} == {"inject"}
    assert "the stories part at event 2" in diff(first, second, capsys)[1]


def test_without_a_fault_there_is_still_something_to_compare(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Verdicts and counts from the beginning; no targets, no recovery."""

    def hold(stage: Stage) -> None:
        stage.hold(NeverFewer(workload=stage.kubia, pods=0))

    first, second = play(tmp_path / "a", act=hold), play(tmp_path / "b", act=hold)
    code, out, _ = diff(first, second, capsys)
    assert code == ExitCode.HELD
    assert "targets (none)" in out
    assert "Pod of ReplicationController kubia +3 -0" in out
    assert "recovery" not in out


def test_scenarios_are_paired_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What only one run has is a difference, and named."""
    for name in ("one", "two"):
        play(tmp_path / "a", name, act=lose_one)
    for name in ("two", "three"):
        play(tmp_path / "b", name, act=lose_one)
    code, out, _ = diff(tmp_path / "a", tmp_path / "b", capsys)
    assert code == ExitCode.BROKEN
    assert "only in the first   shop.feature::one" in out
    assert "only in the second  shop.feature::three" in out
    assert "shop.feature::two    seed 4711" in out


def test_what_is_no_run_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whichever of the two it is."""
    play(tmp_path / "a", act=lose_one)
    for pair in ((tmp_path / "a", tmp_path / "no"), (tmp_path / "no", tmp_path / "a")):
        code, out, err = diff(*pair, capsys)
        assert (code, out) == (ExitCode.BAD_INPUT, "")
        assert "no: there is no such file or folder" in err


def test_faults_of_several_pods_are_named_by_their_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each by the world before it: a replacement has a place of its own in the next one."""

    def twice(stage: Stage) -> None:
        lose_one(stage)
        stage.experiment.inject(DeletePods(of=stage.kubia, blast_radius=ALL))
        stage.converge()

    path = play(tmp_path, act=twice)
    targets = told(path, path, capsys)["scenarios"][0]["left"]["targets"]
    assert len(targets[0][1]) == 1
    assert targets[1][1] == [f"pod {rank} of kubia" for rank in (1, 2, 3)]
