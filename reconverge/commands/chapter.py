"""`reconverge chapter`: the chapter's rows, the scenarios that prove them, and what is missing."""

from __future__ import annotations

from pathlib import Path

import click

from reconverge.errors import BadInput, ExitCode


@click.command()
@click.option("--kubernetes", is_flag=True, help="The rows of Kubernetes' own tests instead.")
@click.option("--run", type=click.Path(path_type=Path), help="A run's folder: show its verdicts.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--write", is_flag=True, help="Renew docs/chapter.md and docs/kubernetes.md.")
def chapter(kubernetes: bool, run: Path | None, as_json: bool, write: bool) -> int:
    """Print each row of the chapter with the scenarios that carry its tag, from the repository.

    Exit code: 0; 4 when claims, features or the run cannot be read, or a tag names no row.
    """
    import msgspec

    from reconverge.report import chapter as report
    from reconverge.report import run_record

    claims = {table.page: report.claims_in(table.claims) for table in report.TABLES}
    tagged = report.tagged_in(Path("features"))
    report.refuse_unknown(tagged, [row for one in claims.values() for row in one])
    record = run_record.read(run) if run is not None else None
    if run is not None and record is None:
        raise BadInput("there is no run.json", where=str(run), cure="name the folder of a run")
    if write:
        for one in report.TABLES:
            rows = report.rows_of(claims[one.page], tagged)
            one.page.write_text(report.page_of(one, rows), encoding="utf-8")
    table = report.KUBERNETES if kubernetes else report.CHAPTER
    rows = report.rows_of(claims[table.page], tagged, record)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode())
    else:
        click.echo(report.text_of(rows))
    return int(ExitCode.HELD)
