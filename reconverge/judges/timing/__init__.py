"""How long Kubernetes itself takes, computed from the cluster's own settings, term by term.

A scene (settings, snapshot, what was done) and a promise give a bound. All of it is pure, and what
it is computed from stands on the timeline.
"""

from __future__ import annotations

from reconverge.judges.timing.departures import namespace_gone
from reconverge.judges.timing.expected import Deadline, bound_of, deadline_of
from reconverge.judges.timing.scene import Scene, scene_of

__all__ = ["Deadline", "Scene", "bound_of", "deadline_of", "namespace_gone", "scene_of"]
