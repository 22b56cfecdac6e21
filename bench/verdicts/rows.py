"""One verdict against the truth: how late, and whether it was wrong. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bench.verdicts.truth import Turn, came_true, was_true

# Two processes receive one event at different instants; the scheduler of a busy machine adds to
# that. Nobody is called wrong for less.
SKEW_S = 0.05


class Reply(msgspec.Struct, frozen=True):
    """What a tool said, the monotonic second at which it did, and the CPU seconds it took for it.

    `is_there`: it says that the pods have come back. `note` is what else it said.
    """

    tool: str
    is_there: bool
    at_s: float
    cpu_s: float
    note: str = ""


class Row(msgspec.Struct, frozen=True):
    """A reply judged: `lag_s` is how long after the truth it came, negative before it."""

    scenario: str
    round: int
    tool: str
    is_there: bool
    is_wrong: bool
    lag_s: float
    cpu_s: float
    note: str = ""


def judged(
    reply: Reply, turned: Sequence[Turn], *, fault_s: float, scenario: str, number: int
) -> Row:
    """`reply` beside the truth of its round, which began with a fault at `fault_s`.

    "They are back" is wrong when it comes before the pods had come back for good; "they are not"
    when they were. Raises NothingHappened where the round has no truth.
    """
    lag_s = reply.at_s - came_true(turned, after_s=fault_s).at_s
    is_early = reply.is_there and lag_s < -SKEW_S
    is_blind = not reply.is_there and lag_s > SKEW_S and was_true(turned, reply.at_s)
    return Row(
        scenario=scenario,
        round=number,
        tool=reply.tool,
        is_there=reply.is_there,
        is_wrong=is_early or is_blind,
        lag_s=round(lag_s, 6),
        cpu_s=round(reply.cpu_s, 6),
        note=reply.note,
    )


class Anatomy(msgspec.Struct, frozen=True):
    """One HELD of reconverge taken apart, in monotonic seconds of this machine.

    `event` made the steady state true at `instant_s`; the event that completed the proof was
    received at `proved_s`; the finding was made at `judged_s`, and at `returned_s` it was on disk
    and the caller had it.
    """

    event: str
    instant_s: float
    settle_s: float
    proved_s: float
    judged_s: float
    returned_s: float


class Proof(msgspec.Struct, frozen=True):
    """A HELD beside the truth, in seconds.

    `skew_s`: how much later than the witness we received the event that brought the pods back.
    `is_the_event`: the instant that was reported is that of the very event by which the steady
    state came (the pods, and the status that tells of them), by the witness's rules and in the
    order in which reconverge received things, `told_s` after the pods alone. `is_witnessed_so`: the
    witness saw it come by the same event: two watches may bring two events in either order, to each
    of two processes. `proof_s`: from the instant until the proof was complete, of which `settle_s`
    was asked for; `judging_s`: from there to the finding; `returning_s`: until the caller had it.
    """

    tool: str
    skew_s: float
    is_the_event: bool
    is_witnessed_so: bool
    told_s: float
    settle_s: float
    proof_s: float
    judging_s: float
    returning_s: float


def taken_apart(
    anatomy: Anatomy, *, tool: str, pods: Turn, told: Turn, retold: Turn, received_s: float
) -> Proof:
    """The times of one HELD; `received_s` is when reconverge received the event of `pods`.

    `told` is the truth of the witness, `retold` what reconverge received, read by its rules.
    """
    return Proof(
        tool=tool,
        skew_s=round(received_s - pods.at_s, 6),
        is_the_event=anatomy.event == retold.event,
        is_witnessed_so=anatomy.event == told.event,
        told_s=round(anatomy.instant_s - received_s, 6),
        settle_s=anatomy.settle_s,
        proof_s=round(anatomy.proved_s - anatomy.instant_s, 6),
        judging_s=round(anatomy.judged_s - anatomy.proved_s, 6),
        returning_s=round(anatomy.returned_s - anatomy.proved_s, 6),
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` of them do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = -(-len(ordered) * round(share * 100) // 100)  # whole per cents, rounded up
    return ordered[max(rank, 1) - 1]
