"""One run of the bench on one cluster: who sits where, and which rounds are played."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.verdicts import rounds
from bench.verdicts.ground import LABELS, REPLICAS, Ground, opened
from bench.verdicts.requests import CountingProxy, Requests, median
from bench.verdicts.rows import Proof, Row
from bench.verdicts.seats import Apart, Here, Seat
from bench.verdicts.truth import NothingHappened
from bench.verdicts.waiters.ours import Converge
from bench.verdicts.waiters.waiter import TOOLS, Question
from reconverge.cluster.nodes import KindCluster
from reconverge.errors import Unavailable
from reconverge.experiment import PromiseBroken
from reconverge.provision.lifecycle import ClusterHandle
from reconverge.provision.state import StateDir
from reconverge.pytest_plugin.clusters import is_offline
from reconverge.pytest_plugin.lock import turn

# reconverge waits for the steady state to last; without that it can be compared with the others.
OURS = {
    "reconverge": ("**reconverge** as it comes (`settle_s` 1 s)", 1.0),
    "reconverge-0": ("reconverge, `settle_s` 0", 0.0),
}
DEFAULT = "reconverge"
COUNTING_ROUNDS = 3
DISTURBED_MAX = 5
# Everything is there: whoever has not said so by then will not.
SEEN_WITHIN_S = 15.0

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Site:
    """The cluster of a run; `folder` is the run's own and need not outlive it."""

    cluster: ClusterHandle
    kubectl: Path
    folder: Path
    seed: int

    @property
    def runs(self) -> Path:
        """Where the cluster's turns and undo journals are."""
        return StateDir().runs(self.cluster.name)

    @contextmanager
    def round(self, ground: Ground, seats: Sequence[Seat], *, is_alone: bool) -> Iterator[None]:
        """A turn on the cluster, with all pods there and every tool seeing that they are.

        A tool that does not see it is broken or was set up wrongly: its figures would mean nothing.
        """
        with turn(self.runs, is_alone=is_alone), ground.witnessed():
            for seat in seats:
                seat.ask(within_s=SEEN_WITHIN_S)
                if not seat.answer().is_there:
                    raise Unavailable("it does not see the pods that are there", where=seat.tool)
            yield

    @contextmanager
    def ground(self, name: str, *, kubeconfig: Path | None = None) -> Iterator[Ground]:
        """A ground; through `kubeconfig` reconverge reaches the API server, if it is given."""
        kind_name = self.cluster.name
        made = opened(
            KindCluster.of(kubeconfig or self.cluster.kubeconfig, kind_name=kind_name),
            self.cluster.kubeconfig,
            seed=self.seed,
            folder=self.folder / name,
            journal=self.runs / "journal",
            offline=is_offline(StateDir(), kind_name),
        )
        with ExitStack() as held:
            with turn(self.runs, is_alone=False):  # it cannot be made while controllers are frozen
                ground = held.enter_context(made)
            yield ground

    def question(self, ground: Ground, kubeconfig: Path) -> Question:
        """What every tool is asked."""
        return Question(
            kubeconfig=str(kubeconfig),
            kubectl=str(self.kubectl),
            namespace=ground.experiment.namespace,
            name=ground.workload.name,
            labels=LABELS,
            replicas=REPLICAS,
        )


@contextmanager
def ours(ground: Ground) -> Iterator[list[Seat]]:
    """reconverge's seats, in this process."""
    seats: list[Seat] = [
        Here(
            key,
            Converge(ground.experiment, ground.workload, replicas=REPLICAS, settle_s=settle_s),
        )
        for key, (_, settle_s) in OURS.items()
    ]
    with ExitStack() as leaving:
        for seat in seats:
            leaving.callback(seat.leave)
        yield seats


@contextmanager
def theirs(questions: dict[str, Question]) -> Iterator[list[Seat]]:
    """The seats of all other tools, each in its process."""
    seats: list[Seat] = []
    with ExitStack() as leaving:
        for tool in TOOLS:
            seats.append(Apart(tool, questions[tool.key]))
            leaving.callback(seats[-1].leave)
        yield seats


class Measured:
    """What the rounds came to.

    `disturbed` says why rounds were given up: what they begin or end with was not to be had. The
    verdicts before that count.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.proofs: list[Proof] = []
        self.disturbed: list[str] = []

    @contextmanager
    def played(self, title: str, say: Say) -> Iterator[None]:
        """One round; what other work on the cluster does to it does not end the run.

        Raises Unavailable when that happens too often.
        """
        try:
            yield
        except (PromiseBroken, Unavailable, NothingHappened) as error:
            self.disturbed.append(f"{title}: {str(error).partition(chr(10))[0]}")
            say(f"given up: {self.disturbed[-1]}")
            if len(self.disturbed) > DISTURBED_MAX:
                raise Unavailable("too many rounds are disturbed", where="bench") from error
        else:
            say(title)


def measure(site: Site, *, healthy: int, adversarial: int, say: Say) -> Measured:
    """All rounds: each holds the cluster alone, others get their turn in between."""
    rng, done = random.Random(site.seed), Measured()
    with site.ground("measure") as ground, ours(ground) as mine:
        question = site.question(ground, site.cluster.kubeconfig)
        with theirs({tool.key: question for tool in TOOLS}) as others:
            seats = [*mine, *others]
            for number in range(healthy):
                title = f"healthy round {number + 1} of {healthy}"
                with done.played(title, say), site.round(ground, seats, is_alone=True):
                    played = rounds.one_after_another(ground, seats, number=number, rng=rng)
                    for row, proof in played:
                        done.rows.append(row)
                        done.proofs += [proof] if proof is not None else []
            # Two of ours at once would not be how it is used: one scenario, one question.
            seats = [seat for seat in seats if seat.tool not in OURS or seat.tool == DEFAULT]
            for scenario, play in rounds.ADVERSARIES.items():
                for number in range(adversarial):
                    title = f"{scenario} round {number + 1} of {adversarial}"
                    with done.played(title, say), site.round(ground, seats, is_alone=True):
                        done.rows += play(ground, seats, number=number)
    return done


def count(site: Site, *, say: Say) -> tuple[Requests, dict[str, Requests]]:
    """The requests of reconverge before the first fault, and of each tool for one verdict."""
    with ExitStack() as held:
        proxies = {key: _proxy(site, key, held) for key in (DEFAULT, *(t.key for t in TOOLS))}
        ground = held.enter_context(site.ground("count", kubeconfig=proxies[DEFAULT].kubeconfig))
        opening = proxies[DEFAULT].count()
        mine = held.enter_context(ours(ground))
        questions = {
            tool.key: site.question(ground, proxies[tool.key].kubeconfig) for tool in TOOLS
        }
        seats = [*mine, *held.enter_context(theirs(questions))]
        counts = defaultdict[str, list[Requests]](list)
        for number in range(COUNTING_ROUNDS):
            with site.round(ground, seats, is_alone=False):
                for seat in seats:
                    proxy = proxies.get(seat.tool, proxies[DEFAULT])
                    counts[seat.tool].append(_asked(ground, seat, proxy))
            say(f"counting round {number + 1} of {COUNTING_ROUNDS}")
        return opening, {tool: median(found) for tool, found in counts.items()}


def _proxy(site: Site, key: str, held: ExitStack) -> CountingProxy:
    proxy = CountingProxy(
        site.kubectl,
        site.cluster.kubeconfig,
        folder=site.folder / "proxies" / key,
        kube_context=site.cluster.context,
    )
    held.callback(proxy.stop)
    return proxy


def _asked(ground: Ground, seat: Seat, proxy: CountingProxy) -> Requests:
    """What one verdict costs the API server."""
    fault_s = ground.lose_a_pod()
    proxy.count()
    seat.ask(within_s=rounds.WITHIN_S)
    seat.answer()
    requests = proxy.count()
    ground.recover(after_s=fault_s)
    return requests
