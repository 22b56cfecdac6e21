"""The Go programs inside the images, by their own tests, with whatever Go has built the images.

They are compiled with the flags of the images, so that Go's cache has nearly all of it already.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from reconverge import shell
from reconverge.provision.go_programs import BUILD, environment, kubernetes_step
from reconverge.provision.machine import RealMachine
from reconverge.provision.pipeline import Pipeline
from reconverge.provision.state import StateDir
from reconverge.provision.toolchain import found_go
from reconverge.provision.versions import images_folder, versions

# go vet would analyse Kubernetes' libraries first: half a minute for 400 lines of ours.
TEST = ("test", *BUILD[1:], "-vet=off")


@pytest.fixture(scope="module")
def go() -> Path:
    """The Go that builds images here; where images are pulled there may be none."""
    found = found_go(RealMachine(), StateDir())
    if found is None:
        pytest.skip("no Go on this machine, so no image was built here")
    return found


@pytest.mark.parametrize("program", ["oci-shim", "workloads"])
def test_program_passes_its_own_tests(go: Path, program: str) -> None:
    """What needs nothing but Go's own library is tested wherever Go is."""
    shell.run([go, *TEST, "."], cwd=images_folder() / program, env=environment())


def test_podroutes_passes_its_own_tests(go: Path) -> None:
    """The pod network is tested with the libraries of the very Kubernetes it is compiled with."""
    minor, images = versions().minor(), images_folder()
    if not Pipeline(progress=print).is_built(kubernetes_step(minor, go, images)):
        pytest.skip("no node image was built here, so Kubernetes' modules are not at hand")
    modules = images / "node" / "modules" / minor.name / "kubernetes" / "go.mod"
    folder = images / "node" / "podroutes"
    shell.run([go, *TEST, f"-modfile={modules}", "."], cwd=folder, env=environment())
