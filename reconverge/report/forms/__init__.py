"""A run's record in the forms that other programs read: a file each, made of the record alone.

They say nothing that `run.json` does not; each is a translation into words that some page or
dashboard knows already. `accounts` are the long texts of red scenarios, by scenario, for the forms
that have room for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from reconverge.report.forms import cucumber, junit, markdown
from reconverge.report.run_record import RunRecord

Accounts = Mapping[str, str]
FORMS: dict[str, Callable[[RunRecord, Accounts], str]] = {
    "junit.xml": junit.text_of,
    "cucumber.json": cucumber.text_of,
    "summary.md": markdown.text_of,
}


def write(folder: Path, record: RunRecord, accounts: Accounts) -> None:
    """Every form, whole or not at all, beside run.json. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text_of in FORMS.items():
        draft = folder / f".{name}"
        draft.write_text(text_of(record, accounts), encoding="utf-8")
        draft.replace(folder / name)
