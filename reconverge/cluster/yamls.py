"""YAML files into plain objects that remember their line, with errors a person can act on.

A manifest is somebody's text: it may be cut off, repeat a key, or be a bomb of aliases. All of
that is refused here with file and line, before anything reaches a cluster.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import yaml

from reconverge.cluster.door import JsonObject
from reconverge.errors import BadInput

FILE_BYTES_MAX = 4 << 20
# What etcd takes in one write is 1.5 MiB; a document of this many values is far beyond it.
VALUES_MAX = 200_000


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
            raise BadInput(what, where=str(path), cure="name the manifest itself")
        return path.read_bytes().decode()
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise BadInput(f"manifest cannot be read: {reason}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise BadInput("not a text in UTF-8", where=str(path), cure="save it as UTF-8") from error


def parse_documents(text: str, *, source: str) -> tuple[Document, ...]:
    """All documents of a text that came from `source`; empty ones are skipped. Raises BadInput."""
    try:
        return tuple(_documents(text, source))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        what = f"not valid YAML: {error.problem or error.context}"
        raise BadInput(what, where=f"{source}:{line}", cure="look at the indentation") from error
    except yaml.YAMLError as error:
        raise BadInput(f"not valid YAML: {error}", where=source) from error
    except RecursionError as error:
        raise BadInput("nested too deeply to be a manifest", where=source) from error


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
            where = f"{source}:{node.start_mark.line + 1}"
            _measure(node, source, {})
            value = loader.construct_document(node)
            if value is None:
                continue
            if not isinstance(value, dict):
                what = f"a manifest is a mapping, this is a {type(value).__name__}"
                raise BadInput(what, where=where, cure="begin with apiVersion and kind")
            yield Document(value, source, node.start_mark.line + 1)
    finally:
        loader.dispose()


def _measure(node: yaml.Node, source: str, sizes: dict[int, int]) -> int:
    """The number of values in `node` once all aliases are written out; refuses what no manifest is.

    Refused: more than VALUES_MAX values, an alias inside its own anchor, a key given twice.
    """
    where = f"{source}:{node.start_mark.line + 1}"
    if id(node) in sizes:
        if sizes[id(node)] == 0:
            raise BadInput("an alias that contains itself", where=where, cure="write it out")
        return sizes[id(node)]
    sizes[id(node)] = 0  # being measured
    if isinstance(node, yaml.MappingNode):
        _refuse_repeated_keys(node, source)
    size = 1 + sum(_measure(child, source, sizes) for child in _children(node))
    if size > VALUES_MAX:
        what = f"more than {VALUES_MAX} values once its aliases are written out"
        raise BadInput(what, where=where, cure="write the manifest without aliases")
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
        where = f"{source}:{key.start_mark.line + 1}"
        if not isinstance(key, yaml.ScalarNode):
            raise BadInput("a key must be a word", where=where, cure="quote it")
        if key.value in seen:
            what = f'the key "{key.value}" is given twice'
            raise BadInput(what, where=where, cure="keep one of them")
        seen.add(key.value)
