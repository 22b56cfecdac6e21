"""Small named build steps, each done once for the content of its inputs.

Building from nothing takes ten minutes on two cores, so nothing is built twice and nothing is lost
to an interruption. A step's key is the digest of everything that decides its outcome: its files,
its parameters and the keys of the steps before it. Its output is written beside its final place
and renamed when it is whole; whatever a killed process left behind is not taken for an output.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs
from filelock import FileLock
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress as LiveProgress
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from reconverge.clock import Clock, RealClock
from reconverge.errors import Unavailable
from reconverge.provision.machine import Progress
from reconverge.shell import DISK_FULL, KILLED, CommandFailed

KEY_LENGTH = 12
DRAFT = ".draft"


@dataclass(frozen=True, kw_only=True)
class Room:
    """What a step's recipe gets to work with."""

    out: Path  # an empty folder: what is left in it is the step's output
    log: Path
    needs: Mapping[str, Path]  # outputs of the steps before, by their names


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that is built.

    `inputs` are files or folders, `parameters` all else that decides the outcome (versions, flags).
    """

    name: str
    inputs: Sequence[Path]
    recipe: Callable[[Room], None]
    parameters: Mapping[str, str] = field(default_factory=dict)
    needs: Sequence[Step] = ()

    @property
    def key(self) -> str:
        """Digest of everything that decides the output."""
        digest = hashlib.sha256(self.name.encode())
        for label, value in sorted(self.parameters.items()):
            digest.update(f"\0{label}={value}".encode())
        for path in self.inputs:
            for name, content in _contents(path):
                digest.update(f"\0{name}\0{hashlib.sha256(content).hexdigest()}".encode())
        for step in self.needs:
            digest.update(f"\0{step.key}".encode())
        return digest.hexdigest()[:KEY_LENGTH]


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """Names and contents, without what editors and Python leave lying about."""
    if path.is_file():
        yield path.name, path.read_bytes()
    for file in sorted(path.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts and not file.name.endswith("~"):
            yield str(file.relative_to(path)), file.read_bytes()


class StepFailed(Unavailable):
    """A step did not end well: which one, its command and last words, and where the log is."""

    def __init__(self, step: Step, log: Path, cause: Exception) -> None:
        self.step, self.log = step, log
        is_full = getattr(cause, "errno", None) == errno.ENOSPC
        known = DISK_FULL if is_full else getattr(cause, "cause", "")
        is_told = known in (DISK_FULL, KILLED)  # then the command's own words say no more
        reason = f"it {known}" if is_told else getattr(cause, "what", str(cause))
        cure = getattr(cause, "cure", "") or "run the same command again: what is done is kept"
        super().__init__(
            f"building {step.name} failed: {reason}",
            where=f"log {log}",
            cure="free some disk space and run the same command again" if is_full else cure,
        )


def cache_folder() -> Path:
    """RECONVERGE_CACHE_DIR, else the platform's own place for a program's cache."""
    chosen = os.environ.get("RECONVERGE_CACHE_DIR")
    return Path(chosen) if chosen else platformdirs.user_cache_path("reconverge")


class Pipeline:
    """Runs steps whose output is not in the cache yet. One process at a time builds in a cache."""

    def __init__(
        self, *, progress: Progress, cache: Path | None = None, clock: Clock | None = None
    ) -> None:
        self._progress = progress
        self._cache = cache or cache_folder()
        self._clock = clock or RealClock()

    def output(self, step: Step) -> Path:
        """Where that step's output lies, or will lie."""
        return self._cache / "built" / f"{step.name}-{step.key}".replace(" ", "-")

    def is_built(self, step: Step) -> bool:
        """Whether the cache has this step's output for exactly these inputs."""
        return self.output(step).is_dir()

    def missing(self, step: Step) -> list[Step]:
        """What would have to run, in order; what only a built step needed is left alone."""
        if self.is_built(step):
            return []
        ordered: dict[str, Step] = {}
        for before in step.needs:
            ordered |= {each.name: each for each in self.missing(before)}
        return [*ordered.values(), step]

    def build(self, step: Step, *, needs_free_bytes: int = 0) -> Path:
        """The output folder of `step`, after running what is missing.

        `needs_free_bytes` is looked for on the cache's disk beforehand, if anything must run.
        Raises StepFailed, and Unavailable when there is too little room.
        """
        if self.is_built(step):
            return self.output(step)
        self._cache.mkdir(parents=True, exist_ok=True)
        with self._alone():
            missing = self.missing(step)
            if missing:
                self._require_room(needs_free_bytes)
            for number, each in enumerate(missing, start=1):
                self._run(each, f"[{number}/{len(missing)}] {each.name}")
        return self.output(step)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = FileLock(self._cache / "building.lock")
        if not _taken(lock):
            self._progress("another reconverge is building here: waiting for it")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def _require_room(self, wanted: int) -> None:
        free = shutil.disk_usage(self._cache).free
        if free < wanted:
            raise Unavailable(
                f"building needs {wanted / 1e9:.0f} GB of disk and {free / 1e9:.1f} GB are free",
                where=str(self._cache),
                cure="free some space, or name another disk with RECONVERGE_CACHE_DIR",
            )

    def _run(self, step: Step, label: str) -> None:
        out = self.output(step)
        draft = out.with_name(f"{out.name}{DRAFT}")
        log = self._cache / "logs" / f"{step.name.replace(' ', '-')}.log"
        started = self._clock.monotonic_s()
        self._forget(step, DRAFT)
        try:
            draft.mkdir(parents=True)
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text("")
            needs = {before.name: self.output(before) for before in step.needs}
            with self._shown(label):
                step.recipe(Room(out=draft, log=log, needs=needs))
            draft.rename(out)
        except (CommandFailed, OSError) as error:
            shutil.rmtree(draft, ignore_errors=True)
            raise StepFailed(step, log, error) from error
        self._progress(f"{label} {self._clock.monotonic_s() - started:.0f} s")
        self._forget(step)

    @contextmanager
    def _shown(self, label: str) -> Iterator[None]:
        """In a terminal a line that lives while the step runs; elsewhere one that says it began."""
        console = Console(stderr=True)
        if not console.is_terminal:
            self._progress(f"{label} ...")
            yield
            return
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with LiveProgress(*columns, console=console, transient=True) as live:
            live.add_task(escape(label), total=None)
            yield

    def _forget(self, step: Step, suffix: str = "") -> None:
        """Of a step's outputs (with DRAFT: of the drafts of killed builds) keep only today's.

        They are hundreds of megabytes each.
        """
        today = self.output(step)
        family = today.name.removesuffix(step.key)
        for path in today.parent.glob(f"{family}{'?' * KEY_LENGTH}{suffix}"):
            if path != today:
                shutil.rmtree(path)


def _taken(lock: FileLock) -> bool:
    try:
        lock.acquire(timeout=0)
    except TimeoutError:
        return False
    return True
