"""Are old manifests brought up to date with nothing else in their text changed?"""

from __future__ import annotations

from pathlib import Path

import pytest

from reconverge.cli import run
from reconverge.cluster.manifests import migrate, parse
from reconverge.cluster.rewriting import rewritten
from reconverge.errors import BadInput

CHAPTER = Path(__file__).parent.parent.parent / "manifests"
DAEMON = """\
# A daemon of 2017.
apiVersion: "extensions/v1beta1"   # as it was
kind: DaemonSet
metadata: {name: kubia}
spec:
    # indented by four
    template:
        metadata:
            labels: {app: kubia}
"""
TODAY = """\
# A daemon of 2017.
apiVersion: "apps/v1"   # as it was
kind: DaemonSet
metadata: {name: kubia}
spec:
    # indented by four
    selector:
      matchLabels:
        app: kubia
    updateStrategy:
      type: OnDelete
    template:
        metadata:
            labels: {app: kubia}
"""


@pytest.mark.parametrize("name", ["kubia-replicaset.yaml", "ssd-monitor-daemonset.yaml"])
def test_only_the_version_changes(name: str) -> None:
    """Comments, order and spaces of the chapter's own text stay as they are."""
    text = (CHAPTER / name).read_text()
    new = rewritten(text, source=name)
    assert new.text == text.replace("apiVersion: apps/v1beta2", "apiVersion: apps/v1", 1)
    assert new.notes[0].startswith(f"{name}:1: apps/v1beta2")


def test_old_defaults_are_written_where_an_author_would() -> None:
    """What the old version took for granted stands before the template, as deep as it."""
    assert rewritten(DAEMON, source="x").text == TODAY


def test_line_ends_stay() -> None:
    """A file from Windows stays one."""
    assert rewritten(DAEMON.replace("\n", "\r\n"), source="x").text == TODAY.replace("\n", "\r\n")


@pytest.mark.parametrize(
    "text",
    [
        "{apiVersion: apps/v1beta1, kind: Deployment, metadata: {name: a}, spec: {}}",
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: apps/v1beta2\n  kind: ReplicaSet\n"
        "  metadata: {name: a}\n- {apiVersion: v1, kind: Pod, metadata: {name: b}}\n",
        "---\n# nothing\n---\nkind: CronJob\nmetadata: {name: a}\napiVersion: batch/v2alpha1\n",
        "apiVersion: &v apps/v1beta1\nkind: Deployment\nmetadata: {name: a}\n---\n"
        "apiVersion: extensions/v1beta1\nkind: ReplicaSet\nmetadata: {name: b}\nspec: {template: "
        "{metadata: {labels: {a: b}}}}",
    ],
)
def test_the_text_says_what_is_applied(text: str) -> None:
    """Whatever its layout, the new text reads as the objects that a run would apply."""
    new = rewritten(text, source="x")
    assert [one.object for one in parse(new.text, source="x")] == [
        migrate(one.object)[0] for one in parse(text, source="x")
    ]
    assert rewritten(new.text, source="x").notes == ()


def test_a_text_that_cannot_be_edited_is_refused() -> None:
    """An apiVersion that something else refers to is the author's to change."""
    text = "kind: ReplicaSet\nmetadata: {name: a, labels: {v: &v apps/v1beta2}}\napiVersion: *v\n"
    with pytest.raises(BadInput, match="by hand"):
        rewritten(text, source="x")


def test_a_diff_is_printed_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The diff is all of standard output, so that `patch` takes it; the reasons go elsewhere."""
    path = tmp_path / "old.yaml"
    path.write_text(DAEMON)
    assert run(["migrate", str(path)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"--- {path}\n+++ {path}\n@@")
    assert '-apiVersion: "extensions/v1beta1"   # as it was\n' in said.out
    assert f"{path}:2: extensions/v1beta1 is not served since 1.16" in said.err
    assert path.read_text() == DAEMON


def test_written_files_keep_their_mode(tmp_path: Path) -> None:
    """--write replaces the text and nothing else; what is of today is not touched at all."""
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(DAEMON)
    new.write_text(TODAY)
    old.chmod(0o640)
    untouched = new.stat().st_mtime_ns
    assert run(["migrate", "--write", str(old), str(new)]) == 0
    assert old.read_text() == TODAY
    assert old.stat().st_mode & 0o777 == 0o640
    assert new.stat().st_mtime_ns == untouched
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.yaml", "old.yaml"]


def test_bad_input_leaves_every_file_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All files are read before one is written: one sentence, exit code 4."""
    old, broken = tmp_path / "old.yaml", tmp_path / "broken.yaml"
    old.write_text(DAEMON)
    broken.write_text("a: [")
    assert run(["migrate", "--write", str(old), str(broken)]) == 4
    assert f"{broken}:1: not valid YAML" in capsys.readouterr().err
    assert old.read_text() == DAEMON
