"""Each flaw is found where it is, said in the learner's terms, and found in nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconverge.study.demands import flaws_in
from reconverge.study.flaws import Flaw, flaw_kinds
from reconverge.study.languages import LANGUAGES
from reconverge.study.mistakes import hand_in_of
from tests.study.samples import FLAWED, SOUND

ROOT = Path(__file__).parents[2]


def flaws(text: str) -> tuple[Flaw, ...]:
    return flaws_in(hand_in_of({"one.yaml": text}))


@pytest.mark.parametrize(("code", "says", "line", "text"), FLAWED)
def test_a_flaw_is_found_at_its_line(code: str, says: str, line: int, text: str) -> None:
    """The first thing that is said is the code, the sentence and the line that belong to it."""
    first = flaws(text)[0]
    assert (first.code, first.line) == (code, line), [one.sentence("en") for one in flaws(text)]
    assert says in first.sentence("en")


@pytest.mark.parametrize("text", SOUND)
def test_nothing_is_found_in_what_is_sound(text: str) -> None:
    """What an API server takes and controllers can work with has no flaw."""
    assert [one.sentence("en") for one in flaws(text)] == []


def sound_manifests() -> list[Path]:
    """Those of the features that an API server takes as they are printed."""
    from tests.study.samples import REFUSED

    return [
        path for path in sorted((ROOT / "manifests").rglob("*.yaml")) if path.stem not in REFUSED
    ]


@pytest.mark.parametrize("path", sound_manifests(), ids=lambda path: path.stem)
def test_the_manifests_of_the_features_are_sound(path: Path) -> None:
    """Two hundred manifests that a real cluster takes: an error in one would be a false one."""
    found = [one for one in flaws(path.read_text()) if not one.is_advice]
    assert [one.sentence("en") for one in found] == []


def test_every_code_is_found_somewhere() -> None:
    """A code that nothing finds is a text that nobody reads."""
    tried = {row[0] for row in FLAWED}
    by_task = {code for code in flaw_kinds() if code.startswith(("RCS7", "RCS8", "RCS9"))}
    assert tried | by_task == set(flaw_kinds()) - {"RCS002", "RCS005", "RCS007", "RCS008"}


def test_every_code_has_a_sentence_in_each_language() -> None:
    """Whatever fills them, sentence and cure have no placeholder left."""
    for _, _, _, text in FLAWED:
        for flaw in flaws(text):
            for language in LANGUAGES:
                said = flaw.sentence(language) + flaw.cure(language)
                assert "{" not in said.replace("{app", "")


KINDS = st.sampled_from(
    ["Pod", "ReplicationController", "ReplicaSet", "Job", "CronJob", "DaemonSet"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "spec",
                    "template",
                    "metadata",
                    "labels",
                    "selector",
                    "matchLabels",
                    "app",
                    "matchExpressions",
                    "operator",
                    "values",
                    "key",
                    "containers",
                    "ports",
                    "env",
                    "livenessProbe",
                    "httpGet",
                    "port",
                    "schedule",
                    "jobTemplate",
                    "completions",
                    "parallelism",
                    "nodeSelector",
                    "restartPolicy",
                    "timeZone",
                    "image",
                    "name",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@given(kind=KINDS, spec=VALUES, labels=VALUES)
def test_no_manifest_makes_a_rule_fail(kind: str, spec: object, labels: object) -> None:
    """Whatever stands where: the answer is flaws, never a traceback, and each can be said."""
    import json

    version = {"Pod": "v1", "ReplicationController": "v1", "Job": "batch/v1", "CronJob": "batch/v1"}
    one = {
        "apiVersion": version.get(kind, "apps/v1"),
        "kind": kind,
        "metadata": {"name": "any", "labels": labels},
        "spec": spec,
    }
    for flaw in flaws(json.dumps(one)):
        assert flaw.sentence("en")
        assert flaw.sentence("ko")


@given(st.text(max_size=200))
def test_no_text_makes_reading_fail(text: str) -> None:
    """Any text at all is answered."""
    for flaw in flaws(text):
        assert flaw.sentence("ko")
