"""The images of the chapter's pods under the chapter's names, for where they cannot be pulled.

One small program plays all of them (images/workloads); the images differ in what they start. A
shell is inside, because exercises run commands in these pods.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconverge.provision import debian_roots
from reconverge.provision.go_programs import Compilation, compile_step
from reconverge.provision.image_archive import EXECUTABLE, Entry, Image, write_archive, write_layer
from reconverge.provision.machine import Machine, Progress
from reconverge.provision.pipeline import Pipeline, Room, Step
from reconverge.provision.system_images import PATH
from reconverge.provision.versions import architecture, images_folder, versions

LABEL = "dev.reconverge.sources"  # on each image: the digest of what it was built from
PROGRAM = "/usr/local/bin/workload"


@dataclass(frozen=True, kw_only=True)
class Workload:
    """One image: its name, the part the program plays, and what it is told."""

    reference: str
    part: str
    env: Mapping[str, str] = field(default_factory=dict)
    port: int = 0

    def config(self, key: str) -> dict[str, Any]:
        """How the container is started."""
        config: dict[str, Any] = {
            "Entrypoint": [PROGRAM, self.part],
            "Env": [PATH, *(f"{name}={value}" for name, value in self.env.items())],
            "Labels": {LABEL: key},
        }
        if self.port:
            config["ExposedPorts"] = {f"{self.port}/tcp": {}}
        return config


WORKLOADS = (
    Workload(reference="luksa/kubia:latest", part="kubia", port=8080),
    Workload(reference="mycool0905/kubia:latest", part="kubia", port=8080),
    Workload(
        reference="luksa/kubia-unhealthy:latest",
        part="kubia",
        env={"HEALTHY_REQUESTS": "5"},
        port=8080,
    ),
    Workload(reference="luksa/ssd-monitor:latest", part="ssd-monitor"),
    Workload(reference="luksa/batch-job:latest", part="batch-job"),
)
# What exercises type in a pod.
APPLETS = (
    "cat",
    "chmod",
    "cp",
    "date",
    "df",
    "echo",
    "env",
    "grep",
    "head",
    "hostname",
    "id",
    "ip",
    "kill",
    "ls",
    "mkdir",
    "nc",
    "netstat",
    "nslookup",
    "ping",
    "printenv",
    "ps",
    "rm",
    "sed",
    "sh",
    "sleep",
    "stat",
    "tail",
    "test",
    "timeout",
    "touch",
    "true",
    "false",
    "vi",
    "wget",
)


def workload_images(
    *,
    go: Path,
    machine: Machine,
    progress: Progress,
    allow_install: bool = True,
    cache: Path | None = None,
) -> tuple[str, ...]:
    """The references of the chapter's images, each in Docker and built from today's sources.

    Raises StepFailed, or Unavailable for a tool that is missing.
    """
    archive = workloads_step(go)
    references = tuple(workload.reference for workload in WORKLOADS)
    command = ["docker", "image", "inspect", "--format", f'{{{{index .Config.Labels "{LABEL}"}}}}']
    answer = machine.run([*command, *references], accept=(0, 1))
    if answer.stdout.split() == [archive.key] * len(references):
        return references
    pipeline = Pipeline(progress=progress, cache=cache)
    if pipeline.missing(archive):
        debian_roots.require_tools(machine, allow_install=allow_install, progress=progress)
    built = pipeline.build(archive) / "images.tar"
    machine.run(["docker", "load", "--quiet", "--input", built])
    return references


def workloads_step(go: Path, images: Path | None = None) -> Step:
    """All images in one archive, `images.tar`; what they share is in it once."""
    folder = (images or images_folder()) / "workloads"
    compilation = Compilation(folder=folder, packages=["."], output="workload")
    program = compile_step("workload program", go, [compilation], inputs=[folder])
    root = debian_roots.shell_root_step(versions(images).debian)

    def recipe(room: Room) -> None:
        layer = write_layer(room.out / "layer.tar", _entries(room.needs[program.name]))
        layers = [room.needs[root.name] / "root.tar", layer]
        built = [
            Image(reference=each.reference, layers=layers, config=each.config(step.key))
            for each in WORKLOADS
        ]
        write_archive(room.out / "images.tar", built, architecture=architecture())
        layer.unlink()

    parameters = {"workloads": repr(WORKLOADS), "applets": " ".join(APPLETS)}
    step = Step(
        name="workload images",
        inputs=(),
        parameters=parameters,
        needs=(program, root),
        recipe=recipe,
    )
    return step


def _entries(program: Path) -> list[Entry]:
    applets = [Entry(path=f"bin/{applet}", link="/bin/busybox") for applet in APPLETS]
    tool = Entry(path=PROGRAM, content=program / "workload", mode=EXECUTABLE)
    return [tool, *applets]
