"""`reconverge chapter`: the chapter's rows, the scenarios that prove them, and what is missing."""

from __future__ import annotations

from pathlib import Path

import click

from reconverge.errors import ExitCode

CLAIMS = Path("docs/chapter/claims.toml")
PAGE = Path("docs/chapter.md")


@click.command()
@click.option("--run", type=click.Path(path_type=Path), help="A run's folder: show its verdicts.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--write", is_flag=True, help="Bring docs/chapter.md up to date.")
def chapter(run: Path | None, as_json: bool, write: bool) -> int:
    """Print each row of the chapter with the scenarios that carry its tag, from the repository.

    Exit code: 0; 4 when claims, features or the run cannot be read, or a tag names no row.
    """
    import msgspec

    from reconverge.report import chapter as rows_and_proofs
    from reconverge.report import run_record

    claims = rows_and_proofs.claims_in(CLAIMS)
    record = run_record.read(run) if run is not None else None
    rows = rows_and_proofs.rows_of(claims, rows_and_proofs.tagged_in(Path("features")), record)
    if write:
        PAGE.write_text(rows_and_proofs.page_of(rows), encoding="utf-8")
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode())
    else:
        click.echo(rows_and_proofs.text_of(rows))
    return int(ExitCode.HELD)
