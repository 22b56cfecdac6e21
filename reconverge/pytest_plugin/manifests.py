"""From the name in a feature to the manifest it means, without a path in the feature.

A workload is found by its kind and its own name in the YAML files near the feature: beside it, in
a folder `manifests` (there also below the name of the feature's own folder, its topic), and so on
upwards to the root of the project. The nearest wins.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from reconverge.cluster.door import JsonObject
from reconverge.cluster.fragments import read_fragment, with_fragment
from reconverge.cluster.manifests import Manifest, load, refuse_bygone
from reconverge.errors import BadInput

_SUFFIXES = ("*.yaml", "*.yml")


class Manifests:
    """The manifests that a feature in `start` can name; none above `root` is looked at.

    `is_strict`: one of an apiVersion that is not served any more is refused, not migrated.
    """

    def __init__(self, start: Path, *, root: Path, is_strict: bool = False) -> None:
        self._folders = tuple(_upwards(start, root))
        self._is_strict = is_strict

    def named(self, kind: str, name: str) -> Manifest:
        """The manifest of that object; BadInput says where it was looked for, and what is there."""
        found = self._found(kind, name)
        if self._is_strict:
            refuse_bygone(found)
        return found

    def printed(self, kind: str, name: str) -> JsonObject:
        """The object as its author wrote it, of whatever apiVersion. Raises BadInput."""
        return self._found(kind, name).as_written

    def completed(self, kind: str, name: str, *, fragment: str) -> Manifest:
        """The manifest of that object with what the file `fragment`.yaml has to put in its place.

        Raises BadInput: no such object, no such file, or no place for what is in it.
        """
        return with_fragment(self.named(kind, name), read_fragment(self._file(f"{fragment}.yaml")))

    def _file(self, name: str) -> Path:
        found = (folder / name for folder in self._folders if (folder / name).is_file())
        nearest = next(found, None)
        if nearest is None:
            raise BadInput("no such file near the feature", where=name, cure="put it beside it")
        return nearest

    def _found(self, kind: str, name: str) -> Manifest:
        """A file that is no manifest is passed over, unless nothing is found: it may be why."""
        flaws: list[str] = []
        seen: list[Manifest] = []
        for path in self._paths():
            try:
                found = load(path)
            except BadInput as error:
                flaws.append(str(error))
                continue
            for manifest in found:
                if (manifest.kind, manifest.name) == (kind, name):
                    return manifest
            seen += found
        raise self._missing(kind, name, seen, flaws)

    def _paths(self) -> Iterator[Path]:
        for folder in self._folders:
            yield from sorted(path for suffix in _SUFFIXES for path in folder.glob(suffix))

    def _missing(self, kind: str, name: str, seen: list[Manifest], flaws: list[str]) -> BadInput:
        wanted = f'{kind} "{name}"'
        near = get_close_matches(wanted, [str(one) for one in seen], n=2, cutoff=0.5)
        cure = f"did you mean {' or '.join(near)}?" if near else "put its YAML beside the feature"
        if flaws and not near:
            cure = f"these were passed over: {'; '.join(flaws)}"
        looked = ", ".join(str(folder) for folder in self._folders if folder.is_dir())
        return BadInput(f"no manifest of {wanted} in {looked}", cure=cure)


def _upwards(start: Path, root: Path) -> Iterator[Path]:
    for folder in (start, *start.parents):
        yield folder
        yield folder / "manifests" / start.name
        yield folder / "manifests"
        if folder == root:
            return
