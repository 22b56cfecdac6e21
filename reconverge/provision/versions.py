"""What is built and pulled: images/versions.toml, read once and typed."""

from __future__ import annotations

import platform
import tomllib
from dataclasses import dataclass
from pathlib import Path

from reconverge.errors import BadInput, Unavailable


@dataclass(frozen=True, kw_only=True)
class Minor:
    """One Kubernetes minor: what we build it from, and what is published for it."""

    name: str
    kubernetes: str
    etcd: str
    coredns: str
    published: str

    @property
    def etcd_tag(self) -> str:
        """For kubeadm's `etcd.local.imageTag`: kubeadm expects another version by default."""
        return f"{self.etcd.removeprefix('v')}-0"

    @property
    def coredns_tag(self) -> str:
        """For kubeadm's `dns.imageTag`."""
        return self.coredns


@dataclass(frozen=True, kw_only=True)
class Versions:
    """All of images/versions.toml."""

    default: str
    kind: str
    debian: str
    minors: dict[str, Minor]

    def minor(self, name: str | None = None) -> Minor:
        """That minor, or the default one; BadInput names the known ones."""
        wanted = name or self.default
        if wanted not in self.minors:
            known = ", ".join(sorted(self.minors))
            raise BadInput(f"Kubernetes {wanted} is not known here", cure=f"choose one of: {known}")
        return self.minors[wanted]


def images_folder() -> Path:
    """The sources of everything we build: in the checkout, or inside the installed package."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package.parent / "images", package / "_images"):
        if (folder / "versions.toml").is_file():
            return folder
    raise Unavailable("the folder `images` is missing from this installation", where=str(package))


def versions(images: Path | None = None) -> Versions:
    """Read images/versions.toml."""
    text = ((images or images_folder()) / "versions.toml").read_text()
    read = tomllib.loads(text)
    minors = {name: Minor(name=name, **fields) for name, fields in read["minor"].items()}
    return Versions(
        default=read["default"], kind=read["kind"], debian=read["debian"], minors=minors
    )


def architecture() -> str:
    """This machine's, as Go, Debian and image registries all name it."""
    machine = platform.machine()
    names = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
    if machine not in names:
        raise Unavailable(f"images can be built for amd64 and arm64; this machine is {machine}")
    return names[machine]
