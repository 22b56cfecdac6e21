"""A hand-in is bounded before it is read, and whatever is wrong with its text is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconverge.errors import BadInput
from reconverge.study.demands import flaws_in
from reconverge.study.written import BYTES_MAX, DOCUMENTS_MAX, FILES_MAX, read_hand_in
from tests.study.hostile import BOMB


def codes(path: Path) -> list[str]:
    return [one.code for one in flaws_in(read_hand_in(path))]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BOMB, "RCS002"),
        ("a: &a\n  b: *a\n", "RCS002"),
        ("[" * 5000, "RCS002"),
        ("x" * (BYTES_MAX + 1), "RCS002"),
        ("---\n" * (DOCUMENTS_MAX + 1), "RCS002"),
    ],
    ids=["bomb", "ouroboros", "abyss", "giant", "endless"],
)
def test_what_is_no_manifest_is_refused_unread(tmp_path: Path, text: str, code: str) -> None:
    """Neither time nor memory is spent on it."""
    (tmp_path / "one.yaml").write_text(text)
    assert codes(tmp_path) == [code]


def test_too_many_files_are_refused_unread(tmp_path: Path) -> None:
    """A folder with more files than any task needs."""
    for number in range(FILES_MAX + 1):
        (tmp_path / f"{number}.yaml").write_text("[")
    assert codes(tmp_path) == ["RCS002"]


def test_what_is_no_text_is_answered(tmp_path: Path) -> None:
    """Bytes that are no UTF-8."""
    (tmp_path / "one.yaml").write_bytes(b"kind: \xff\xfe")
    assert codes(tmp_path) == ["RCS005"]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """What somebody else handed in is not read through a link in one's own folder."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "theirs.yaml").write_text("[")
    (tmp_path / "mine" / "one.yaml").symlink_to(tmp_path / "theirs.yaml")
    assert codes(tmp_path / "mine") == ["RCS007"]


def test_an_empty_folder_is_bad_input(tmp_path: Path) -> None:
    """There is nothing to read."""
    with pytest.raises(BadInput, match="no YAML file"):
        read_hand_in(tmp_path)


def test_one_broken_file_does_not_hide_another(tmp_path: Path) -> None:
    """Each file is answered by itself."""
    (tmp_path / "one.yaml").write_text("kind: [")
    (tmp_path / "two.yaml").write_text("name: kubia")
    assert codes(tmp_path) == ["RCS001", "RCS004"]


def test_the_items_of_a_list_have_their_own_lines(tmp_path: Path) -> None:
    """`kubectl get -o yaml` prints Lists."""
    pod = "  metadata: {name: kubia}\n  spec: {containers: [{name: a, image: b}], replica: 1}\n"
    text = f"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n{pod}"
    (tmp_path / "one.yaml").write_text(text)
    [flaw] = flaws_in(read_hand_in(tmp_path))
    assert (flaw.code, flaw.line) == ("RCS101", 7)
