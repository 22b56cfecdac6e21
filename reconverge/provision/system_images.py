"""The images of Kubernetes' own pods, which a node carries with it because it can pull nothing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from reconverge.provision.image_archive import (
    EXECUTABLE,
    Entry,
    Image,
    folder_entries,
    write_archive,
    write_layer,
)
from reconverge.provision.versions import Minor, architecture

REGISTRY = "registry.k8s.io"  # where kubeadm expects Kubernetes' own images
OURS = "reconverge.local"  # resolves nowhere: these images exist on our nodes only
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
WITH_IPTABLES = "/usr/local/bin/pick-iptables"
# pick-iptables puts one of these folders first on PATH.
DIALECTS = {"nft": "xtables-nft-multi", "legacy": "xtables-legacy-multi"}
IPTABLES_NAMES = tuple(
    f"{family}{verb}" for family in ("iptables", "ip6tables") for verb in ("", "-save", "-restore")
)


@dataclass(frozen=True, kw_only=True)
class SystemImages:
    """Where the ingredients lie."""

    minor: Minor
    kubernetes: Path  # folder of programs
    etcd: Path
    coredns: Path
    network_root: Path  # tar
    shell_root: Path  # tar, has catatonit
    files: Path

    def write(self, target: Path) -> Path:
        """Write all of them as one archive. Their layers lie beside it only meanwhile."""
        drafts = target.with_name("layers")
        drafts.mkdir()
        images = [*self._every_node(drafts), *self._control_plane(drafts)]
        write_archive(target, images, architecture=architecture())
        shutil.rmtree(drafts)
        return target

    def _every_node(self, drafts: Path) -> list[Image]:
        tools = write_layer(drafts / "tools", self._iptables_entries())
        proxy, routes = self.kubernetes / "kube-proxy", self.kubernetes / "podroutes"
        # kubeadm calls /usr/local/bin/kube-proxy; what it finds there picks the dialect first.
        proxy_layer = _program(drafts, proxy, "usr/local/lib/kube-proxy")
        routes_layer = _program(drafts, routes, "usr/local/bin/podroutes")
        start_routes = {"Entrypoint": [WITH_IPTABLES, "/usr/local/bin/podroutes"], "Env": [PATH]}
        pause = {"Entrypoint": ["/usr/bin/catatonit", "-P"]}
        coredns = f"{REGISTRY}/coredns/coredns:{self.minor.coredns_tag}"
        return [
            Image(
                reference=f"{REGISTRY}/kube-proxy:{self.minor.kubernetes}",
                layers=[self.network_root, tools, proxy_layer],
                config={"Env": [PATH]},
            ),
            Image(
                reference=f"{OURS}/podroutes:1",
                layers=[self.network_root, tools, routes_layer],
                config=start_routes,
            ),
            Image(reference=f"{OURS}/pause:1", layers=[self.shell_root], config=pause),
            _single(drafts, coredns, self.coredns, "coredns", entrypoint=["/coredns"]),
        ]

    def _control_plane(self, drafts: Path) -> list[Image]:
        names = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
        images = [
            _single(
                drafts,
                f"{REGISTRY}/{name}:{self.minor.kubernetes}",
                self.kubernetes / name,
                f"usr/local/bin/{name}",
            )
            for name in names
        ]
        etcd = f"{REGISTRY}/etcd:{self.minor.etcd_tag}"
        return [*images, _single(drafts, etcd, self.etcd, "usr/local/bin/etcd")]

    def _iptables_entries(self) -> list[Entry]:
        links = [
            Entry(path=f"usr/local/iptables-{dialect}/{name}", link=f"/usr/sbin/{program}")
            for dialect, program in DIALECTS.items()
            for name in IPTABLES_NAMES
        ]
        return [*folder_entries(self.files, into="usr/local/"), *links]


def _program(drafts: Path, program: Path, place: str) -> Path:
    entry = Entry(path=place, content=program, mode=EXECUTABLE)
    return write_layer(drafts / place.rpartition("/")[2], [entry])


def _single(
    drafts: Path, reference: str, program: Path, place: str, *, entrypoint: list[str] | None = None
) -> Image:
    config = {"Entrypoint": entrypoint, "Env": [PATH]} if entrypoint else {"Env": [PATH]}
    return Image(reference=reference, layers=[_program(drafts, program, place)], config=config)
