"""The example project: as its owner would run it, and its own fault and predicate by themselves."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from types import ModuleType

import pytest

import reconverge
from reconverge import Pick, always
from reconverge.cluster.nodes import KindCluster
from reconverge.verdict import Verdict
from tests.stage import staged

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "examples" / "shop"


@pytest.fixture
def oldest() -> ModuleType:
    spec = importlib.util.spec_from_file_location("shop_oldest", SHOP / "oldest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The example in a folder of its own, with nothing of this repository around it."""
    return Path(shutil.copytree(SHOP, tmp_path / "shop"))


def typed(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", reconverge.__all__)
def test_what_is_public_is_there(name: str) -> None:
    """Every name of the interface can be imported, and says what it is."""
    assert getattr(reconverge, name) is not None


def test_nothing_else_is_public() -> None:
    """A misspelt name is an AttributeError, as in any module."""
    with pytest.raises(AttributeError, match="'Experment'"):
        _ = reconverge.Experment


def test_a_fault_of_ones_own_is_injected(oldest: ModuleType, tmp_path: Path) -> None:
    """Chosen by its own rule, through guard, journal and record; and the promise is judged."""
    with staged(tmp_path) as stage:
        fault = oldest.EvictOldest(of=stage.kubia)
        snapshot = stage.experiment.timeline.latest()
        (chosen,) = fault.targets(snapshot, Pick(seed=1))
        ages = [pod.metadata.creation_timestamp for pod in stage.pods()]
        assert snapshot.pod(chosen.uid).metadata.creation_timestamp == min(ages)
        injection = stage.experiment.inject(fault)
        assert injection.targets == (chosen,)
        assert stage.converge().verdict is Verdict.HELD


def test_a_predicate_of_ones_own_is_judged_both_ways(oldest: ModuleType, tmp_path: Path) -> None:
    """Of three pods one goes: two serve all the time, and three do not."""
    with staged(tmp_path) as stage:
        stage.experiment.inject(oldest.EvictOldest(of=stage.kubia))
        stage.converge()
        two, three = (oldest.ServedFrom(workload=stage.kubia, pods=pods) for pods in (2, 3))
        assert stage.hold(always(two)).verdict is Verdict.HELD
        broken = stage.hold(always(three))
        assert (broken.verdict, broken.promise) == (
            Verdict.BROKEN,
            '"kubia" is always served from 3 pods at once',
        )
        assert "only 2 serve" in broken.why


def test_the_shop_is_collected_from_its_own_folder(project: Path) -> None:
    """Its steps are found beside ours."""
    done = typed(project, sys.executable, "-m", "reconverge", "run", "--collect-only", "-q")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 tests collected" in done.stdout


def test_the_example_is_typed() -> None:
    """What is exported is typed strictly, as a user's own mypy sees it."""
    pytest.importorskip("mypy", reason="mypy is in the environment `types`, which runs it as well")
    command = [sys.executable, "-m", "mypy", "--strict", "examples/shop/oldest.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.cluster
def test_the_shop_keeps_its_promises(project: Path, cluster: KindCluster) -> None:
    """All of its scenarios on a real cluster, from its own folder."""
    run = ("run", "--cluster-name", cluster.kind_name, "--keep-cluster")
    done = typed(project, sys.executable, "-m", "reconverge", *run)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 HELD" in done.stdout
    assert list(project.glob("runs/*/junit.xml"))


@pytest.mark.cluster
@pytest.mark.slow
def test_the_wheel_is_enough(tmp_path: Path, project: Path, cluster: KindCluster) -> None:
    """A wheel of this repository, in a fresh environment: run, steps, and a scenario HELD."""
    programs = tmp_path / "venv" / "bin"
    venv.create(tmp_path / "venv", with_pip=True)
    wheel = typed(ROOT, programs / "pip", "wheel", "--no-deps", "-q", "-w", tmp_path, ".")
    assert wheel.returncode == 0, wheel.stderr
    (built,) = tmp_path.glob("reconverge-*.whl")
    installed = typed(tmp_path, programs / "pip", "install", "-q", built)
    assert installed.returncode == 0, installed.stderr
    said = typed(project, programs / "reconverge", "steps", "relabelled", "selector")
    assert "e.g. one of the pods of" in said.stdout
    run = ("run", "--cluster-name", cluster.kind_name, "--keep-cluster")
    done = typed(project, programs / "reconverge", *run)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 HELD" in done.stdout
