"""Every command: its help teaches, its bad input is one sentence with the exit code for it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from reconverge import cli
from reconverge.errors import ExitCode

COMMANDS = list(cli.Commands.COMMANDS)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error of that command line."""
    try:
        code = cli.run(list(words))
    except SystemExit as end:
        code = int(end.code or 0)
    found = capsys.readouterr()
    return code, found.out, found.err


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_it_is_for(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence of its own, `-h` as well, and exit code 0."""
    code, out, _ = said(capsys, name, "-h")
    assert code == 0
    assert "Usage: reconverge" in out
    assert len(out.splitlines()) > 4


@pytest.mark.parametrize(
    "name", ["run", "watch", "steps", "inject", "schema", "completion", "rbac"]
)
def test_help_teaches_with_examples(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A line to copy beats a grammar."""
    _, out, _ = said(capsys, name, "--help")
    assert f"\n  reconverge {name}" in out or f"$(reconverge {name}" in out


BAD = [
    ("run", "--seed", "many"),
    ("run", "nowhere.feature"),
    ("run", "--kubeconfig", "here"),
    ("watch", "nowhere"),
    ("watch",),
    ("watch", "--twice"),
    ("steps", "unicorns"),
    ("steps", "--features", "nowhere"),
    ("steps", "--jsn"),
    ("inject", "the sky falls", "-n", "shop"),
    ("inject", 'one of the pods of "shop" is deleted'),
    ("inject", 'one of the pods of "shop" is deleted', "-n", "shop", "--for", "ages"),
    ("inject", 'one of the pods of "shop" is deleted', "-n", "shop", "--kubeconfig", "here"),
    ("inject", "they are started again, the last one first", "-n", "shop"),
    ("schema", "yaml"),
    ("schema", "--version"),
    ("schema", "one", "two"),
    ("completion", "tcsh"),
    ("completion",),
    ("completion", "bash", "zsh"),
    ("analyze", "nowhere"),
    ("analyze",),
    ("analyze", "--yaml", "runs"),
    ("report", "nowhere"),
    ("report",),
    ("report", "one", "two"),
    ("diff", "nowhere"),
    ("diff", "nowhere", "either"),
    ("diff", "one", "two", "three"),
    ("mutants", "nowhere"),
    ("mutants", "--healthy"),
    ("mutants", ".", "--healthy", "nowhere"),
    ("migrate",),
    ("migrate", "nowhere.yaml"),
    ("migrate", "--wrte", "nowhere.yaml"),
    ("doctor", "again"),
    ("doctor", "--yaml"),
    ("doctor", "--json", "twice"),
    ("cluster", "sideways"),
    ("cluster", "up", "--profile", "quick", "--no-install"),
    ("cluster", "load"),
    ("chapter", "--run", "nowhere"),
    ("chapter", "five"),
    ("chapter", "--wrte"),
    ("conquer",),
]


@pytest.mark.parametrize("words", [words for words in BAD if words[0] != "run"], ids=" ".join)
def test_bad_input(
    words: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Exit code 4, the reason on standard error, nothing on disk, and never a traceback."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECONVERGE_STATE_DIR", str(tmp_path / "state"))
    code, _, err = said(capsys, *words)
    assert code == ExitCode.BAD_INPUT, err
    assert err.strip()
    assert "Traceback" not in err
    assert not [path for path in tmp_path.iterdir() if path.name != "state"]


@pytest.mark.parametrize("words", [words for words in BAD if words[0] == "run"], ids=" ".join)
def test_run_hands_everything_on(words: tuple[str, ...], tmp_path: Path) -> None:
    """pytest's own refusals keep their words, and exit code 4."""
    command = [sys.executable, "-m", "reconverge", *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.BAD_INPUT, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stderr.strip()


def test_run_takes_the_folder_of_features(tmp_path: Path) -> None:
    """Without a word on where to look: features/, and not the tests beside it."""
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "test_inside.py").write_text("def test_inside(): pass")
    (tmp_path / "test_outside.py").write_text("def test_outside(): pass")
    command = [sys.executable, "-m", "reconverge", "run", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


@pytest.mark.parametrize("one", [signal.SIGTERM, signal.SIGHUP])
def test_whoever_ends_it_interrupts_it(
    monkeypatch: pytest.MonkeyPatch, one: signal.Signals
) -> None:
    """A command that is at work cleans up as after Ctrl-C; what nohup ignores stays ignored."""
    monkeypatch.setattr(cli, "run", lambda _: signal.raise_signal(one))
    before = signal.getsignal(one)
    try:
        signal.signal(one, signal.SIG_DFL)
        with pytest.raises(KeyboardInterrupt):
            cli.main()
        signal.signal(one, signal.SIG_IGN)
        with pytest.raises(SystemExit):
            cli.main()
    finally:
        signal.signal(one, before)


@pytest.mark.parametrize("words", [("Relabelled", "selector"), ("Relabelled selector",)])
def test_steps_are_searched_by_any_word(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    """In whatever case, between quotes or not, and all of the words at once."""
    code, out, _ = said(capsys, "steps", *words)
    assert code == 0
    assert 'one of the pods of "<name>" is relabelled out of its selector' in out
    assert "is deleted" not in out


def test_every_step_has_a_meaning_and_an_example() -> None:
    """Learnt from our own features; a step that none of them says has none."""
    done = CliRunner().invoke(cli.reconverge, ["steps", "--json"])
    rows = json.loads(done.stdout)
    assert len(rows) > 150
    assert all(row["meaning"] for row in rows)
    assert sum(bool(row["examples"]) for row in rows) > 0.9 * len(rows)
    assert [row["keyword"] for row in rows] == sorted(
        (row["keyword"] for row in rows), key=["Given", "When", "Then"].index
    )


def test_steps_have_no_colour_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """Nor with NO_COLOR."""
    _, out, _ = said(capsys, "steps", "pods")
    assert "\x1b" not in out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_of_our_own_commands(
    shell: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the shell runs to complete a word knows the commands, and their options."""
    code, out, _ = said(capsys, "completion", shell)
    assert code == 0
    assert "_RECONVERGE_COMPLETE" in out
    monkeypatch.setenv("_RECONVERGE_COMPLETE", f"{shell}_complete")
    words, at = ("reconverge inj", "1") if shell != "fish" else ("reconverge inj", "inj")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", at)
    _, out, _ = said(capsys)
    assert "inject" in out
    assert "migrate" not in out


def test_the_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Of a run's record."""
    _, out, _ = said(capsys, "schema")
    assert json.loads(out)["$ref"] == "#/$defs/RunRecord"
