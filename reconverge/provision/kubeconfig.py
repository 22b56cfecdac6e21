"""Puts a cluster's access into the user's own kubeconfig, when the user asks for it."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import yaml

from reconverge.errors import BadInput
from reconverge.provision.state import write_atomically

LISTS = ("clusters", "users", "contexts")


def users_kubeconfig() -> Path:
    """The first file KUBECONFIG names, else ~/.kube/config: where kubectl writes too."""
    first = os.environ.get("KUBECONFIG", "").split(os.pathsep)[0]
    return Path(first or "~/.kube/config").expanduser()


def merge_into_users(source: Path, context: str, *, target: Path | None = None) -> Path:
    """Add the entries of `source` to the user's kubeconfig and make `context` current there.

    Entries of other names stay as they are. Raises BadInput when the user's file is not YAML that
    kubectl would accept; it is not touched then.
    """
    target = target or users_kubeconfig()
    merged: dict[str, Any] = {"apiVersion": "v1", "kind": "Config"}
    if target.exists():
        merged = _read(target)
    added = _read(source)
    for kind in LISTS:
        fresh = {entry["name"]: entry for entry in added.get(kind) or []}
        kept = [entry for entry in merged.get(kind) or [] if entry["name"] not in fresh]
        merged[kind] = [*kept, *fresh.values()]
    merged["current-context"] = context
    write_atomically(target, yaml.safe_dump(merged, sort_keys=False).encode())
    target.chmod(0o600)
    return target


def restricted(source: Path, context: str, *, namespace: str, user: str, token: str) -> bytes:
    """A kubeconfig for the cluster of that context with a token, beginning in that namespace.

    It names no other user, and no file: it can be given away. Raises BadInput.
    """
    known = _read(source)
    described = _named(known, "contexts", context, source)["context"]
    cluster = dict(_named(known, "clusters", described["cluster"], source)["cluster"])
    if authority := cluster.pop("certificate-authority", ""):
        try:
            read = (source.parent / authority).read_bytes()
        except OSError as error:
            raise BadInput(f"no such authority: {error.strerror}", where=authority) from error
        cluster["certificate-authority-data"] = base64.b64encode(read).decode()
    entry = {"cluster": context, "user": user, "namespace": namespace}
    written = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": context, "cluster": cluster}],
        "users": [{"name": user, "user": {"token": token}}],
        "contexts": [{"name": namespace, "context": entry}],
        "current-context": namespace,
    }
    return yaml.safe_dump(written, sort_keys=False).encode()


def _named(known: dict[str, Any], kind: str, name: str, source: Path) -> dict[str, Any]:
    for entry in known.get(kind) or []:
        if isinstance(entry, dict) and entry.get("name") == name:
            return entry
    raise BadInput(f"none of its {kind} is called {name}", where=str(source))


def _read(path: Path) -> dict[str, Any]:
    try:
        read = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        reason = str(error).splitlines()[0]
        raise BadInput(f"the kubeconfig cannot be read ({reason})", where=str(path)) from error
    if not isinstance(read, dict):
        raise BadInput("the kubeconfig is not a mapping", where=str(path))
    return read
