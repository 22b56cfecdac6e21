"""`up`: from whatever is there to a cluster ready for chaos, or one sentence that says why not.

The order matters: look before anything is made (mismatch, foreign cluster, memory, ports), then
the engine, then images, which take longest and can be taken up again, then the record, and only
then containers. Until the record says `ready` everything of this cluster may be thrown away.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import msgspec

from reconverge.clock import Clock, RealClock
from reconverge.cluster.nodes import KindCluster
from reconverge.errors import BadInput, Unavailable
from reconverge.provision import egress, inotify, kind, lifecycle, preflight, repair
from reconverge.provision.cluster_config import (
    ClusterSpec,
    Mounts,
    NodeImage,
    audit_policy,
    kind_config,
)
from reconverge.provision.glance import Flaw
from reconverge.provision.lifecycle import ClusterHandle
from reconverge.provision.machine import Machine, Progress, RealMachine
from reconverge.provision.state import ClusterRecord, StateDir, write_atomically
from reconverge.provision.tools import Tools


def up(
    spec: ClusterSpec,
    *,
    allow_install: bool = False,
    recreate: bool = False,
    progress: Progress = lifecycle.silent,
    machine: Machine | None = None,
    state: StateDir | None = None,
) -> ClusterHandle:
    """A whole cluster of that specification: found, repaired or made.

    `allow_install`: whether Debian packages and a Go toolchain may be installed. `recreate`: make
    it anew even if one exists. Raises BadInput for a specification that cannot be met or differs
    from the existing cluster's, Refused for a foreign cluster of that name, Unavailable when the
    machine cannot serve; what was half-made is removed, and `up` can be run again.
    """
    machine, state = machine or RealMachine(), state or StateDir()
    spec.validated()
    with state.locked(spec.name, progress):
        run = _Up(spec, machine, state, progress, allow_install)
        if not recreate:
            found = run.existing()
            if found is not None:
                return found
        return run.made_anew()


class _Up:
    """One run of `up`, with what every part of it needs."""

    def __init__(
        self,
        spec: ClusterSpec,
        machine: Machine,
        state: StateDir,
        progress: Progress,
        allow_install: bool,
    ) -> None:
        self.spec, self.machine, self.state = spec, machine, state
        self.progress, self.allow_install = progress, allow_install
        self.clock: Clock = RealClock()
        self.tools = Tools(machine, state, allow_install=allow_install, progress=progress)

    def existing(self) -> ClusterHandle | None:
        """The cluster of an earlier `up`, repaired if need be; None if it must be made anew."""
        record = self.state.read(self.spec.name)
        if record is None:
            return None
        if record.phase == "creating":
            self.progress("an earlier `up` was interrupted: making the cluster anew")
            return None
        lifecycle.refuse_mismatch(self.spec, record)
        docker = self.tools.docker()
        if record.egress == "closed" and not egress.why_not_closable(self.machine, docker):
            egress.close(self.machine, docker, self.progress)
        flaws = lifecycle.flaws_of(self.machine, self.state, record)
        if not flaws:
            return self._handle(record)
        return self._repaired(record, flaws)

    def _repaired(self, record: ClusterRecord, flaws: Sequence[Flaw]) -> ClusterHandle | None:
        for flaw in flaws:
            self.progress(f"broken: {flaw.what}")
        try:
            repair.refuse_hopeless(flaws)
            self._repair(record, flaws)
        except Unavailable as error:
            self.progress(f"cannot be repaired ({error.what}): making the cluster anew")
            return None
        return self._handle(record)

    def _repair(self, record: ClusterRecord, flaws: Sequence[Flaw]) -> None:
        """Containers first: what the API server says counts only once all of them run."""
        from reconverge.provision import readiness

        nodes = lifecycle.nodes_of(self.machine, record.name)
        repair.repair_containers(nodes, flaws, self.progress)

        repair.refuse_hopeless(lifecycle.flaws_of(self.machine, self.state, record))
        repair.repair_services(nodes)
        cluster = self._cluster(record)
        readiness.wait_until_nodes_ready(cluster, expected=record.workers + 1)
        readiness.wait_until_led(cluster)
        cordoned = lifecycle.flaws_of(self.machine, self.state, record)
        repair.uncordon(cluster, cordoned, self.progress)
        self._wait_until_connected(cluster, record)
        left = lifecycle.flaws_of(self.machine, self.state, record)
        if left:
            raise Unavailable("; ".join(flaw.what for flaw in left))

    def made_anew(self) -> ClusterHandle:
        """Make the cluster. Whatever ends this early, nothing half-made is left behind."""
        started_s = self.clock.monotonic_s()
        docker = self.tools.docker()
        lifecycle.refuse_foreign(self.machine, self.state, self.spec.name)
        lifecycle.remove(self.machine, self.state, self.spec.name)
        preflight.require_room(self.machine, self.spec)
        inotify.require_room(
            self.machine, self.state, workers=self.spec.workers, progress=self.progress
        )
        image = self.tools.node_image(self.spec)
        workloads = self.tools.workload_images(self.spec)
        record = self._new_record(image)
        try:
            self.state.write(record)
            egress.provide_network(self.machine)
            if self.spec.egress == "closed":
                closed = egress.close(self.machine, docker, self.progress)
                record = msgspec.structs.replace(record, egress=closed)
            self._create(record, image, workloads)
            record = msgspec.structs.replace(record, phase="ready")
            self.state.write(record)
        except BaseException:
            self.progress("removing what was half-made")
            lifecycle.remove(self.machine, self.state, self.spec.name)
            raise
        self.progress(f"ready after {self.clock.monotonic_s() - started_s:.0f} s")
        return self._handle(record)

    def _create(self, record: ClusterRecord, image: NodeImage, workloads: Sequence[str]) -> None:
        from reconverge.provision import readiness

        spec, folder = self.spec, self.state.cluster(self.spec.name)
        program = self.tools.kind()
        mounts = Mounts(policy=folder / "audit-policy.yaml", audit=folder / "audit")
        mounts.audit.mkdir(parents=True, exist_ok=True)
        write_atomically(mounts.policy, audit_policy().encode())
        config = folder / "kind.yaml"
        write_atomically(config, kind_config(spec, image, mounts).encode())
        self.progress(f"creating cluster {spec.name!r}: 1 control plane, {spec.workers} workers")
        kubeconfig, log = self.state.kubeconfig(spec.name), folder / "create.log"
        kind.create(
            self.machine, program, name=spec.name, config=config, kubeconfig=kubeconfig, log=log
        )
        kubeconfig.chmod(0o600)
        cluster = self._cluster(record)
        self.progress("waiting for nodes and system pods")
        readiness.wait_until_nodes_ready(cluster, expected=spec.workers + 1)
        kind.open_audit_log(lifecycle.nodes_of(self.machine, spec.name))
        readiness.mark(cluster, record.id)
        self.progress(f"loading {len(workloads)} images into the nodes")
        probe = self.tools.probe_image(spec)
        kind.load(self.machine, program, name=spec.name, images=[*workloads, probe], log=log)
        self._wait_until_connected(cluster, record)

    def _cluster(self, record: ClusterRecord) -> KindCluster:
        return KindCluster.of(self.state.kubeconfig(record.name), kind_name=record.name)

    def _wait_until_connected(self, cluster: KindCluster, record: ClusterRecord) -> None:
        from reconverge.provision import readiness

        readiness.wait_until_connected(
            cluster,
            workers=record.workers,
            image=self.tools.probe_image(self.spec),
            progress=self.progress,
        )

    def _new_record(self, image: NodeImage) -> ClusterRecord:
        return ClusterRecord(
            name=self.spec.name,
            id=str(uuid.uuid4()),
            phase="creating",
            profile=self.spec.profile,
            workers=self.spec.workers,
            minor=self.spec.minor,
            image=image.reference,
            egress="open",
            created_at=self.clock.wall().isoformat(timespec="seconds"),
        )

    def _handle(self, record: ClusterRecord) -> ClusterHandle:
        containers = lifecycle.nodes_of(self.machine, record.name).all()
        return lifecycle.handle(record, containers, self.state)


def load(
    name: str,
    images: Sequence[str],
    *,
    progress: Progress = lifecycle.silent,
    machine: Machine | None = None,
    state: StateDir | None = None,
) -> None:
    """Bring images of the Docker daemon into every node of a cluster of ours.

    Nodes that have an image of the same digest are skipped. Raises BadInput for an image that
    Docker does not have, Unavailable when there is no such cluster.
    """
    machine, state = machine or RealMachine(), state or StateDir()
    with state.locked(name, progress):
        if lifecycle.find(name, machine=machine, state=state) is None:
            raise lifecycle.no_such_cluster(name)
        for image in images:
            if machine.run(["docker", "image", "inspect", image], accept=(0, 1)).exit_code:
                raise BadInput(f"Docker has no image {image}", cure=f"docker pull {image}")
        tools = Tools(machine, state, allow_install=False, progress=progress)
        log = state.cluster(name) / "load.log"
        kind.load(machine, tools.kind(), name=name, images=images, log=log)
