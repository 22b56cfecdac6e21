"""Every lab done with a real kubectl, in right and in wrong ways: each is told what is so."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.cluster.nodes import KindCluster
from reconverge.study.exercises import load_all, named, shipped
from reconverge.verdict import Verdict
from tests.study.lab.learner import Learner, begun, ended
from tests.study.lab.ways import FILES, WAYS, Stage

EXERCISES = load_all(shipped())
HAVE_TESTS_OF_THEIR_OWN = {"out-for-debugging", "adopt-the-orphans"}
QUICK = ("mark-a-pod", "two marks, and then one")
ROWS = [(lab, way) for lab, ways in WAYS.items() for way in ways]


def test_every_lab_is_done_in_a_right_way_and_in_three_wrong_ones() -> None:
    """Else a lab would be offered that nobody has tried."""
    labs = {one.id for one in EXERCISES if one.lab}
    assert labs == {*WAYS, *HAVE_TESTS_OF_THEIR_OWN}
    for lab, ways in WAYS.items():
        codes = [stage.code for stages in ways.values() for stage in stages]
        assert codes.count("") == 1, lab
        assert len(codes) >= 4, lab


def sampled(lab: str, way: str) -> object:
    marks = () if (lab, way) == QUICK else pytest.mark.slow
    return pytest.param((lab, way), marks=marks, id=f"{lab}-{way}".replace(" ", "-"))


@pytest.fixture
def way(request: pytest.FixtureRequest) -> tuple[str, str]:
    found: tuple[str, str] = request.param
    return found


@pytest.fixture
def learner(
    way: tuple[str, str], cluster: KindCluster, kubectl: Path, tmp_path: Path
) -> Iterator[Learner]:
    one = begun(named(EXERCISES, way[0]), cluster, kubectl, tmp_path)
    yield one
    ended(one, cluster)


@pytest.mark.cluster
@pytest.mark.parametrize("way", [sampled(*row) for row in ROWS], indirect=True)
def test_it_is_told_what_is_so(learner: Learner, way: tuple[str, str], tmp_path: Path) -> None:
    """The code and the first sentence, in each language; or nothing, where all is as asked."""
    pods = learner.does("get", "pods", "--output=name").split()
    for number, stage in enumerate(WAYS[way[0]][way[1]]):
        for command in stage.typed:
            learner.does(*words_of(command, pods, tmp_path))
        played = learner.has_it_judged(f"stage-{number}")
        said = [one.sentence("en") for one in played.flaws]
        if not stage.code:
            assert said == [], stage
            assert {one.verdict for one in played.promises} == {Verdict.HELD}
            continue
        assert said, stage
        assert played.flaws[0].code.startswith(stage.code), said
        assert stage.says in said[0]
        assert played.flaws[0].sentence("ko") != said[0]


def words_of(command: str, pods: list[str], folder: Path) -> list[str]:
    """As a shell would split it: a patch is one word, and a file is written first."""
    head, mark, patch = command.partition("--patch ")
    words = [*shlex.split(head), *((mark.strip(), patch) if mark else ())]
    named_pods = {"{pod}": pods[0], "{second}": pods[-1]}
    return [named_pods.get(word) or _file(word, folder) for word in words]


def _file(word: str, folder: Path) -> str:
    if not word.startswith("<"):
        return word
    path = folder / f"{word[1:]}.yaml"
    path.write_text(FILES[word[1:]])
    return str(path)


def test_a_stage_that_is_wrong_says_something() -> None:
    """An empty sentence would be found in any."""
    stages: list[Stage] = [one for ways in WAYS.values() for way in ways.values() for one in way]
    assert [one for one in stages if one.code and not one.says] == []
