"""Manifests as they are written, and as a cluster of today can take them.

Study texts outlive API versions. A manifest stays as its author wrote it; what is applied in its
stead (a served apiVersion, a pull policy for images that were loaded) is derived here by pure
functions, each change with a note that goes on the timeline.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import msgspec

from reconverge.cluster.door import JsonObject
from reconverge.cluster.kinds import CORE, suggestion
from reconverge.cluster.yamls import Document, parse_documents, read_documents
from reconverge.errors import BadInput

# Groups whose kinds are all in our table: another kind in them is a misspelt one.
COMPLETE = frozenset({"v1", "apps/v1", "batch/v1"})

# apiVersions of workloads that are not served any more, and since which release:
# https://kubernetes.io/docs/reference/using-api/deprecation-guide/
_REMOVED: dict[str, tuple[str, frozenset[str]]] = {
    "extensions/v1beta1": ("1.16", frozenset({"DaemonSet", "Deployment", "ReplicaSet"})),
    "apps/v1beta1": ("1.16", frozenset({"Deployment", "StatefulSet"})),
    "apps/v1beta2": ("1.16", frozenset({"DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"})),
    "batch/v1beta1": ("1.25", frozenset({"CronJob"})),
    "batch/v2alpha1": ("1.21", frozenset({"CronJob"})),
    "batch/v1beta2": ("", frozenset({"CronJob"})),
}
# Versions in which a missing selector meant: the template's labels.
_SELECTOR_OPTIONAL = frozenset({"extensions/v1beta1", "apps/v1beta1"})


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """One object to be applied, where it was written, and what was changed in it and why.

    `written` is the object as its author wrote it, if `object` is another.
    """

    object: JsonObject
    where: str
    notes: tuple[str, ...] = ()
    written: JsonObject | None = None

    @property
    def kind(self) -> str:
        return str(self.object["kind"])

    @property
    def as_written(self) -> JsonObject:
        """The object as its author wrote it, whether or not an API server takes it."""
        return self.object if self.written is None else self.written

    @property
    def name(self) -> str:
        metadata = self.object.get("metadata")
        return str(metadata.get("name", "")) if isinstance(metadata, dict) else ""

    def __str__(self) -> str:
        return f'{self.kind} "{self.name}"'


def load(path: Path) -> tuple[Manifest, ...]:
    """The manifests of a YAML file, in order, each with a served apiVersion. Raises BadInput."""
    return _manifests(read_documents(path), str(path))


def parse(text: str, *, source: str) -> tuple[Manifest, ...]:
    """The manifests of a YAML text that came from `source`. Raises BadInput."""
    return _manifests(parse_documents(text, source=source), source)


def adapt(manifest: Manifest, *, offline: bool) -> Manifest:
    """The manifest as this cluster can run it.

    `offline`: the images were loaded into the nodes and cannot be pulled. The API server gives a
    container whose image is untagged or `:latest` the policy Always (core/v1 defaults.go), which
    would pull; such a container without a policy of its own gets IfNotPresent.
    """
    if not offline:
        return manifest
    adapted = copy.deepcopy(manifest.object)
    notes = []
    for container in _containers(adapted):
        if "imagePullPolicy" not in container and _is_latest(str(container.get("image", ""))):
            container["imagePullPolicy"] = "IfNotPresent"
            notes.append(
                f'{manifest}: container "{container.get("name")}" gets imagePullPolicy '
                f"IfNotPresent, since {container.get('image')} was loaded and cannot be pulled"
            )
    if not notes:
        return manifest
    return msgspec.structs.replace(manifest, object=adapted, notes=(*manifest.notes, *notes))


def altered(manifest: JsonObject, *, name: str, replicas: int | None) -> JsonObject:
    """The object under another name, or asked for another number of pods, where these are given."""
    metadata, spec = manifest.get("metadata"), manifest.get("spec")
    other = dict(manifest)
    if name and isinstance(metadata, dict):
        other["metadata"] = {**metadata, "name": name}
    if replicas is not None and isinstance(spec, dict):
        other["spec"] = {**spec, "replicas": replicas}
    return other


def _manifests(documents: tuple[Document, ...], source: str) -> tuple[Manifest, ...]:
    found = tuple(_manifest(one) for document in documents for one in _members(document))
    if not found:
        raise BadInput("no manifest in it", where=source, cure="begin with apiVersion and kind")
    return found


def _members(document: Document) -> Iterator[Document]:
    """The document, or what is in it if it is a List."""
    if document.object.get("kind") != "List":
        yield document
        return
    items = document.object.get("items")
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict):
            raise BadInput("an item of the List is no object", where=document.where)
        yield Document(item, document.source, document.line)


def _manifest(document: Document) -> Manifest:
    for key in ("apiVersion", "kind"):
        if not isinstance(document.object.get(key), str):
            what = f'a manifest needs "{key}", a word'
            raise BadInput(what, where=document.where, cure=f"add {key}")
    _require_name(document)
    migrated, notes = migrate(document.object)
    _require_known_kind(migrated, document.where)
    return Manifest(
        object=migrated,
        where=document.where,
        notes=tuple(f"{document.where}: {note}" for note in notes),
        written=document.object if notes else None,
    )


def refuse_bygone(manifest: Manifest) -> None:
    """Raise BadInput if the manifest's own apiVersion is not served any more."""
    if manifest.written is not None:
        what = f"{manifest} is of {manifest.written['apiVersion']}, which is not served any more"
        cure = f"apiVersion: {manifest.object['apiVersion']} (`reconverge migrate` does it)"
        raise BadInput(what, where=manifest.where, cure=cure)


def _require_name(document: Document) -> None:
    metadata = document.object.get("metadata")
    is_named = isinstance(metadata, dict) and (
        isinstance(metadata.get("name"), str) or isinstance(metadata.get("generateName"), str)
    )
    if not is_named:
        what = f"this {document.object['kind']} has no name"
        raise BadInput(what, where=document.where, cure="add metadata.name")


def _require_known_kind(manifest: JsonObject, where: str) -> None:
    api_version, kind = str(manifest["apiVersion"]), str(manifest["kind"])
    known = CORE.get(kind)
    if known is not None and known.api_version != api_version and api_version in COMPLETE:
        what = f"{kind} is not served as {api_version}"
        raise BadInput(what, where=where, cure=f"apiVersion: {known.api_version}")
    if known is None and api_version in COMPLETE:
        what = f'{api_version} has no kind "{kind}"'
        raise BadInput(what, where=where, cure=suggestion(kind, CORE))


def migrate(manifest: JsonObject) -> tuple[JsonObject, tuple[str, ...]]:
    """The manifest in an apiVersion that is served today, and notes on what that changed.

    Defaults that the old version had and the new one has not are written out.
    """
    old, kind = str(manifest["apiVersion"]), str(manifest["kind"])
    since, kinds = _REMOVED.get(old, ("", frozenset[str]()))
    if kind not in kinds:
        return manifest, ()
    new = CORE[kind].api_version
    reason = f"is not served since {since}" if since else "never existed"
    migrated = {**copy.deepcopy(manifest), "apiVersion": new}
    notes = [f"{old} {reason}: {new} in its stead"]
    spec = migrated.get("spec")
    if isinstance(spec, dict):
        notes += _written_out(spec, old=old, kind=kind)
    return migrated, tuple(notes)


def _written_out(spec: JsonObject, *, old: str, kind: str) -> Iterator[str]:
    """Write the defaults of `old` into `spec`; a note for each."""
    if old in _SELECTOR_OPTIONAL and "selector" not in spec:
        spec["selector"] = {"matchLabels": dict(_at(spec, "template", "metadata", "labels"))}
        yield f"{old} took the selector from the template's labels; it is written out"
    if (old, kind) == ("extensions/v1beta1", "DaemonSet") and "updateStrategy" not in spec:
        spec["updateStrategy"] = {"type": "OnDelete"}
        yield f"{old} replaced a DaemonSet's pods OnDelete by default; it is written out"


def _containers(manifest: JsonObject) -> Iterator[JsonObject]:
    spec = pod_spec(manifest)
    for key in ("initContainers", "containers"):
        rows = spec.get(key)
        yield from (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()


def pod_spec(manifest: JsonObject) -> JsonObject:
    """Where the manifest describes its pods; empty when it describes none."""
    if manifest.get("kind") == "Pod":
        return _at(manifest, "spec")
    if manifest.get("kind") == "CronJob":
        return _at(manifest, "spec", "jobTemplate", "spec", "template", "spec")
    return _at(manifest, "spec", "template", "spec")


def _at(value: object, *keys: str) -> JsonObject:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _is_latest(image: str) -> bool:
    """Whether the reference means the tag `latest`; a registry's port is no tag."""
    if "@" in image:
        return False
    _, colon, tag = image.rpartition("/")[2].partition(":")
    return not colon or tag == "latest"
