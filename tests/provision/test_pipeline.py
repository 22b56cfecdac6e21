"""Build steps run once for the content of their inputs, and a failure says where to look."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from reconverge.errors import Unavailable
from reconverge.provision.pipeline import Pipeline, Room, Step, StepFailed
from reconverge.shell import DISK_FULL, KILLED, CommandFailed, Completed, run


class Works:
    """A pipeline in a folder of its own, with steps that count how often they ran."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ran, self.said = folder, list[str](), list[str]()
        self.pipeline = Pipeline(progress=self.said.append, cache=folder / "cache")

    def source(self, name: str, content: str) -> Path:
        """An input file with that content."""
        path = self.folder / name
        path.write_text(content)
        return path

    def step(
        self,
        name: str,
        *,
        inputs: Sequence[Path] = (),
        needs: Sequence[Step] = (),
        then: Callable[[Room], None] = lambda _: None,
    ) -> Step:
        """A step that writes its name into `made` and then does what it is told."""

        def recipe(room: Room) -> None:
            self.ran.append(name)
            (room.out / "made").write_text(name)
            then(room)

        return Step(name=name, inputs=inputs, needs=needs, recipe=recipe)


@pytest.fixture
def works(tmp_path: Path) -> Works:
    """A fresh pipeline."""
    return Works(tmp_path)


def test_a_built_step_is_not_run_again(works: Works) -> None:
    """The second request finds the output of the first."""
    step = works.step("a")
    first, second = works.pipeline.build(step), works.pipeline.build(step)
    assert (first, works.ran) == (second, ["a"])
    assert (first / "made").read_text() == "a"


def test_a_changed_input_rebuilds_it_and_what_depends_on_it_and_nothing_else(works: Works) -> None:
    """Of three steps, the one with the changed file and its dependent run again."""

    def steps() -> Step:
        changing = works.step("changing", inputs=[works.folder / "source"])
        steady = works.step("steady")
        return works.step("result", needs=[changing, steady])

    works.source("source", "one")
    works.pipeline.build(steps())
    works.ran.clear()
    works.source("source", "two")
    works.pipeline.build(steps())
    assert works.ran == ["changing", "result"]


def test_a_step_sees_the_outputs_it_needs(works: Works) -> None:
    """Outputs of earlier steps are handed over by name."""
    seen = list[str]()
    before = works.step("before")
    after = works.step(
        "after",
        needs=[before],
        then=lambda room: seen.append((room.needs["before"] / "made").read_text()),
    )
    works.pipeline.build(after)
    assert seen == ["before"]


def test_what_is_done_survives_an_interruption(works: Works) -> None:
    """A build that is interrupted in its second step runs only that one the next time."""

    def interrupt(_: Room) -> None:
        raise KeyboardInterrupt

    first = works.step("first")
    with pytest.raises(KeyboardInterrupt):
        works.pipeline.build(works.step("second", needs=[first], then=interrupt))
    built = works.pipeline.build(works.step("second", needs=[first]))
    assert works.ran == ["first", "second", "second"]
    assert [path.name for path in built.iterdir()] == ["made"]


def test_a_draft_left_by_a_killed_process_is_no_output(works: Works) -> None:
    """Half an output, as kill -9 leaves it, is thrown away, for these sources or older ones."""
    step = works.step("a")
    out = works.pipeline.output(step)
    draft = out.with_name(f"{out.name}.draft")
    other = out.with_name(f"a-{'0' * 12}.draft")
    for half in (draft, other):
        half.mkdir(parents=True)
        (half / "half").write_text("...")
    built = works.pipeline.build(step)
    assert [path.name for path in built.iterdir()] == ["made"]
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_only_the_newest_output_of_a_step_is_kept(works: Works) -> None:
    """An output for older inputs makes room."""
    works.source("source", "one")
    old = works.pipeline.build(works.step("a", inputs=[works.folder / "source"]))
    works.source("source", "two")
    new = works.pipeline.build(works.step("a", inputs=[works.folder / "source"]))
    assert (old.exists(), new.exists()) == (False, True)


def test_a_failure_names_step_command_log_and_last_words(works: Works) -> None:
    """All four are in the sentence, and the log holds what the command said."""

    def fail(room: Room) -> None:
        run(["sh", "-c", "echo compiling; echo undefined: frobnicate; exit 3"], log=room.log)

    with pytest.raises(StepFailed) as failure:
        works.pipeline.build(works.step("the compiler", then=fail))
    sentence = str(failure.value)
    assert "building the compiler failed" in sentence
    assert "sh -c" in sentence
    assert "undefined: frobnicate" in sentence
    assert str(failure.value.log) in sentence
    assert "compiling" in failure.value.log.read_text()


def test_a_full_disk_is_said_in_one_sentence(works: Works) -> None:
    """Whether a program or we ourselves meet it."""

    def program(room: Room) -> None:
        run(["sh", "-c", "echo write out.o: no space left on device >&2; exit 1"], log=room.log)

    def ourselves(_: Room) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for recipe in (program, ourselves):
        with pytest.raises(StepFailed) as failure:
            works.pipeline.build(works.step("a", then=recipe))
        assert DISK_FULL in str(failure.value)
        assert "\n" not in str(failure.value)
        assert "free some disk space" in failure.value.cure


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        ("kill -9 $$", KILLED),
        ("echo go: compile: signal: killed; exit 1", KILLED),
        ("exit 1", ""),
    ],
)
def test_a_process_killed_for_memory_is_recognised(script: str, cause: str) -> None:
    """By its own end or by what its parent says of it."""
    with pytest.raises(CommandFailed) as failure:
        run(["sh", "-c", script])
    assert failure.value.cause == cause


def test_too_little_room_is_said_before_anything_is_built(works: Works) -> None:
    """Nothing runs when the disk cannot hold it."""
    with pytest.raises(Unavailable, match="building needs 1000000 GB"):
        works.pipeline.build(works.step("a"), needs_free_bytes=10**15)
    assert works.ran == []


def test_progress_counts_only_what_has_to_run(works: Works) -> None:
    """A half-built pipeline starts at one again, with what is left."""
    first = works.step("first")
    works.pipeline.build(first)
    works.said.clear()
    works.pipeline.build(works.step("second", needs=[first]))
    assert works.said == ["[1/1] second ...", "[1/1] second 0 s"]


def test_a_command_that_runs_too_long_is_ended(tmp_path: Path) -> None:
    """Its error names the limit, and the program does not go on without us."""
    mark = tmp_path / "mark"
    with pytest.raises(CommandFailed, match=r"had not ended after 0.2 s"):
        run(["sh", "-c", f"exec sleep 60; touch {mark}"], timeout_s=0.2)
    assert not mark.exists()


def test_a_missing_program_is_named() -> None:
    """No traceback, but the name of what is not there."""
    with pytest.raises(CommandFailed, match=r"frobnicate.*no such program"):
        run(["frobnicate"])


def test_completed_keeps_both_streams() -> None:
    """What was said on either stream is there, and the tail prefers errors."""
    done = run(["sh", "-c", "echo out; echo err >&2; exit 2"], accept=(2,))
    assert done == Completed(("sh", "-c", "echo out; echo err >&2; exit 2"), 2, "out\n", "err\n")
    assert done.tail == "err"
