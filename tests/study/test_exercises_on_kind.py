"""On a real cluster: right answers pass, and what only a cluster can find is answered.

A few of them are played with the other tests; all of them by `./run study`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from reconverge.cluster.nodes import KindCluster
from reconverge.study.exercises import Exercise
from reconverge.study.gate import Gate
from reconverge.study.mistakes import Mistake, hand_in_of, mistaken, texts_of
from reconverge.study.playing import Played, play
from reconverge.verdict import Verdict
from tests.study.test_exercises import BY_CLUSTER, EXERCISES, ids

pytestmark = pytest.mark.cluster
SAMPLE = ("keep-three-pods", "a-first-job")
QUICKLY_WRONG = "production-and-devel"
PLAYED = [one for one in EXERCISES if one.feature]


def sampled(one: Exercise, mistake: Mistake | None = None) -> object:
    """Of the others each takes up to a minute or two."""
    values = (one, mistake) if mistake else (one,)
    is_quick = one.id == QUICKLY_WRONG if mistake else one.id in SAMPLE
    return pytest.param(*values, marks=() if is_quick else pytest.mark.slow)


def played(cluster: KindCluster, exercise: Exercise, texts: dict[str, str], folder: Path) -> Played:
    hand_in = hand_in_of(texts)
    assert Gate(cluster, "default").refused(hand_in) == ()
    name = cluster.name.removeprefix("kind-")
    return play(exercise, hand_in, folder, options=["--cluster-name", name])


@pytest.mark.parametrize("exercise", [sampled(one) for one in PLAYED], ids=ids)
def test_a_right_answer_passes(cluster: KindCluster, exercise: Exercise, tmp_path: Path) -> None:
    """Every promise of its feature is kept."""
    found = played(cluster, exercise, texts_of(exercise), tmp_path)
    assert [one.sentence("en") for one in found.flaws] == []
    assert found.promises
    assert {one.verdict for one in found.promises} == {Verdict.HELD}


@pytest.mark.parametrize(("exercise", "mistake"), [sampled(*row) for row in BY_CLUSTER], ids=ids)
def test_a_wrong_answer_is_answered(
    cluster: KindCluster, exercise: Exercise, mistake: Mistake, tmp_path: Path
) -> None:
    """With the promise that was not kept, and the evidence."""
    found = played(cluster, exercise, mistaken(exercise, mistake), tmp_path)
    first = found.flaws[0]
    assert first.code == mistake.code, first.sentence("en")
    assert mistake.says in first.sentence("en")
    assert found.accounts


def test_what_the_api_server_refuses_is_told_in_its_words(cluster: KindCluster) -> None:
    """What the rules have missed, it has not."""
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n"
        "  - {name: a, image: luksa/kubia, resources: {requests: {cpu: many}}}\n"
    )
    [flaw] = Gate(cluster, "default").refused(hand_in_of({"one.yaml": text}))
    assert flaw.code == "RCS801"
    assert "quantities must match" in flaw.sentence("en")
