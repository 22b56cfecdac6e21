"""Container images written file by file, because nothing is available inside a `docker build` here.

There is no registry to build FROM, no BuildKit, and containers have no way out. An image is a few
tar files with a description, so we write exactly that: the archive that `docker load` and
containerd's `ctr images import` both read. The same sources give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EXECUTABLE, PLAIN = 0o755, 0o644


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One path of a layer: a file (from disk or given), or a symbolic link."""

    path: str
    content: Path | bytes = b""
    link: str = ""
    mode: int = PLAIN


@dataclass(frozen=True, kw_only=True)
class Image:
    """A whole image: its name, its layers from the bottom up, and how it is started."""

    reference: str
    layers: Sequence[Path]
    config: Mapping[str, Any] = field(default_factory=dict)


def folder_entries(folder: Path, *, into: str = "", mode: int | None = None) -> list[Entry]:
    """Every file below `folder` at the same place in the image, under `into`.

    Without a `mode`, what lies in a `bin` or `sbin` is executable and the rest is not: an installed
    wheel may have lost the modes of its files.
    """
    return [
        Entry(path=f"{into}{file.relative_to(folder)}", content=file, mode=mode or _mode(file))
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    ]


def _mode(file: Path) -> int:
    return EXECUTABLE if file.parent.name in ("bin", "sbin") else PLAIN


def write_layer(target: Path, entries: Iterable[Entry]) -> Path:
    """Write a layer. Owner is root and time is zero, so that content alone makes the digest."""
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as tar:
        for entry in entries:
            info = tarfile.TarInfo(entry.path.lstrip("/"))
            info.mode = entry.mode
            if entry.link:
                info.type, info.linkname, info.mode = tarfile.SYMTYPE, entry.link, 0o777
                tar.addfile(info)
            elif isinstance(entry.content, Path):
                info.size = entry.content.stat().st_size
                with entry.content.open("rb") as file:
                    tar.addfile(info, file)
            else:
                info.size = len(entry.content)
                tar.addfile(info, io.BytesIO(entry.content))
    return target


def write_archive(target: Path, images: Sequence[Image], *, architecture: str) -> Path:
    """Write images as one archive; a layer that several of them share is stored once."""
    digests = {layer: _sha256(layer) for image in images for layer in image.layers}
    manifest = []
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as tar:
        for digest, layer in {digest: layer for layer, digest in digests.items()}.items():
            _add_file(tar, f"{digest}.tar", layer)
        for image in images:
            diff_ids = [digests[layer] for layer in image.layers]
            config = _config(image, diff_ids, architecture)
            name = f"{hashlib.sha256(config).hexdigest()}.json"
            _add_bytes(tar, name, config)
            layers = [f"{digest}.tar" for digest in diff_ids]
            manifest.append({"Config": name, "RepoTags": [image.reference], "Layers": layers})
        _add_bytes(tar, "manifest.json", json.dumps(manifest).encode())
    return target


def _config(image: Image, diff_ids: Sequence[str], architecture: str) -> bytes:
    described = {
        "architecture": architecture,
        "os": "linux",
        "config": dict(image.config),
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest in diff_ids]},
        "history": [{"created_by": "reconverge"} for _ in diff_ids],
    }
    return json.dumps(described, sort_keys=True).encode()


def _add_file(tar: tarfile.TarFile, name: str, source: Path) -> None:
    info = tarfile.TarInfo(name)
    info.size = source.stat().st_size
    with source.open("rb") as file:
        tar.addfile(info, file)


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
