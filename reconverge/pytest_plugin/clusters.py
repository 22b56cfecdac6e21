"""The cluster of a run: found or made once, before the first scenario, and said aloud.

It is made between collection and the first scenario, so that bad words never cost a cluster and a
cluster that cannot be had is one sentence and not one error for each scenario.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reconverge.cluster.door import Cluster
from reconverge.cluster.guard import Guard
from reconverge.cluster.leased_turns import NAMESPACE, Registry
from reconverge.cluster.settings import read_settings
from reconverge.errors import ReconvergeError
from reconverge.faults.journal import pending
from reconverge.faults.owner import Owner
from reconverge.model import Node
from reconverge.model.settings import ClusterSettings
from reconverge.provision.cluster_config import WORKERS, ClusterSpec
from reconverge.provision.kubeconfig import users_kubeconfig
from reconverge.provision.lifecycle import (
    ClusterHandle,
    down,
    find,
    name_of_ours,
    no_such_cluster,
    refuse_foreign,
)
from reconverge.provision.machine import RealMachine
from reconverge.provision.state import JOURNAL, StateDir, valid_name
from reconverge.provision.up import up
from reconverge.pytest_plugin.feature_files import speaks_our_steps
from reconverge.pytest_plugin.lock import Presence, all_lanes
from reconverge.pytest_plugin.options import SCREEN, Target, is_controller, is_worker, target_of
from reconverge.pytest_plugin.wording import template_of
from reconverge.recovery.reach import Reach
from reconverge.recovery.recover import recover
from reconverge.recovery.watchdog import Watchdog
from reconverge.turns import set_aside


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What scenarios stand on: a cluster, who may harm what on it, and how fast it reacts.

    `reach` is how the watchdog finds the cluster; without it there is none. `registry`: where turns
    are written down for other machines. `set_aside`: the values of the nodes kept for outages.
    """

    cluster: Cluster
    guard: Guard
    settings: ClusterSettings
    state: Path
    reach: Reach | None = None
    registry: Registry | None = None
    offline_images: bool = False
    was_made: bool = False
    set_aside: tuple[str, ...] = ()

    @property
    def journal(self) -> Path:
        """Where the undo of every fault on this cluster is written before the fault."""
        return self.state / JOURNAL

    def registry_for(self, run: str) -> Registry | None:
        """Where the turns of that run are written down; None where other machines do not matter."""
        if self.registry is None:
            return None
        return msgspec.structs.replace(self.registry, run=run)

    def watched(self) -> AbstractContextManager[object]:
        """For this process's life, a watchdog that heals the cluster should it be killed."""
        return Watchdog(self.journal, self.reach) if self.reach is not None else nullcontext()


GROUND = pytest.StashKey[Ground]()
NO_GROUND = pytest.StashKey[ReconvergeError]()
PRESENCE = pytest.StashKey[Presence]()
WAS_MADE = pytest.StashKey[bool]()
_MADE = "reconverge_made_cluster"
MAKE_GROUND = pytest.StashKey[Callable[[pytest.Config], Ground]]()


def ground_of(config: pytest.Config) -> Ground:
    """The ground of this run, made at the first call. Raises ReconvergeError."""
    if GROUND not in config.stash:
        config.stash[PRESENCE] = Presence(StateDir().runs(target_of(config).name))
        make = config.stash.get(MAKE_GROUND, make_ground)
        config.stash[GROUND] = make(config)
    return config.stash[GROUND]


def make_ground(config: pytest.Config) -> Ground:
    """Find or make the cluster, and put right what a killed run left on it."""
    target, screen = target_of(config), config.stash[SCREEN]
    if config.getoption("--dry-run"):
        return _untouched(target, screen.say)
    ground = _attached(target) if target.is_attached else _ours(target, screen.say)
    for row in recover(ground.cluster, ground.journal):
        end = f"FAILED: {row.error}" if row.error else row.undo
        screen.say(f"left by a run that was killed: {row.fault}; rolled back now: {end}")
    return ground


def _untouched(target: Target, say: Callable[[str], None]) -> Ground:
    """For a dry run: no cluster is made or repaired, and nothing is taken back."""
    ground = standing_ground(target)
    for line in pending(ground.journal):
        say(f"left by a run that was killed, and still to be taken back: {line.sentence}")
    return ground


def standing_ground(target: Target) -> Ground:
    """The ground of a cluster that is there already, as it is.

    Raises Unavailable where there is none, Refused where one of that name is somebody else's.
    """
    if target.is_attached:
        return _attached(target)
    state = StateDir()
    handle = find(target.name, state=state)
    if handle is None:
        refuse_foreign(RealMachine(), state, target.name)
        raise no_such_cluster(target.name)
    return _ground_on(handle, state, target, was_made=False)


def _attached(target: Target) -> Ground:
    """A cluster whose context was named: naming it is the permission."""
    context = target.context
    reach = _reach_of(target.kubeconfig, context, lease_namespace=target.lease_namespace)
    cluster = reach.open()
    return Ground(
        cluster=cluster,
        guard=Guard(context=cluster.name, allowed_contexts=frozenset({context})),
        settings=read_settings(cluster),
        state=meeting_place(cluster, StateDir()),
        set_aside=_set_aside(cluster),
        reach=reach,
        registry=reach.registry(Owner.this_process()),
    )


def _set_aside(cluster: Cluster) -> tuple[str, ...]:
    """Asked of the cluster and not of our records: it may be older than that we do it."""
    found = cluster.find("Node")
    return set_aside(node for node in found if isinstance(node, Node))


def _reach_of(kubeconfig: Path | None, context: str, *, lease_namespace: str = NAMESPACE) -> Reach:
    """Contexts of that name are kind's: whether it is really one, its containers show."""
    kind_name = context.removeprefix("kind-") if context.startswith("kind-") else ""
    path = (kubeconfig or users_kubeconfig()).expanduser()
    return Reach.of(path, context=context, kind_name=kind_name, lease_namespace=lease_namespace)


def journal_of(name: str, *, kubeconfig: Path | None, kube_context: str) -> tuple[Reach, Path]:
    """How to reach a cluster of ours, or the one of that context, and where its journals are.

    Raises Unavailable where there is no such cluster, or it does not answer; BadInput.
    """
    state = StateDir()
    if kube_context:
        reach = _reach_of(kubeconfig, kube_context)
        return reach, meeting_place(reach.open(), state) / JOURNAL
    handle = find(valid_name(name), state=state)
    if handle is None:
        raise no_such_cluster(name)
    reach = Reach.of(handle.kubeconfig, context=handle.context, kind_name=handle.name)
    return reach, state.runs(name) / JOURNAL


def meeting_place(cluster: Cluster, state: StateDir) -> Path:
    """Where runs on that very cluster find each other's lock and undo journals.

    Contexts of several clusters may have one name, and one cluster several contexts: a cluster is
    the UID of its kube-system namespace, which is never deleted. Raises Unavailable, Forbidden.
    """
    ours = name_of_ours(cluster, state)
    if ours:
        return state.runs(ours)
    return state.root / "attached" / cluster.read("Namespace", "kube-system").uid


def _ours(target: Target, say: Callable[[str], None]) -> Ground:
    state = StateDir()
    # A node that another process has stopped on purpose is not to be repaired under its hands.
    with all_lanes(state.runs(target.name)):
        return _found_or_made(target, state, say)


def _found_or_made(target: Target, state: StateDir, say: Callable[[str], None]) -> Ground:
    found = find(target.name, state=state)
    spec = ClusterSpec(
        name=target.name,
        profile=target.profile or (found.profile if found else "fast"),
        workers=target.workers or (found.workers if found else WORKERS),
    )
    handle = up(spec, allow_install=target.may_install, progress=say, state=state)
    return _ground_on(handle, state, target, was_made=found is None)


def _ground_on(handle: ClusterHandle, state: StateDir, target: Target, *, was_made: bool) -> Ground:
    reach = Reach.of(
        handle.kubeconfig,
        context=handle.context,
        kind_name=handle.name,
        lease_namespace=target.lease_namespace,
    )
    cluster = reach.open()
    return Ground(
        cluster=cluster,
        guard=Guard(context=handle.context, is_ours=handle.is_ours),
        settings=read_settings(cluster),
        state=state.runs(handle.name),
        reach=reach,
        registry=reach.registry(Owner.this_process()),
        offline_images=is_offline(state, handle.name),
        was_made=was_made,
        set_aside=_set_aside(cluster),
    )


def is_offline(state: StateDir, name: str) -> bool:
    """Whether the nodes cannot pull: their way out is closed, so images were loaded."""
    record = state.read(name)
    return record is not None and record.egress == "closed"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Have the cluster ready before the first scenario.

    xdist distributes when all workers have told what they collected, which is after this: so none
    has begun to harm a node when another looks whether the cluster is whole.
    """
    config = session.config
    templates = filter(None, map(template_of, session.items))
    needs_one = any(speaks_our_steps(template.feature) for template in templates)
    is_real = not (config.option.collectonly or is_controller(config))
    if needs_one and is_real and not session.testsfailed:
        try:
            ground_of(config)
        except ReconvergeError as error:
            config.stash[NO_GROUND] = error


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Without a cluster, stop with its exit code; of a worker's, each scenario tells."""
    error = session.config.stash.get(NO_GROUND, None)
    if error is not None and not is_worker(session.config):
        pytest.exit(f"no cluster to run on: {error}", returncode=error.exit_code)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of xdist tells the controller that it made the cluster; others still use it."""
    ground = session.config.stash.get(GROUND, None)
    if is_worker(session.config) and ground is not None:
        session.config.workeroutput[_MADE] = ground.was_made  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a worker made is the run's."""
    if getattr(node, "workeroutput", {}).get(_MADE):
        node.config.stash[WAS_MADE] = True


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the cluster that this run made, unless it is to be kept or another run uses it."""
    ground = config.stash.get(GROUND, None)
    was_made = config.stash.get(WAS_MADE, False) or (ground is not None and ground.was_made)
    if was_made and not is_worker(config) and not config.getoption("--keep-cluster"):
        _remove(config)


def _remove(config: pytest.Config) -> None:
    name, say = target_of(config).name, config.stash[SCREEN].say
    presence = config.stash.get(PRESENCE, None) or Presence(StateDir().runs(name))
    if presence.is_only_one():
        down(name, progress=say)
    else:
        say(f"cluster {name!r} is kept: another run uses it")
    presence.end()
