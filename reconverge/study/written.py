"""What a learner hands in, as it is written: its files, its objects, and where each value stands.

A hand-in is somebody's text, and may be hostile: its size is bounded before it is read, and nothing
in it is followed: no link, no folder in it, no alias beyond the limits of cluster/yamls.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from reconverge.cluster.door import JsonObject
from reconverge.cluster.fields import Steps
from reconverge.cluster.manifests import migrate, pod_spec
from reconverge.cluster.places import Placed, placed
from reconverge.cluster.yamls import Unreadable, read_text
from reconverge.errors import BadInput
from reconverge.study.flaws import Flaw
from reconverge.study.languages import Text

FILES_MAX = 20
DOCUMENTS_MAX = 50  # in one file
BYTES_MAX = 64 << 10
DEPTH_MAX = 100
SUFFIXES = (".yaml", ".yml")
ANSWERS = "answers.yaml"
_DOCUMENT = re.compile(r"^---", re.MULTILINE)
_CODES = {
    "missing": "RCS005",
    "bytes": "RCS005",
    "large": "RCS002",
    "syntax": "RCS001",
    "repeated": "RCS003",
    "shape": "RCS004",
}


class Written:
    """One object of a hand-in: `object` as it is written, `served` in an apiVersion of today."""

    def __init__(self, file: str, placed_object: Placed) -> None:
        self.file = file
        self.object: JsonObject = placed_object.object
        self._places = placed_object

    @cached_property
    def served(self) -> JsonObject:
        return migrate(self.object)[0]

    @property
    def kind(self) -> str:
        return str(self.object.get("kind"))

    @property
    def name(self) -> str:
        metadata = self.object.get("metadata")
        return str(metadata.get("name")) if isinstance(metadata, dict) else ""

    def __str__(self) -> str:
        return f'{self.kind} "{self.name}"'

    def at(self, path: Steps) -> object:
        """The value at `path`; None where there is none."""
        value: object = self.object
        for step in path:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def map_at(self, path: Steps) -> JsonObject:
        """The mapping at `path`; empty where there is none."""
        value = self.at(path)
        return value if isinstance(value, dict) else {}

    def rows_at(self, path: Steps) -> list[object]:
        """The list at `path`; empty where there is none."""
        value = self.at(path)
        return value if isinstance(value, list) else []

    @property
    def template_path(self) -> Steps:
        """Where its pod template stands; its own place if it is a pod."""
        if self.kind == "Pod":
            return ()
        return _CRON_TEMPLATE if self.kind == "CronJob" else ("spec", "template")

    @property
    def pod_spec(self) -> JsonObject:
        return pod_spec(self.object)

    def containers(self) -> Iterator[tuple[Steps, JsonObject]]:
        """Each container with its path."""
        for key in ("initContainers", "containers"):
            path = (*self.template_path, "spec", key)
            for number, row in enumerate(self.rows_at(path)):
                if isinstance(row, dict):
                    yield (*path, number), row

    def flaw(
        self, code: str, path: Steps, texts: dict[str, Text] | None = None, /, **words: object
    ) -> Flaw:
        """A flaw of this object, at `path`."""
        place = self._places.place(path)
        return Flaw(
            code=code,
            file=self.file,
            line=place.line,
            column=place.column,
            words={"object": str(self), **{name: str(word) for name, word in words.items()}},
            texts=texts or {},
        )


_CRON_TEMPLATE: Steps = ("spec", "jobTemplate", "spec", "template")


class HandIn:
    """Everything that was handed in: the texts, the objects in them, and what could not be read."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.objects: list[Written] = []
        self.flaws: list[Flaw] = []
        self.answers: dict[str, str] = {}


def read_hand_in(path: Path) -> HandIn:
    """The YAML files of a folder, or one file. Raises BadInput where there is nothing to read."""
    found = HandIn()
    files = _files(path, found)
    if len(files) > FILES_MAX:
        problem = f"{len(files)} files, and {FILES_MAX} at most are read"
        found.flaws.append(
            Flaw(code="RCS002", file=legible(files[0].name), words={"problem": problem})
        )
        return found
    for one in files:
        if not is_text(one.name):
            words = {"problem": "its name is no text in UTF-8"}
            found.flaws.append(Flaw(code="RCS005", file=legible(one.name), words=words))
            continue
        text = _text(one, found)
        if text is not None:
            add_text(found, text, file=one.name)
    return found


def is_text(name: str) -> bool:
    """Whether a file's name can be written down; the file system allows any bytes."""
    return legible(name) == name


def legible(name: str) -> str:
    """A file's name as it can be written down."""
    return name.encode("utf-8", "replace").decode()


def add_text(found: HandIn, text: str, *, file: str) -> None:
    """Read one text as the file of that name."""
    found.texts[file] = text
    if _depth(text) > DEPTH_MAX:
        words = {"problem": "nested too deeply to be a manifest"}
        found.flaws.append(Flaw(code="RCS002", file=file, words=words))
        return
    if len(_DOCUMENT.findall(text)) > DOCUMENTS_MAX:
        words = {"problem": f"more than {DOCUMENTS_MAX} documents in it"}
        found.flaws.append(Flaw(code="RCS002", file=file, words=words))
        return
    try:
        rows = placed(text, source=file)
    except Unreadable as error:
        found.flaws.append(_unreadable(error, file, text))
        return
    if file == ANSWERS:
        found.answers |= {str(key): str(value) for row in rows for key, value in row.object.items()}
        return
    for row in rows:
        flaw = _shapeless(row, file)
        found.flaws += [flaw] if flaw else []
        found.objects += [] if flaw else [Written(file, row)]


def _depth(text: str) -> int:
    """How many brackets are open at once, at most: a parser takes a minute for a thousand."""
    depth = deepest = 0
    for one in text:
        depth += (one in "[{") - (one in "]}")
        deepest = max(deepest, depth)
    return deepest


def _files(path: Path, found: HandIn) -> list[Path]:
    if path.is_dir():
        rows = sorted(one for one in path.iterdir() if one.suffix in SUFFIXES)
        links = [one for one in rows if one.is_symlink()]
        for one in links[:FILES_MAX]:
            name = legible(one.name)
            found.flaws.append(Flaw(code="RCS007", file=name, words={"file": name}))
        files = [one for one in rows if one.is_file() and not one.is_symlink()]
        if not files and not links:
            raise BadInput("no YAML file in it", where=str(path), cure="put your manifest there")
        return files
    if not path.is_file():
        raise BadInput("no such file or folder", where=str(path), cure="name what you hand in")
    return [path]


def _text(path: Path, found: HandIn) -> str | None:
    size = path.stat().st_size
    if size > BYTES_MAX:
        problem = f"{size} bytes, and {BYTES_MAX} at most are read"
        found.flaws.append(Flaw(code="RCS002", file=path.name, words={"problem": problem}))
        return None
    try:
        return read_text(path)
    except Unreadable as error:
        found.flaws.append(_unreadable(error, path.name, ""))
        return None


def _unreadable(error: Unreadable, file: str, text: str) -> Flaw:
    line = text.splitlines()[error.line - 1 : error.line]
    is_tabbed = error.flaw == "syntax" and "\t" in "".join(line)[: error.column]
    return Flaw(
        code="RCS006" if is_tabbed else _CODES[error.flaw],
        file=file,
        line=error.line,
        column=error.column,
        words={"problem": error.what.removeprefix("not valid YAML: ")},
    )


def _shapeless(row: Placed, file: str) -> Flaw | None:
    """What keeps a mapping from being an object at all."""
    lacking = [key for key in ("apiVersion", "kind") if not isinstance(row.object.get(key), str)]
    metadata = row.object.get("metadata")
    if not lacking and not (isinstance(metadata, dict) and isinstance(metadata.get("name"), str)):
        lacking = ["metadata.name"]
    if not lacking:
        return None
    place = row.place(())
    words = {"problem": f"it has no {' and no '.join(lacking)}"}
    return Flaw(code="RCS004", file=file, line=place.line, column=place.column, words=words)
