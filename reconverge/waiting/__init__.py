"""The one wait of the project: until a judge has come to its finding, or a fact is on the timeline.

Nobody else waits, so that nowhere a sleep stands in for a condition, and every wait has a deadline.
"""

from __future__ import annotations

from reconverge.waiting.acts import Acts
from reconverge.waiting.loop import wait_until_judged, wait_until_seen

__all__ = ["Acts", "wait_until_judged", "wait_until_seen"]
