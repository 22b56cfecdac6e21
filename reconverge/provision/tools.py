"""What making a cluster takes, each found or made when it is first asked for and not before.

An `up` that changes nothing must not look for Go; one that pulls must not look for mmdebstrap.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from reconverge.errors import Unavailable
from reconverge.provision import engine, registry, toolchain
from reconverge.provision.cluster_config import ClusterSpec, NodeImage, Source
from reconverge.provision.engine import Docker
from reconverge.provision.machine import Machine, Progress
from reconverge.provision.state import StateDir
from reconverge.shell import CommandFailed

PULL_S = 600.0


class Tools:
    """Docker, Go, kind and images, for one run of `up`."""

    def __init__(
        self, machine: Machine, state: StateDir, *, allow_install: bool, progress: Progress
    ) -> None:
        self._machine, self._state = machine, state
        self._allow_install, self._progress = allow_install, progress

    def docker(self) -> Docker:
        """A Docker daemon that answers. Raises Unavailable."""
        return self._docker

    @cached_property
    def _docker(self) -> Docker:
        return engine.provide_docker(
            self._machine,
            self._state,
            allow_install=self._allow_install,
            go=lambda: self._go,
            progress=self._progress,
        )

    @cached_property
    def _go(self) -> Path:
        return toolchain.go(
            self._machine, self._state, allow_install=self._allow_install, progress=self._progress
        )

    @cached_property
    def _registry_answers(self) -> bool:
        return registry.answers(self._machine)

    def kind(self) -> Path:
        """The user's kind if it is new enough, else one built from its module."""
        return self._kind

    @cached_property
    def _kind(self) -> Path:
        found = toolchain.kind_on_path(self._machine)
        if found is not None:
            return found
        from reconverge.provision.node_image import kind_binary

        return kind_binary(go=self._go, progress=self._progress)

    def node_image(self, spec: ClusterSpec) -> NodeImage:
        """The node image: the named one, the published one, or one built here."""
        from reconverge.provision.versions import versions

        minor = versions().minor(spec.minor)
        if spec.image:
            self._pull_missing(spec.image)
            self._progress(f"node image {spec.image}")
            return NodeImage(reference=spec.image, tags=self._tags_if_ours(spec))
        if self._is_pulled(spec.image_source):
            self._pull_missing(minor.published)
            return NodeImage(reference=minor.published)
        from reconverge.provision.node_image import node_image

        reference = node_image(
            minor=spec.minor,
            go=self._go,
            machine=self._machine,
            allow_install=self._allow_install,
            progress=self._progress,
        )
        tags = {"etcd": minor.etcd_tag, "coredns": minor.coredns_tag}
        return NodeImage(reference=reference, tags=tags)

    def _tags_if_ours(self, spec: ClusterSpec) -> dict[str, str]:
        from reconverge.provision.node_image import REPOSITORY
        from reconverge.provision.versions import versions

        minor = versions().minor(spec.minor)
        if spec.image.startswith(f"{REPOSITORY}:"):
            return {"etcd": minor.etcd_tag, "coredns": minor.coredns_tag}
        return {}

    def workload_images(self, spec: ClusterSpec) -> tuple[str, ...]:
        """The chapter's images, under its own names, in the Docker daemon.

        If one cannot be pulled all are built, since old images vanish from registries; says so.
        """
        from reconverge.provision.workload_images import WORKLOADS, workload_images

        if self._is_pulled(spec.workloads):
            references = tuple(workload.reference for workload in WORKLOADS)
            try:
                for reference in references:
                    self._pull_missing(reference)
            except Unavailable as error:
                self._progress(f"{error.what.splitlines()[0]}: building the workload images")
            else:
                return references
        return workload_images(
            machine=self._machine,
            go=self._go,
            allow_install=self._allow_install,
            progress=self._progress,
        )

    def probe_image(self, spec: ClusterSpec) -> str:
        """The readiness probe's image, in the Docker daemon."""
        from reconverge.provision import probe_image

        if self._is_pulled(spec.image_source):
            try:
                self._pull_missing(probe_image.AGNHOST)
            except Unavailable as error:
                self._progress(f"{error.what.splitlines()[0]}: building a probe instead")
            else:
                return probe_image.AGNHOST
        return probe_image.build_probe(self._machine, go=self._go, progress=self._progress)

    def _is_pulled(self, source: Source) -> bool:
        return source == "pull" or (source == "auto" and self._registry_answers)

    def _pull_missing(self, image: str) -> None:
        inspect = ["docker", "image", "inspect", "--format", "{{.Id}}", image]
        if self._machine.run(inspect, accept=(0, 1)).exit_code == 0:
            return
        self._progress(f"docker pull {image}")
        try:
            self._machine.run(["docker", "pull", "--quiet", image], timeout_s=PULL_S)
        except CommandFailed as failure:
            said = failure.completed.tail.splitlines()[-1:] or ["no answer"]
            raise Unavailable(
                f"the image {image} cannot be pulled ({said[0]})",
                cure="build the node image instead: --build-image",
            ) from failure
