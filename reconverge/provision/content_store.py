"""containerd's own store with our images in it, so that a new node has them without importing.

Importing at a node's start costs ten seconds of two cores for four nodes; a volume that Docker
fills from the image costs one. Only containerd can write its store, so the containerd of the root
file system that we have just made does it, in a container without network or privileges. Layers
stay packed there: overlayfs cannot be stacked on the overlay of that container; a node unpacks
what it uses, on its volume.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconverge import shell
from reconverge.provision.image_archive import (
    PLAIN,
    Entry,
    Image,
    folder_entries,
    write_archive,
    write_layer,
)
from reconverge.provision.versions import architecture

STORE = "var/lib/containerd"
# The rest of the store (the daemon's own id, its snapshots) belongs to one node.
KEPT = ("io.containerd.content.v1.content", "io.containerd.metadata.v1.bolt")
IMPORT = """
set -e
printf 'version = 2\\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\\n' >/tmp/config.toml
containerd --config /tmp/config.toml >/tmp/log 2>&1 &
until ctr version >/dev/null 2>&1; do
  kill -0 $! || { cat /tmp/log; exit 1; }
  sleep 0.1
done
ctr --namespace k8s.io images import --no-unpack /images.tar
kill $!
wait $! || true
"""


def store_entries(images: Path, *, root: Path, folder: Path, log: Path) -> list[Entry]:
    """What to put on top of `root` (a tar) for its containerd to have `images` (an archive).

    `folder` is where the files stay until a layer has been written from them. Raises CommandFailed.
    """
    reference = f"reconverge/content-store:{folder.parent.name.rpartition('-')[2].lower()}"
    layer = write_layer(folder / "layer.tar", [Entry(path="images.tar", content=images)])
    image = Image(reference=reference, layers=[root, layer])
    archive = write_archive(folder / "image.tar", [image], architecture=architecture())
    layer.unlink()
    with _container(reference, archive, log) as container:
        archive.unlink()
        shell.run(["docker", "start", "--attach", container], log=log)
        for part in KEPT:
            shell.run(["docker", "cp", f"{container}:/{STORE}/{part}", folder], log=log)
    return [
        entry
        for part in KEPT
        for entry in folder_entries(folder / part, into=f"{STORE}/{part}/", mode=PLAIN)
    ]


@contextmanager
def _container(reference: str, archive: Path, log: Path) -> Iterator[str]:
    """A container that will import, removed afterwards with its image."""
    shell.run(["docker", "load", "--quiet", "--input", archive], log=log)
    name = reference.replace("/", "-").replace(":", "-")
    try:
        shell.run(["docker", "rm", "--force", name], log=log, accept=(0, 1))
        create = ["docker", "create", "--name", name, "--network", "none"]
        shell.run([*create, "--entrypoint", "/bin/bash", reference, "-c", IMPORT], log=log)
        yield name
    finally:
        shell.run(["docker", "rm", "--force", name], log=log, accept=(0, 1))
        shell.run(["docker", "rmi", reference], log=log, accept=(0, 1))
