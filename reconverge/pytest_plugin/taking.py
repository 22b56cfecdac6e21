"""A turn on the cluster, from this machine's other runs (flock) and from other machines' (Lease).

The lock of this machine comes first, and so its processes never wait for each other's Leases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from reconverge.clock import Clock
from reconverge.cluster.leased_turns import LeasedTurn, Registry
from reconverge.cluster.renewal import Keeper, Renewal
from reconverge.experiment import Experiment
from reconverge.pytest_plugin.alarm import Alarm
from reconverge.pytest_plugin.lock import turn
from reconverge.turns import touches_control_plane


def harms_control_plane(experiment: Experiment) -> bool:
    """Whether a fault that stands may keep the API server from answering now."""
    standing = experiment.standing
    targets = [one for injection in standing for one in injection.targets]
    return bool(targets) and touches_control_plane(targets, experiment.timeline.latest())


@contextmanager
def turn_on(
    state: Path,
    registry: Registry | None,
    clock: Clock,
    *,
    is_alone: bool,
    lanes: Sequence[str] = (),
    alarm: Alarm,
    holds_api_server: Callable[[], bool],
    say: Callable[[str], None],
) -> Iterator[str]:
    """Hold a turn on the cluster whose state folder is `state`; blocks until it is ours.

    Which lane was had is returned. While it is held its Lease is renewed, and `alarm` rings if that
    fails. Without a `registry` other machines are not kept apart. Raises what taking it raises.
    """
    with turn(state, is_alone=is_alone, lanes=lanes, say=say) as lane:
        if registry is None:
            yield lane
            return
        leased = LeasedTurn(registry, clock, is_alone=is_alone, lane=lane, say=say)
        keepers: list[Keeper] = []

        def keep() -> None:
            renewal = Renewal(leased.claim, clock, holds_api_server=holds_api_server)
            keepers.append(Keeper(renewal.beat, clock, on_loss=alarm.ring))
            keepers[0].start()

        try:
            leased.take(on_taken=keep)
            yield lane
        finally:
            for keeper in keepers:
                keeper.stop()
            leased.release()
