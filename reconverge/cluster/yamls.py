"""YAML files into plain objects that remember their line, with errors a person can act on.

A manifest is somebody's text: it may be cut off, repeat a key, or be a bomb of aliases. All of
that is refused here with file and line, before anything reaches a cluster.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import yaml

from reconverge.cluster.door import JsonObject
from reconverge.errors import BadInput

FILE_BYTES_MAX = 4 << 20
# What etcd takes in one write is 1.5 MiB; a document of this many values is far beyond it.
VALUES_MAX = 200_000


class Unreadable(BadInput):
    """A text that is no YAML of objects: `flaw` says in what way, and where, counted from 1."""

    def __init__(
        self,
        what: str,
        *,
        flaw: Literal["missing", "large", "bytes", "syntax", "repeated", "shape"],
        where: str,
        cure: str = "",
        line: int = 1,
        column: int = 1,
    ) -> None:
        super().__init__(what, where=where, cure=cure)
        self.flaw, self.line, self.column = flaw, line, column


class Document(msgspec.Struct, frozen=True):
    """One YAML document that is a mapping, and where it begins."""

    object: JsonObject
    source: str
    line: int

    @property
    def where(self) -> str:
        return f"{self.source}:{self.line}"


class _Loader(yaml.SafeLoader):
    """Safe types only, and dates stay text, as they do for kubectl."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rows if tag != "tag:yaml.org,2002:timestamp"]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_documents(path: Path) -> tuple[Document, ...]:
    """All documents of a file. Raises BadInput: no such file, too large, not YAML, not objects."""
    return parse_documents(read_text(path), source=str(path))


def read_text(path: Path) -> str:
    """A file's text with its own line ends. Raises BadInput: no such file, too large, not UTF-8."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            what = f"larger than {FILE_BYTES_MAX >> 20} MiB, so no manifest"
            cure = "name the manifest itself"
            raise Unreadable(what, flaw="large", where=str(path), cure=cure)
        return path.read_bytes().decode()
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        what = f"manifest cannot be read: {reason}"
        raise Unreadable(what, flaw="missing", where=str(path)) from error
    except UnicodeDecodeError as error:
        what, cure = "not a text in UTF-8", "save it as UTF-8"
        raise Unreadable(what, flaw="bytes", where=str(path), cure=cure) from error


def parse_documents(text: str, *, source: str) -> tuple[Document, ...]:
    """All documents of a text that came from `source`; empty ones are skipped. Raises BadInput."""
    try:
        return tuple(_documents(text, source))
    except yaml.MarkedYAMLError as error:
        is_open = "end of stream" in (error.problem or "")  # what was begun is never closed
        mark = (error.context_mark if is_open else None) or error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        raise Unreadable(
            f"not valid YAML: {error.problem or error.context}",
            flaw="syntax",
            where=f"{source}:{line}",
            cure="look at the indentation",
            line=line,
            column=column,
        ) from error
    except yaml.YAMLError as error:
        raise Unreadable(f"not valid YAML: {error}", flaw="syntax", where=source) from error
    except RecursionError as error:
        what = "nested too deeply to be a manifest"
        raise Unreadable(what, flaw="large", where=source) from error


def composed(text: str) -> Iterator[yaml.MappingNode]:
    """Where in `text` each document stands that `parse_documents` accepts, with all its parts."""
    nodes = (node for node in yaml.compose_all(text, Loader=_Loader) if node is not None)
    return (node for node in nodes if isinstance(node, yaml.MappingNode))


def _documents(text: str, source: str) -> Iterator[Document]:
    loader = _Loader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            assert node is not None  # a document was announced
            _measure(node, source, {})
            value = loader.construct_document(node)
            if value is None:
                continue
            if not isinstance(value, dict):
                what = f"a manifest is a mapping, this is a {type(value).__name__}"
                raise _unreadable(what, "shape", node, source, "begin with apiVersion and kind")
            yield Document(value, source, node.start_mark.line + 1)
    finally:
        loader.dispose()


def _measure(node: yaml.Node, source: str, sizes: dict[int, int]) -> int:
    """The number of values in `node` once all aliases are written out; refuses what no manifest is.

    Refused: more than VALUES_MAX values, an alias inside its own anchor, a key given twice.
    """
    if id(node) in sizes:
        if sizes[id(node)] == 0:
            what = "an alias that contains itself"
            raise _unreadable(what, "large", node, source, "write it out")
        return sizes[id(node)]
    sizes[id(node)] = 0  # being measured
    if isinstance(node, yaml.MappingNode):
        _refuse_repeated_keys(node, source)
    size = 1 + sum(_measure(child, source, sizes) for child in _children(node))
    if size > VALUES_MAX:
        what = f"more than {VALUES_MAX} values once its aliases are written out"
        raise _unreadable(what, "large", node, source, "write the manifest without aliases")
    sizes[id(node)] = size
    return size


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _refuse_repeated_keys(node: yaml.MappingNode, source: str) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _unreadable("a key must be a word", "shape", key, source, "quote it")
        if key.value in seen:
            what = f'the key "{key.value}" is given twice'
            raise _unreadable(what, "repeated", key, source, "keep one of them")
        seen.add(key.value)


def _unreadable(
    what: str,
    flaw: Literal["large", "repeated", "shape"],
    node: yaml.Node,
    source: str,
    cure: str,
) -> Unreadable:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    where = f"{source}:{line}"
    return Unreadable(what, flaw=flaw, where=where, cure=cure, line=line, column=column)
