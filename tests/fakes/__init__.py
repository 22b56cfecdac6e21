"""A cluster without Kubernetes, for tests of the engine: same door, same order of events.

Nothing here runs by itself. Time passes only while somebody waits on the fake clock, and then the
world takes its next step, so every test is deterministic and takes milliseconds.
"""

from __future__ import annotations

from tests.fakes.clock import SteppedClock
from tests.fakes.cluster import FakeCluster

__all__ = ["FakeCluster", "SteppedClock"]
