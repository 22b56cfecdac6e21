"""`run.json`: what a run was and how its scenarios ended, for people and programs that come later.

The timelines are the evidence; this is the index to them, with what no timeline knows: which
program ran on which cluster, with which mutations, and whether it was interrupted. The fields are
described in docs/files-of-a-run.md.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from reconverge.errors import BadInput
from reconverge.judges.phases import Spread
from reconverge.model.settings import ClusterSettings
from reconverge.report.pace import Pace
from reconverge.report.story import PromiseRecord, Story
from reconverge.verdict import Verdict

SCHEMA = 1
NAME = "run.json"


class ClusterFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The cluster of a run: its kube context, its server's version, what it is set to."""

    kube_context: str = ""
    kubernetes: str = ""
    settings: ClusterSettings | None = None


class Recovered(msgspec.Struct, frozen=True, kw_only=True):
    """How long lost pods were missed: each phase and `in all`; `pending` never came back."""

    spreads: dict[str, Spread] = {}
    pending: int = 0

    def __str__(self) -> str:
        spread = self.spreads.get("in all")
        if spread is None:
            return ""
        if spread.n == 1:
            return f"recovery {spread.max_s:.1f} s of 1 replacement"
        return f"recovery {spread} over {spread.n} replacements"


class ScenarioRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario's end. `is_started` is False where its starting state was not reached.

    `is_ended` is False where the run was over before the scenario was: nobody knows its end.
    `timeline` is relative to the run's folder, and empty where there is none; `story` and
    `promises` are what it tells. `turn_s` is what of `duration_s` was its turn on the cluster: the
    rest was waiting for it. `repeat` is the command that plays it again.
    """

    scenario: str
    verdict: Verdict
    exit_code: int
    promise: str = ""
    why: str = ""
    is_started: bool = True
    is_ended: bool = True
    started: str = ""
    duration_s: float = 0.0
    turn: str = ""
    turn_s: float = 0.0
    timeline: str = ""
    story: Story = Story()
    promises: tuple[PromiseRecord, ...] = ()
    repeat: str = ""
    recovery: Recovered = Recovered()


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run."""

    schema: int = SCHEMA
    reconverge: str
    seed: int
    started: str
    ended: str
    is_interrupted: bool
    exit_code: int
    mutations: tuple[str, ...] = ()
    cluster: ClusterFacts = ClusterFacts()
    recovery: Recovered = Recovered()
    pace: Pace = Pace()
    scenarios: tuple[ScenarioRecord, ...] = ()


def write(folder: Path, record: RunRecord) -> None:
    """The whole file or none: a reader never sees half of one. Raises OSError."""
    raw = msgspec.json.format(msgspec.json.encode(record), indent=2)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{NAME}"
    draft.write_bytes(raw + b"\n")
    draft.replace(folder / NAME)


def read(folder: Path) -> RunRecord | None:
    """The record of the run in `folder`; None where there is none (the run was killed).

    Raises BadInput for one that is of another schema or no such record at all.
    """
    path = folder / NAME
    if not path.is_file():
        return None
    raw = path.read_bytes()
    try:
        schema = msgspec.json.decode(raw, type=_Schema).schema
        if schema == SCHEMA:
            return msgspec.json.decode(raw, type=RunRecord)
    except msgspec.DecodeError as error:
        raise BadInput(f"not a run's record: {error}", where=str(path)) from error
    what = f"a run's record of schema {schema}, this program reads {SCHEMA}"
    raise BadInput(what, where=str(path), cure="read it with the release that wrote it")


class _Schema(msgspec.Struct):
    schema: int
