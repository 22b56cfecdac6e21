"""How fast a cluster notices a lost node: the one thing in which our two profiles differ.

`fast` shortens detection and eviction so that a node fault is judged in seconds; the figures are
measured on a four-node kind cluster: stopped -> Ready=Unknown after about 10 s, pods replaced
elsewhere about 19 s after the stop. `stock` keeps Kubernetes' defaults (40-50 s to notice, then
300 s of toleration), as a user's own cluster has them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reconverge.errors import BadInput


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Component settings that differ from Kubernetes' defaults."""

    name: str
    summary: str
    controller_manager: dict[str, str] = field(default_factory=dict)
    api_server: dict[str, str] = field(default_factory=dict)
    kubelet: dict[str, Any] = field(default_factory=dict)


FAST = Profile(
    name="fast",
    summary="a lost node is noticed after about 10 s, its pods are replaced 5 s later",
    controller_manager={"node-monitor-period": "1s", "node-monitor-grace-period": "12s"},
    api_server={
        "default-not-ready-toleration-seconds": "5",
        "default-unreachable-toleration-seconds": "5",
    },
    kubelet={"nodeStatusUpdateFrequency": "4s", "nodeLeaseDurationSeconds": 12},
)
STOCK = Profile(
    name="stock",
    summary="Kubernetes' defaults: noticed after about 50 s, pods replaced 300 s later",
)
PROFILES = {profile.name: profile for profile in (FAST, STOCK)}


def profile_named(name: str) -> Profile:
    """The profile of that name; BadInput names the known ones."""
    try:
        return PROFILES[name]
    except KeyError:
        raise BadInput(
            f"there is no profile {name!r}", cure=f"choose one of: {', '.join(PROFILES)}"
        ) from None
