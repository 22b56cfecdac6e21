"""One scenario: its experiment, its turn on the cluster, and the text when it is red.

The experiment is closed as part of the scenario, not after it: rollbacks belong to the record, and
a failure's text shows them. Its fixture closes it again, to no effect, for the ways out that never
get there: Ctrl-C, an error in set-up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
import pytest
from pytest_bdd.parser import Step

from reconverge.clock import RealClock
from reconverge.cluster.door import Cluster
from reconverge.cluster.guard import Guard
from reconverge.errors import BadInput, ReconvergeError
from reconverge.experiment import Experiment
from reconverge.faults import Fault, Silence, StopController
from reconverge.faults.journal import Journal
from reconverge.pytest_plugin.alarm import Alarm
from reconverge.pytest_plugin.clusters import Ground, ground_of
from reconverge.pytest_plugin.leftovers import GOING
from reconverge.pytest_plugin.manifests import Manifests
from reconverge.pytest_plugin.options import RUN, SCREEN, mutations
from reconverge.pytest_plugin.spending import SpentInFile
from reconverge.pytest_plugin.taking import harms_control_plane, turn_on
from reconverge.pytest_plugin.turns import turn_of_item
from reconverge.report.stored import TIMELINE
from reconverge.turns import Turn

EXPERIMENT = pytest.StashKey[Experiment]()
STEP = pytest.StashKey[Step]()
IS_RED = pytest.StashKey[bool]()
ALARM = pytest.StashKey[Alarm]()
TURN = pytest.StashKey[str]()
MAKE_EXPERIMENT = pytest.StashKey[Callable[..., Experiment]]()


@pytest.fixture(scope="session")
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    """The cluster of the run, with what may be harmed on it."""
    ground = ground_of(request.config)
    with ground.watched():
        yield ground


@pytest.fixture(scope="session")
def cluster(ground: Ground) -> Cluster:
    """The cluster's API as the engine sees it."""
    return ground.cluster


@pytest.fixture
def manifests(request: pytest.FixtureRequest) -> Manifests:
    """The manifests that this feature can name."""
    config = request.config
    is_strict = config.getoption("--strict-api")
    return Manifests(request.path.parent, root=config.rootpath, is_strict=is_strict)


@pytest.fixture
def experiment(request: pytest.FixtureRequest, ground: Ground) -> Iterator[Experiment]:
    """The scenario's experiment, in a namespace of its own that goes with it."""
    item, config = request.node, request.config
    _require_no_record(_folder_of(item))
    journal = Journal(ground.journal, clock=RealClock())
    mine = _turn(item, ground)
    lanes = mine.lanes(ground.set_aside)
    alarm, waited = Alarm(), list[str]()
    item.stash[ALARM] = alarm
    with _turn_on(item, ground, mine, alarm, waited) as lane:
        item.stash[TURN] = lane or mine.value
        experiment = _experiment(item, ground, journal, mine, lane=lanes.get(lane, ""))
        item.stash[EXPERIMENT] = experiment
        try:
            alarm.arm()
            experiment.open()
            for line in waited:
                experiment.timeline.note(f"before the scenario: {line}")
            yield experiment
        except BaseException as error:
            item.stash[IS_RED] = True
            _close_after(error, item)
            raise
        finally:
            alarm.disarm()
            experiment.close(failed=item.stash.get(IS_RED, False))
            config.stash[GOING].add(experiment.going)
            journal.close()


def _require_no_record(folder: Path) -> None:
    """A record is never written over, and nobody waits for a turn to be told so."""
    if (folder / TIMELINE).exists():
        cure = "name another --report-dir, or remove that folder"
        raise BadInput("it holds the record of a run already", where=str(folder), cure=cure)


def _folder_of(item: pytest.Item) -> Path:
    return item.config.stash[RUN].folder / folder_name(item.nodeid)


def _turn_on(
    item: pytest.Item, ground: Ground, mine: Turn, alarm: Alarm, waited: list[str]
) -> AbstractContextManager[str]:
    """What is said while it is waited for is kept in `waited`: a worker of xdist has no screen."""
    config = item.config

    def say(line: str) -> None:
        waited.append(line)
        config.stash[SCREEN].say(line)

    return turn_on(
        ground.state,
        ground.registry_for(config.stash[RUN].folder.name),
        RealClock(),
        is_alone=mine is Turn.ALONE and not _is_harmless(config),
        lanes=tuple(mine.lanes(ground.set_aside)),
        alarm=alarm,
        holds_api_server=lambda: _holds_api_server(item),
        say=say,
    )


def _is_harmless(config: pytest.Config) -> bool:
    """Whether no fault of this run does anything: then nobody needs to be kept away."""
    return bool(config.getoption("--dry-run") or config.getoption("--faults-off"))


def _holds_api_server(item: pytest.Item) -> bool:
    """Whether a fault of this scenario's may keep the API server from answering now."""
    experiment = item.stash.get(EXPERIMENT, None)
    return experiment is not None and harms_control_plane(experiment)


def _turn(item: pytest.Item, ground: Ground) -> Turn:
    """The one that its tags ask for; where no node is set aside, an outage is everybody's."""
    asked = turn_of_item(item)
    return Turn.ALONE if asked is Turn.OUTAGE and not ground.set_aside else asked


def _experiment(
    item: pytest.Item, ground: Ground, journal: Journal, mine: Turn, *, lane: str
) -> Experiment:
    config = item.config
    run = config.stash[RUN]
    make = config.stash.get(MAKE_EXPERIMENT, Experiment)
    return make(
        ground.cluster,
        clock=RealClock(),
        scenario=item.nodeid,
        seed=run.seed,
        folder=_folder_of(item),
        guard=_guard(item, ground),
        journal=journal,
        keep_namespace=config.getoption("--keep-namespace"),
        await_deletion=False,
        is_fenced=config.getoption("--fenced"),
        offline_images=ground.offline_images,
        faults_off=config.getoption("--faults-off"),
        is_dry_run=config.getoption("--dry-run"),
        settings=ground.settings,
        turn=mine,
        lane=lane,
        spent=SpentInFile(run.folder / ".hit"),
    )


def _guard(item: pytest.Item, ground: Ground) -> Guard:
    """Its control plane may be harmed where a tag or --controllers-frozen asks, if it is ours."""
    is_tagged = item.get_closest_marker("control_plane") is not None
    is_asked = is_tagged or bool(item.config.getoption("--controllers-frozen"))
    return msgspec.structs.replace(
        ground.guard,
        may_harm_control_plane=is_asked,
        opt_in=item.config.getoption("--opt-in"),
        objects_max=item.config.getoption("--max-targets"),
        objects_per_run_max=item.config.getoption("--max-targets-per-run"),
    )


def folder_name(nodeid: str) -> str:
    """The scenario's own folder in the run's: its feature, its title, its example."""
    path, _, title = nodeid.partition("::")
    words = f"{Path(path).stem} {title}"
    return re.sub(r"[^0-9A-Za-z]+", "-", words).strip("-")[:100]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Close the experiment with the scenario, unless a debugger is to look at it first."""
    try:
        yield
    except BaseException as error:
        item.stash[IS_RED] = True
        if not item.config.getoption("usepdb"):
            _close_after(error, item)
        raise
    _close(item)
    if ALARM in item.stash:
        item.stash[ALARM].raise_if_lost()


def _close_after(error: BaseException, item: pytest.Item) -> None:
    """Close; what goes wrong then is added to `error`, which is why the scenario is red."""
    try:
        _close(item)
    except ReconvergeError as flaw:
        error.add_note(f"the cluster could not be left as it was found: {flaw}")


def _close(item: pytest.Item) -> None:
    """In turn or not, what stands is taken back."""
    experiment = item.stash.get(EXPERIMENT, None)
    if experiment is not None:
        item.stash[ALARM].disarm()
        experiment.close(failed=item.stash.get(IS_RED, False))


def pytest_bdd_before_step(request: pytest.FixtureRequest, step: Step) -> None:
    """Remember where the scenario is: a red Given is no verdict about the fault."""
    request.node.stash[STEP] = step
    if step.type == "when" and mutations(request.config):
        # A scenario without a Given has no experiment yet: its first step would make it.
        experiment = request.getfixturevalue("experiment")
        for fault in _mutants(request.config, experiment):
            experiment.inject(fault)


def _mutants(config: pytest.Config, experiment: Experiment) -> Iterator[Fault]:
    """What is done to the cluster's agents before a scenario's fault, to see it turn red."""
    if config.getoption("--controllers-frozen"):
        yield StopController()
    for agents in ("controllers", "kubelets"):
        if config.getoption(f"--{agents}-silenced"):
            yield Silence(namespace=experiment.home, agents=agents)
