"""Rows of claims and their proof: which scenario shows which claim, and which nobody shows.

A claim without a scenario is printed in plain sight, for a list that leaves out what is missing
looks complete.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from reconverge.errors import BadInput
from reconverge.report.features import scenarios_in
from reconverge.report.run_record import RunRecord
from reconverge.verdict import Verdict

TAG = re.compile(r"@([a-z]+)_(\d+)|@k8s_[a-z]+\d+")
# The control plane's rows and the rollouts', which are this project's and in no table.
BESIDE = {"CP", "RO"}


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A list of claims: where it is, the page it is shown on, and its parts by their prefix."""

    title: str
    claims: Path
    page: Path
    parts: dict[str, str]


CHAPTER = Table(
    title="The chapter, row by row",
    claims=Path("docs/chapter/claims.toml"),
    page=Path("docs/chapter.md"),
    parts={
        "LP-": "Liveness probes",
        "RC-": "ReplicationController",
        "NODE-": "Node failure",
        "RS-": "ReplicaSet",
        "DS-": "DaemonSet",
        "JOB-": "Job",
        "CJ-": "CronJob",
    },
)
KUBERNETES = Table(
    title="Kubernetes' own end-to-end tests, row by row",
    claims=Path("docs/chapter/kubernetes.toml"),
    page=Path("docs/kubernetes.md"),
    parts={
        "K8S-RC": "ReplicationController (test/e2e/apps/rc.go)",
        "K8S-RS": "ReplicaSet (replica_set.go)",
        "K8S-DS": "DaemonSet (daemon_set.go)",
        "K8S-J": "Job (job.go)",
        "K8S-C": "CronJob (cronjob.go)",
        "K8S-P": "Probes (test/e2e/common/node/container_probe.go)",
        "K8S-N": "Nodes and taints (test/e2e/node, network_partition.go, daemon_restart.go)",
        "K8S-G": "Garbage collection (test/e2e/apimachinery/garbage_collector.go)",
    },
)
TABLES = (CHAPTER, KUBERNETES)


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One row: what is claimed, under which of the chapter's headings, and what is to be noted.

    `note` is where the cluster and the claim differ, or in which stronger form it is proved.
    """

    title: str
    sections: tuple[str, ...] = ()
    note: str = ""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario that carries the row's tag; `verdict` is a run's last, if it had the scenario."""

    scenario: str
    verdict: Verdict | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A claim with the scenarios that prove it; without one it is missing."""

    id: str
    title: str
    sections: tuple[str, ...] = ()
    note: str = ""
    proofs: tuple[Proof, ...] = ()


def claims_in(path: Path) -> dict[str, Claim]:
    """The claims of a file by id, in its order. Raises BadInput."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), dict[str, Claim])
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise BadInput(f"the claims cannot be read: {error}", where=str(path)) from error


def tagged_in(folder: Path) -> dict[str, list[str]]:
    """The scenarios of every feature below `folder`, as a run names them, by the id they prove.

    Tags of rows that are in no table are passed over. Raises BadInput for a feature that is not
    Gherkin.
    """
    found: dict[str, list[str]] = {}
    for scenario, tags in scenarios_in(folder, root=folder.parent).items():
        for row in filter(None, map(_id_of, tags)):
            found.setdefault(row, []).append(scenario)
    return found


def refuse_unknown(tagged: Mapping[str, list[str]], known: Iterable[str]) -> None:
    """Raises BadInput for a tag of which no claim is known: it would be a proof of nothing."""
    unknown = sorted(set(tagged) - set(known))
    if unknown:
        where = tagged[unknown[0]][0]
        raise BadInput(f"no such row: {', '.join(unknown)}", where=where)


def rows_of(
    claims: Mapping[str, Claim], tagged: Mapping[str, list[str]], run: RunRecord | None = None
) -> list[Row]:
    """Every claim with its proofs, and with the verdicts of `run` on them."""
    verdicts = _verdicts(run)
    return [
        Row(
            id=row_id,
            title=claim.title,
            sections=claim.sections,
            note=claim.note,
            proofs=tuple(
                Proof(scenario=s, verdict=verdicts.get(s)) for s in tagged.get(row_id, ())
            ),
        )
        for row_id, claim in claims.items()
    ]


def count_of(rows: Iterable[Row]) -> str:
    """How many claims have a scenario: `41 of 164 proved`."""
    proved = [bool(row.proofs) for row in rows]
    return f"{sum(proved)} of {len(proved)} proved"


def text_of(rows: list[Row]) -> str:
    """The rows for a terminal, scenarios with their verdicts below each, the count at the end."""
    return "\n".join([*(line for row in rows for line in _lines(row)), count_of(rows)])


def page_of(table: Table, rows: list[Row]) -> str:
    """The table's page: its parts one after the other, without verdicts, which change."""
    parts = [f"# {table.title}", f"{count_of(rows)}; written by `reconverge chapter --write`."]
    for prefix, subject in table.parts.items():
        mine = [row for row in rows if row.id.rstrip("0123456789") == prefix]
        lines = ["| row | claim | scenarios |", "|---|---|---|", *map(_cells, mine)]
        parts += [f"## {subject} ({count_of(mine)})", "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def _lines(row: Row) -> list[str]:
    proofs = [f"         {proof.scenario} {proof.verdict or ''}".rstrip() for proof in row.proofs]
    return [f"{row.id:<8} {row.title}", *(proofs or ["         MISSING"])]


def _cells(row: Row) -> str:
    proofs = "<br>".join(proof.scenario.removeprefix("features/") for proof in row.proofs)
    claim = f"{row.title}. *{row.note}*" if row.note else row.title
    return f"| {row.id.removeprefix('K8S-')} | {claim} | {proofs or '**missing**'} |"


def _verdicts(run: RunRecord | None) -> dict[str, Verdict]:
    """By scenario; an outline's is the worst of its examples, whose names end in `[...]`."""
    found: dict[str, Verdict] = {}
    severity = (Verdict.HELD, Verdict.UNKNOWN, Verdict.BROKEN)
    for record in run.scenarios if run is not None else ():
        name = record.scenario.partition("[")[0]
        found[name] = max(found.get(name, Verdict.HELD), record.verdict, key=severity.index)
    return found


def _id_of(tag: str) -> str:
    """`LP-1` of `@lp_1`; empty for a tag that names no row, or one that is in no table."""
    match = TAG.fullmatch(tag)
    is_row = match is not None and (match[1] or "").upper() not in BESIDE
    return tag.removeprefix("@").upper().replace("_", "-") if is_row else ""
