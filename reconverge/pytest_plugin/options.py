"""The command line of a chaos run, and what every process of the run must agree on.

With pytest-xdist the controller decides the seed and the folder of the run and tells the workers:
otherwise each would draw its own and a failure could not be repeated.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import msgspec
import pytest

from reconverge.cluster.guard import OBJECTS_PER_RUN_MAX, OBJECTS_PER_SCENARIO_MAX
from reconverge.cluster.leased_turns import NAMESPACE
from reconverge.errors import BadInput
from reconverge.pytest_plugin.screen import Screen

CLUSTER_NAME = "reconverge"
NO_INSTALL = "RECONVERGE_NO_INSTALL"
PROFILES = ("fast", "stock")
_WORKER_INPUT = "reconverge_run"


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What the processes of one run share. `seed` chooses targets; `report_dir` is absolute."""

    seed: int
    report_dir: str
    started: str

    @property
    def folder(self) -> Path:
        return Path(self.report_dir)


@dataclass(frozen=True, kw_only=True)
class Target:
    """Which cluster the scenarios run on: one of ours by name, or one that was named explicitly."""

    name: str
    profile: str
    workers: int
    kubeconfig: Path | None
    context: str
    may_install: bool
    lease_namespace: str = NAMESPACE

    @property
    def is_attached(self) -> bool:
        """Whether it is somebody else's cluster, which is never created or removed by us."""
        return bool(self.kubeconfig or self.context)


RUN = pytest.StashKey[Run]()
SCREEN = pytest.StashKey[Screen]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of a chaos run."""
    group = parser.getgroup("reconverge", "chaos scenarios on a Kubernetes cluster")
    for name, settings in _OPTIONS.items():
        group.addoption(name, **settings)


_FLAG: dict[str, Any] = {"action": "store_true", "default": False}
_OPTIONS: dict[str, dict[str, Any]] = {
    "--seed": {"type": int, "metavar": "N", "help": "choose the same targets again"},
    "--cluster-name": {
        "default": CLUSTER_NAME,
        "metavar": "NAME",
        "help": "the kind cluster to create or reuse (default: %(default)s)",
    },
    "--profile": {
        "choices": PROFILES,
        "default": "",
        "help": "how fast a created cluster notices lost nodes (default: fast)",
    },
    "--workers": {
        "type": int,
        "default": 0,
        "metavar": "N",
        "help": "worker nodes of a created cluster (default: 3)",
    },
    "--kubeconfig": {
        "type": Path,
        "metavar": "FILE",
        "help": "run on a cluster that exists; needs --kube-context",
    },
    "--kube-context": {
        "default": "",
        "metavar": "NAME",
        "help": "the context to run on: naming it is the permission to harm it",
    },
    "--lease-namespace": {
        "default": NAMESPACE,
        "metavar": "NAME",
        "help": "where turns on the cluster are written down, so that runs on several machines "
        "take turns; the same for all of them (default: %(default)s)",
    },
    "--max-targets": {
        "type": int,
        "default": OBJECTS_PER_SCENARIO_MAX,
        "metavar": "N",
        "help": "refuse a scenario that would hit more objects (default: %(default)s)",
    },
    "--max-targets-per-run": {
        "type": int,
        "default": OBJECTS_PER_RUN_MAX,
        "metavar": "N",
        "help": "refuse what would make the whole run hit more objects (default: %(default)s)",
    },
    "--opt-in": {
        "default": "",
        "metavar": "LABEL",
        "help": "of what scenarios have not made, harm only what carries this label (key[=value])",
    },
    "--stop-file": {
        "type": Path,
        "metavar": "FILE",
        "help": "end the run and take back its faults when this file appears "
        "(default: STOP in the report folder)",
    },
    "--dry-run": _FLAG
    | {
        "help": "tell the first faults of each scenario, with their targets and undo, instead of "
        "doing them; what comes before is made in a namespace of its own"
    },
    "--keep-cluster": _FLAG | {"help": "do not remove a cluster that this run created"},
    "--keep-namespace": _FLAG | {"help": "leave the namespace of a red scenario for a look"},
    "--report-dir": {
        "type": Path,
        "metavar": "DIR",
        "help": "the folder of the run's record (default: runs/<time>)",
    },
    "--fenced": _FLAG
    | {"help": "for manifests of strangers: namespaces with Pod Security, a quota, limits"},
    "--stop-at-broken": _FLAG
    | {"help": "play no further scenario once a promise has been broken for certain"},
    "--play-for": {
        "type": float,
        "metavar": "SECONDS",
        "help": "end the run when its scenarios have played that long; waiting for a turn on the "
        "cluster does not count",
    },
    "--reverse": _FLAG | {"help": "run the scenarios in the opposite order"},
    "--strict-api": _FLAG
    | {"help": "refuse a manifest whose apiVersion is not served any more, instead of migrating"},
    "--no-install": _FLAG | {"help": "refuse to install what a cluster needs and is missing"},
    "--faults-off": _FLAG
    | {"help": "inject nothing: every scenario must then turn red, or it proves nothing"},
    "--controllers-frozen": _FLAG
    | {"help": "stop the controllers before each fault: likewise, on a cluster of ours only"},
    "--controllers-silenced": _FLAG
    | {"help": "refuse the controllers' writes in each scenario's namespace from its fault on"},
    "--kubelets-silenced": _FLAG | {"help": "refuse those of the kubelets: for probes"},
}
_TARGET_OPTIONS = (
    "--cluster-name",
    "--profile",
    "--workers",
    "--kubeconfig",
    "--kube-context",
    "--lease-namespace",
)
# Under each of these a scenario that stays green has proved nothing.
_MUTATIONS = (
    "--faults-off",
    "--controllers-frozen",
    "--controllers-silenced",
    "--kubelets-silenced",
)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Settle what the run is; a contradiction on the command line is a usage error (exit 4)."""
    config.stash[SCREEN] = Screen.of(config)
    shared = getattr(config, "workerinput", {}).get(_WORKER_INPUT)
    if shared is not None:
        config.stash[RUN] = msgspec.json.decode(shared, type=Run)
        return
    try:
        target_of(config)
        _settle_dry_run(config)
    except BadInput as error:
        raise pytest.UsageError(str(error)) from error
    config.stash[RUN] = _new_run(config, datetime.now(UTC))


def _settle_dry_run(config: pytest.Config) -> None:
    """A dry run does no fault, so there is nothing that a scenario could be asked to survive."""
    if config.getoption("--dry-run") and mutations(config):
        raise BadInput(f"--dry-run does not go with {', '.join(mutations(config))}")


def described() -> list[tuple[str, str]]:
    """The options and what they are for, as a help text lists them."""
    found = []
    for name, settings in _OPTIONS.items():
        value = settings.get("metavar") or "|".join(settings.get("choices", ()))
        text = str(settings.get("help", "")).replace("%(default)s", str(settings.get("default")))
        found.append((f"{name} {value}".strip(), text.replace("%%", "%")))
    return found


def _new_run(config: pytest.Config, now: datetime) -> Run:
    seed = config.getoption("--seed")
    folder = config.getoption("--report-dir") or _new_folder(config, now)
    return Run(
        seed=random.SystemRandom().randrange(10_000) if seed is None else seed,
        report_dir=str(Path(folder).expanduser().absolute()),
        started=now.isoformat(),
    )


def _new_folder(config: pytest.Config, now: datetime) -> Path:
    """Of a dry run there is nothing to keep."""
    if config.getoption("--dry-run"):
        return Path(mkdtemp(prefix="reconverge-dry-run-"))
    return Path("runs") / now.strftime("%Y%m%d-%H%M%S")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker what the run is."""
    node.workerinput[_WORKER_INPUT] = msgspec.json.encode(node.config.stash[RUN]).decode()


def pytest_report_header(config: pytest.Config) -> str:
    """The seed, before anything can go wrong."""
    target = target_of(config)
    where = target.context or f"kind-{target.name}"
    loud = "".join(
        f", {name.removeprefix('--').replace('-', ' ').upper()}" for name in mutations(config)
    )
    loud += ", DRY RUN" if config.getoption("--dry-run") else ""
    return f"reconverge: seed {config.stash[RUN].seed}, cluster {where}{loud}"


def mutations(config: pytest.Config) -> list[str]:
    """Those of the options that are given under which every scenario must turn red."""
    return [name for name in _MUTATIONS if config.getoption(name)]


def target_of(config: pytest.Config) -> Target:
    """The cluster that the command line names; BadInput when it contradicts itself."""
    return required_target(
        name=config.getoption("--cluster-name"),
        profile=config.getoption("--profile"),
        workers=config.getoption("--workers"),
        kubeconfig=config.getoption("--kubeconfig"),
        context=config.getoption("--kube-context"),
        lease_namespace=config.getoption("--lease-namespace"),
        may_install=not (config.getoption("--no-install") or os.environ.get(NO_INSTALL)),
    )


def required_target(
    *,
    name: str,
    kubeconfig: Path | None,
    context: str,
    profile: str = "",
    workers: int = 0,
    may_install: bool = False,
    lease_namespace: str = NAMESPACE,
) -> Target:
    """The cluster that somebody's words name; BadInput when they contradict each other."""
    if kubeconfig and not context:
        raise BadInput(
            "--kubeconfig without --kube-context: only a context that is named may be harmed",
            cure=f"kubectl --kubeconfig {kubeconfig} config get-contexts",
        )
    return Target(
        name=name,
        profile=profile,
        workers=workers,
        kubeconfig=kubeconfig,
        context=context,
        may_install=may_install,
        lease_namespace=lease_namespace,
    )


def repeat_command(config: pytest.Config, nodeid: str) -> str:
    """The command that runs one scenario again, with the same targets on the same cluster."""
    import shlex

    words = ["pytest", nodeid, "--seed", str(config.stash[RUN].seed)]
    for name in _TARGET_OPTIONS:
        value = config.getoption(name)
        if value and value != _OPTIONS[name].get("default"):
            words += [name, str(value)]
    strict = ["--strict-api"] if config.getoption("--strict-api") else []
    return shlex.join(words + strict + mutations(config))


def is_worker(config: pytest.Config) -> bool:
    """Whether this process is one of xdist's workers."""
    return hasattr(config, "workerinput")


def is_controller(config: pytest.Config) -> bool:
    """Whether this process only distributes: the scenarios run in workers."""
    return not is_worker(config) and bool(getattr(config.option, "dist", "no") != "no")
