"""What a learner has done: which exercises passed, how often each was tried, the hints had."""

from __future__ import annotations

from pathlib import Path

import msgspec

from reconverge.errors import BadInput
from reconverge.provision.state import StateDir, write_atomically


class Page(msgspec.Struct, kw_only=True):
    """One exercise: how often it was handed in, the hint had last, and whether it has passed.

    `by` says who judged that: the files alone, or a cluster as well.
    """

    tried: int = 0
    hint: int = 0
    passed: bool = False
    by: str = ""


class Notebook:
    """The pages by exercise, in a file of our state folder; written whole or not at all."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or StateDir().root / "study" / "notebook.json"

    def pages(self) -> dict[str, Page]:
        """Every page. Raises BadInput for a file that is none of ours."""
        if not self._path.is_file():
            return {}
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, Page])
        except msgspec.DecodeError as error:
            cure = "delete it to begin anew"
            raise BadInput(f"not a notebook: {error}", where=str(self._path), cure=cure) from error

    def note(self, exercise: str, *, passed: bool, by: str) -> None:
        """An exercise was handed in. What has passed stays so."""
        page = self.pages().get(exercise, Page())
        is_new = passed and (not page.passed or by == "cluster")
        page = msgspec.structs.replace(
            page,
            tried=page.tried + 1,
            passed=page.passed or passed,
            by=by if is_new else page.by,
        )
        self._write(exercise, page)

    def next_hint(self, exercise: str, *, last: int) -> int:
        """The hint after the one that was had last, which it becomes."""
        page = self.pages().get(exercise, Page())
        step = min(page.hint + 1, last)
        self._write(exercise, msgspec.structs.replace(page, hint=step))
        return step

    def forget(self, exercise: str) -> None:
        """Begin that exercise anew. Idempotent."""
        rows = self.pages()
        if rows.pop(exercise, None) is not None:
            write_atomically(self._path, msgspec.json.encode(rows))

    def _write(self, exercise: str, page: Page) -> None:
        rows = {**self.pages(), exercise: page}
        write_atomically(self._path, msgspec.json.encode(rows))
