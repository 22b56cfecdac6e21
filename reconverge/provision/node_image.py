"""A kind node image from packages and modules, for machines on which no registry answers.

The recipe from the bottom up: Debian's root file system; on it Kubernetes' programs, our files
(images/node/files) and the images of the pods that make a node a node. The finished
image is named after the digest of all its sources, so asking for it is one question to Docker.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from reconverge import shell
from reconverge.provision import debian_roots, system_images
from reconverge.provision.content_store import IMPORT, store_entries
from reconverge.provision.go_programs import (
    kubernetes_step,
    shim_step,
    tool_step,
)
from reconverge.provision.image_archive import (
    EXECUTABLE,
    Entry,
    Image,
    folder_entries,
    write_archive,
    write_layer,
)
from reconverge.provision.machine import Machine, Progress
from reconverge.provision.pipeline import Pipeline, Room, Step
from reconverge.provision.system_images import PATH, SystemImages
from reconverge.provision.versions import Minor, Versions, architecture, images_folder, versions

REPOSITORY = "reconverge/node"
# Measured: outputs 2 GB, 3 GB more while the image is put together, 2 GB in Docker; Go caches 7 GB.
ASSEMBLY_BYTES, COMPILATION_BYTES = 7_000_000_000, 7_000_000_000
ETCD = "go.etcd.io/etcd/server/v3"
COREDNS = "github.com/coredns/coredns"
# The code that says what lies where is a source of the image like any other.
LAYOUT = (Path(__file__), Path(system_images.__file__))
UNITS = "etc/systemd/system"
WANTED_UNITS = ("kubelet.service",)  # Debian enables containerd itself
# What makes no sense in a container, or would change settings that belong to the machine.
MASKED_UNITS = (
    "dev-hugepages.mount",
    "getty-static.service",
    "getty.target",
    "kmod-static-nodes.service",
    "proc-sys-fs-binfmt_misc.automount",
    "sys-fs-fuse-connections.mount",
    "sys-kernel-config.mount",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "systemd-binfmt.service",
    "systemd-firstboot.service",
    "systemd-initctl.socket",
    "systemd-journald-audit.socket",
    "systemd-logind.service",
    "systemd-modules-load.service",
    "systemd-networkd.service",
    "systemd-pstore.service",
    "systemd-random-seed.service",
    "systemd-remount-fs.service",
    "systemd-sysctl.service",
    "systemd-sysusers.service",
    "systemd-tmpfiles-clean.timer",
    "systemd-udev-trigger.service",
    "systemd-udevd.service",
    "systemd-update-utmp.service",
    "apt-daily.timer",
    "dpkg-db-backup.timer",
    "fstrim.timer",
)
NODE_CONFIG = {
    "Env": [PATH, "container=docker"],  # by which systemd knows where it is
    "Entrypoint": ["/usr/local/bin/entrypoint", "/sbin/init"],
    "StopSignal": "SIGRTMIN+3",  # systemd's word for a clean shutdown
}


def node_image(
    *,
    go: Path,
    machine: Machine,
    progress: Progress,
    minor: str | None = None,
    allow_install: bool = True,
    cache: Path | None = None,
) -> str:
    """The reference of a node image that Docker has, built first if it has none.

    `minor` as in images/versions.toml ("1.34"), its default without. Raises StepFailed naming the
    step, its command and its log; Unavailable for a missing tool or too little disk.
    """
    recipe = NodeRecipe(go=go, minor=minor)
    reference = recipe.reference
    if is_loaded(reference):
        return reference
    pipeline = Pipeline(progress=progress, cache=cache)
    missing = {step.name for step in pipeline.missing(recipe.archive)}
    if missing:
        debian_roots.require_tools(machine, allow_install=allow_install, progress=progress)
    compiles = not missing.isdisjoint(step.name for step in recipe.programs)
    needed = ASSEMBLY_BYTES + (COMPILATION_BYTES if compiles else 0)
    built = pipeline.build(recipe.archive, needs_free_bytes=needed)
    load(built / "image.tar", progress=progress)
    remove_predecessors(reference)
    return reference


def kind_binary(*, go: Path, progress: Progress, cache: Path | None = None) -> Path:
    """kind itself, built from its pinned module. Raises StepFailed."""
    step = tool_step("kind", "sigs.k8s.io/kind", go, images_folder() / "node" / "kind")
    return Pipeline(progress=progress, cache=cache).build(step) / "kind"


def is_loaded(reference: str) -> bool:
    """Whether Docker has an image of that name."""
    answer = shell.run(["docker", "image", "inspect", "-f", "{{.Id}}", reference], accept=(0, 1))
    return answer.exit_code == 0


def remove_predecessors(reference: str) -> None:
    """Remove older builds of the same Kubernetes from Docker, a gigabyte each, unless in use."""
    family = reference.rpartition("-")[0]
    listing = ["docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}", REPOSITORY]
    for other in shell.run(listing).stdout.split():
        if other != reference and other.startswith(f"{family}-"):
            shell.run(["docker", "rmi", other], accept=(0, 1))


def load(archive: Path, *, progress: Progress) -> None:
    """Give an archive to Docker."""
    progress(f"docker load ({archive.stat().st_size / 1e9:.1f} GB)")
    shell.run(["docker", "load", "--quiet", "--input", archive])


class NodeRecipe:
    """The steps of one node image and how they follow from each other."""

    def __init__(
        self, *, go: Path = Path("go"), minor: str | None = None, images: Path | None = None
    ) -> None:
        self._go = go
        self._images = images or images_folder()
        self._versions: Versions = versions(self._images)
        self._minor: Minor = self._versions.minor(minor)

    @property
    def reference(self) -> str:
        """The image's name. Equal sources give equal names."""
        return f"{REPOSITORY}:{self._minor.kubernetes}-{self.archive.key}"

    @property
    def programs(self) -> list[Step]:
        """Everything that is compiled."""
        minor, modules = self._minor, self._images / "node" / "modules" / self._minor.name
        return [
            kubernetes_step(minor, self._go, self._images),
            tool_step(f"etcd {minor.name}", ETCD, self._go, modules / "etcd"),
            tool_step(f"CoreDNS {minor.name}", COREDNS, self._go, modules / "coredns"),
            shim_step(self._go, self._images),
        ]

    @property
    def roots(self) -> list[Step]:
        """Everything that comes from Debian."""
        suite = self._versions.debian
        return [
            debian_roots.root_step(
                "node root", suite, debian_roots.NODE_PACKAGES, variant="essential"
            ),
            debian_roots.root_step(
                "network root", suite, debian_roots.NETWORK_PACKAGES, variant="extract"
            ),
            debian_roots.shell_root_step(suite),
        ]

    @property
    def archive(self) -> Step:
        """The finished image as `image.tar`."""
        needs = (*self.programs, *self.roots)
        return Step(
            name=f"node image {self._minor.name}",
            inputs=(
                *LAYOUT,
                *(self._images / "node" / name for name in ("files", "system-images")),
            ),
            parameters={"import": IMPORT, "architecture": architecture()},
            needs=needs,
            recipe=self._assemble,
        )

    def _assemble(self, room: Room) -> None:
        kubernetes, etcd, coredns, shim = (room.needs[step.name] for step in self.programs)
        node_root, network_root, shell_root = (room.needs[step.name] for step in self.roots)
        system = SystemImages(
            minor=self._minor,
            kubernetes=kubernetes,
            etcd=etcd / "server",
            coredns=coredns / "coredns",
            network_root=network_root / "root.tar",
            shell_root=shell_root / "root.tar",
            files=self._images / "node" / "system-images",
        )
        drafts = room.out / "drafts"
        drafts.mkdir()
        archive = system.write(drafts / "system.tar")
        root = node_root / "root.tar"
        store = store_entries(archive, root=root, folder=drafts, log=room.log)
        layer = write_layer(drafts / "node.tar", [*self._entries(kubernetes, shim), *store])
        image = Image(reference=self.reference, layers=[root, layer], config=NODE_CONFIG)
        write_archive(room.out / "image.tar", [image], architecture=architecture())
        shutil.rmtree(drafts)

    def _entries(self, kubernetes: Path, shim: Path) -> list[Entry]:
        """What lies on top of Debian's root file system."""
        programs = [
            Entry(path=f"usr/bin/{name}", content=kubernetes / name, mode=EXECUTABLE)
            for name in ("kubeadm", "kubectl", "kubelet")
        ]
        version = self._minor.kubernetes.encode()
        return [
            *folder_entries(self._images / "node" / "files"),
            *programs,
            Entry(path="usr/local/sbin/runc-shim", content=shim / "runc-shim", mode=EXECUTABLE),
            Entry(path="opt/cni/bin", link="/usr/lib/cni"),  # where Debian puts the plugins
            Entry(path="kind/version", content=version),
            *_unit_links(),
        ]


def _unit_links() -> list[Entry]:
    wanted = [
        Entry(path=f"{UNITS}/multi-user.target.wants/{unit}", link=f"/{UNITS}/{unit}")
        for unit in WANTED_UNITS
    ]
    return [*wanted, *(Entry(path=f"{UNITS}/{unit}", link="/dev/null") for unit in MASKED_UNITS)]
