"""Deadlines that no feature states, computed from the settings of the cluster it runs on."""

from __future__ import annotations

import msgspec

from reconverge.judges import timing
from reconverge.judges.timing import NodeTimes


class Deadlines(msgspec.Struct, frozen=True):
    """Upper bounds in seconds; `times` are the cluster's settings, by default Kubernetes' own."""

    times: NodeTimes = NodeTimes()

    @property
    def started_s(self) -> float:
        """From a manifest to ready pods: twice the bound of one replacement, images are pulled."""
        return 2 * timing.replacement().seconds

    @property
    def reaction_s(self) -> float:
        """From a fact to a controller's next write about it."""
        return timing.REACTION_ALLOWANCE_S

    @property
    def node_noticed_s(self) -> float:
        return timing.node_noticed(self.times).seconds

    @property
    def node_replaced_s(self) -> float:
        return timing.node_replaced(self.times).seconds

    @property
    def node_returned_s(self) -> float:
        return timing.node_returned().seconds
