"""The image of the readiness probe: built from images/probe, or upstream's agnhost, its model."""

from __future__ import annotations

from pathlib import Path

from reconverge.provision.go_programs import Compilation, compile_step
from reconverge.provision.image_archive import EXECUTABLE, Entry, Image, write_archive, write_layer
from reconverge.provision.machine import Machine, Progress
from reconverge.provision.pipeline import Pipeline, Room, Step
from reconverge.provision.versions import architecture, images_folder

AGNHOST = "registry.k8s.io/e2e-test-images/agnhost:2.53"
NAME = "reconverge.dev/probe"


def build_probe(machine: Machine, *, go: Path, progress: Progress) -> str:
    """Build the probe, if it has not been built from these sources, and load it into Docker."""
    folder = images_folder() / "probe"
    compilation = Compilation(folder=folder, packages=["."])
    program = compile_step("probe program", go, [compilation], inputs=[folder])
    reference = f"{NAME}:{program.key}"
    if machine.run(["docker", "image", "inspect", reference], accept=(0, 1)).exit_code == 0:
        return reference

    def recipe(room: Room) -> None:
        built = room.needs[program.name] / "probe"
        layer = write_layer(
            room.out / "layer.tar", [Entry(path="probe", content=built, mode=EXECUTABLE)]
        )
        image = Image(reference=reference, layers=[layer], config={"Entrypoint": ["/probe"]})
        write_archive(room.out / "image.tar", [image], architecture=architecture())
        layer.unlink()

    step = Step(name="probe image", inputs=[], recipe=recipe, needs=[program])
    archive = Pipeline(progress=progress).build(step) / "image.tar"
    machine.run(["docker", "load", "--input", archive])
    return reference
