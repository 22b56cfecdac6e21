"""Programs compiled from pinned Go modules: as steps, so that each is compiled once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reconverge import shell
from reconverge.provision.pipeline import Room, Step
from reconverge.provision.versions import Minor, architecture

# Static, without paths of this machine, without symbols: the same sources give the same program.
BUILD = ("build", "-trimpath", "-buildvcs=false", "-mod=readonly")
STRIPPED = "-s -w"
KUBERNETES_PROGRAMS = (
    "kube-apiserver",
    "kube-controller-manager",
    "kube-proxy",
    "kube-scheduler",
    "kubeadm",
    "kubectl",
    "kubelet",
)


def environment() -> dict[str, str]:
    """What Go is told besides its flags: nothing of this machine's own settings counts."""
    return {"CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": "", "GOARCH": architecture()}


@dataclass(frozen=True, kw_only=True)
class Compilation:
    """One `go build`: where, what, and what it is told."""

    folder: Path
    packages: Sequence[str]
    ldflags: str = STRIPPED
    modfile: Path | None = None
    output: str = ""  # the program's name where Go would choose another

    def run(self, go: Path, room: Room) -> None:
        """Compile into the room's folder. Raises CommandFailed with the compiler's words."""
        modfile = [f"-modfile={self.modfile}"] if self.modfile else []
        target = f"{room.out}/{self.output}"
        shell.run(
            [go, *BUILD, *modfile, "-ldflags", self.ldflags, "-o", target, *self.packages],
            cwd=self.folder,
            env=environment(),
            log=room.log,
        )


def compile_step(
    name: str, go: Path, compilations: Sequence[Compilation], *, inputs: Sequence[Path]
) -> Step:
    """A step that runs `go build` once or several times into one folder."""

    def recipe(room: Room) -> None:
        for compilation in compilations:
            compilation.run(go, room)

    told = "; ".join(
        f"{each.ldflags} {' '.join(each.packages)} {each.output}" for each in compilations
    )
    parameters = {"go build": " ".join(BUILD), "told": told, "architecture": architecture()}
    return Step(name=name, inputs=inputs, parameters=parameters, recipe=recipe)


def kubernetes_step(minor: Minor, go: Path, images: Path) -> Step:
    """Kubernetes' own seven programs, and our pod network compiled with the same libraries."""
    module = images / "node" / "modules" / minor.name / "kubernetes"
    agent = images / "node" / "podroutes"
    programs = Compilation(
        folder=module,
        packages=[f"k8s.io/kubernetes/cmd/{name}" for name in KUBERNETES_PROGRAMS],
        ldflags=f"{STRIPPED} {_version_flags(minor)}",
    )
    podroutes = Compilation(
        folder=agent, packages=["."], modfile=module / "go.mod", output="podroutes"
    )
    return compile_step(
        f"Kubernetes {minor.name} programs", go, [programs, podroutes], inputs=[module, agent]
    )


def _version_flags(minor: Minor) -> str:
    major, minor_number = minor.name.split(".")
    values = {
        "gitVersion": minor.kubernetes,
        "gitMajor": major,
        "gitMinor": minor_number,
        "gitTreeState": "clean",
    }
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return " ".join(
        f"-X {package}.{name}={value}" for package in packages for name, value in values.items()
    )


def tool_step(name: str, package: str, go: Path, module: Path) -> Step:
    """A program that is the only tool of a module of its own."""
    return compile_step(name, go, [Compilation(folder=module, packages=[package])], inputs=[module])


def shim_step(go: Path, images: Path) -> Step:
    """The stand-in for runc on machines that lack a capability."""
    folder = images / "oci-shim"
    return compile_step(
        "capability shim",
        go,
        [Compilation(folder=folder, packages=["."], output="runc-shim")],
        inputs=[folder],
    )
