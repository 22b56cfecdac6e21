"""The rounds: a healthy cluster, one tool after another; and adversaries, all tools side by side.

How late a tool is can only be measured while no other tool keeps the machine busy. Whether it is
wrong is best seen on the very same fault.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from bench.verdicts.ground import Ground
from bench.verdicts.rows import Proof, Reply, Row, judged, taken_apart
from bench.verdicts.seats import Here, Seat
from bench.verdicts.truth import came_true
from bench.verdicts.waiters.ours import Converge, received, retold

HEALTHY, FROZEN, NAMESAKE, RELAPSE = "healthy", "frozen", "namesake", "relapse"
WITHIN_S = 60.0
# Frozen for longer than 10 s, a controller-manager gives up its lead and is restarted.
FROZEN_WITHIN_S = 5.5


def one_after_another(
    ground: Ground, seats: Sequence[Seat], *, number: int, rng: random.Random
) -> Iterator[tuple[Row, Proof | None]]:
    """A fault for each seat, in an order of chance; with the proof where the tool gave one."""
    for seat in rng.sample(seats, len(seats)):
        fault_s = ground.lose_a_pod()
        seat.ask(within_s=WITHIN_S)
        reply = seat.answer()
        [row] = _judged(ground, [reply], fault_s=fault_s, scenario=HEALTHY, number=number)
        yield row, _proof(ground, seat, fault_s=fault_s)


def frozen(ground: Ground, seats: Sequence[Seat], *, number: int) -> list[Row]:
    """The controllers stand still, and the status goes on saying what it said."""
    with ground.controllers_frozen():
        fault_s, replies = _side_by_side(ground, seats, within_s=FROZEN_WITHIN_S)
    return _judged(ground, replies, fault_s=fault_s, scenario=FROZEN, number=number)


def namesake(ground: Ground, seats: Sequence[Seat], *, number: int) -> list[Row]:
    """A ready pod of another owner has the same labels."""
    with ground.namesake():
        fault_s, replies = _side_by_side(ground, seats, within_s=WITHIN_S)
        return _judged(ground, replies, fault_s=fault_s, scenario=NAMESAKE, number=number)


def relapse(ground: Ground, seats: Sequence[Seat], *, number: int) -> list[Row]:
    """A second pod is lost as soon as all are ready again, and their status says so."""

    def strike_again(fault_s: float) -> None:
        ground.wait_until_back(after_s=fault_s)
        ground.lose_another()

    fault_s, replies = _side_by_side(ground, seats, within_s=WITHIN_S, meanwhile=strike_again)
    return _judged(ground, replies, fault_s=fault_s, scenario=RELAPSE, number=number)


ADVERSARIES: dict[str, Callable[..., list[Row]]] = {
    FROZEN: frozen,
    NAMESAKE: namesake,
    RELAPSE: relapse,
}


def _nothing(fault_s: float) -> None:
    del fault_s


def _side_by_side(
    ground: Ground,
    seats: Sequence[Seat],
    *,
    within_s: float,
    meanwhile: Callable[[float], None] = _nothing,
) -> tuple[float, list[Reply]]:
    """One fault, and what each tool says of it."""
    fault_s = ground.lose_a_pod()
    for seat in seats:
        seat.ask(within_s=within_s)
    try:
        meanwhile(fault_s)
    finally:  # an answer left behind would be taken for that of the next round
        replies = [seat.answer() for seat in seats]
    return fault_s, replies


def _judged(
    ground: Ground, replies: Sequence[Reply], *, fault_s: float, scenario: str, number: int
) -> list[Row]:
    """Once the pods are back for good, the truth of the round is known."""
    ground.recover(after_s=fault_s)
    turns = ground.witness.pods.turns
    return [
        judged(reply, turns, fault_s=fault_s, scenario=scenario, number=number) for reply in replies
    ]


def _proof(ground: Ground, seat: Seat, *, fault_s: float) -> Proof | None:
    waiter = seat.waiter if isinstance(seat, Here) else None
    if not isinstance(waiter, Converge) or waiter.anatomy is None:
        return None
    pods = came_true(ground.witness.pods.turns, after_s=fault_s)
    told = came_true(ground.witness.told.turns, after_s=fault_s)
    timeline = ground.experiment.timeline
    again = retold(timeline, ground.witness.told.workload)
    return taken_apart(
        waiter.anatomy,
        tool=seat.tool,
        pods=pods,
        told=told,
        retold=came_true(again.turns, after_s=fault_s),
        received_s=received(timeline, pods.event),
    )
