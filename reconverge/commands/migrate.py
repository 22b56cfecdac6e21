"""`reconverge migrate`: old manifests in today's apiVersions, shown as a diff or written back."""

from __future__ import annotations

import os
import shutil
from difflib import unified_diff
from pathlib import Path

import click

from reconverge.cluster.rewriting import Rewritten, rewritten
from reconverge.cluster.yamls import read_text
from reconverge.errors import Unavailable


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--write", is_flag=True, help="Change the files instead of printing a diff.")
def migrate(files: tuple[Path, ...], write: bool) -> None:
    """Bring FILES to API versions that are served today; comments and layout stay.

    \b
    reconverge migrate manifests/*.yaml
    reconverge migrate ssd-monitor.yaml --write

    Prints what would change as a unified diff; why, on standard error.
    """
    texts = {path: read_text(path) for path in files}
    results = {path: rewritten(text, source=str(path)) for path, text in texts.items()}
    for path, result in results.items():
        for note in result.notes:
            click.echo(note, err=True)
        if write and result.notes:
            _replace(path.resolve(), result.text)
        elif not write:
            click.echo(_diff(path, texts[path], result), nl=False)
    changed = sum(bool(result.notes) for result in results.values())
    done = "changed" if write else "to be changed"
    click.echo(f"{changed} of {len(results)} files {done}", err=True)


def _diff(path: Path, old: str, new: Rewritten) -> str:
    """As `patch -p0` takes it."""
    before, after = old.splitlines(keepends=True), new.text.splitlines(keepends=True)
    diff = unified_diff(before, after, fromfile=str(path), tofile=str(path))
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in diff
    )


def _replace(path: Path, text: str) -> None:
    """Whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(text.encode())
        shutil.copymode(path, draft)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise Unavailable(f"it cannot be written: {error.strerror}", where=str(path)) from error
