"""What the API server does not let be done, and why: asked in earnest, told in its own words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reconverge.cluster.door import Cluster
from reconverge.cluster.errors import NotFound, Rejected
from reconverge.faults import Fault
from reconverge.faults.injector import Injection
from reconverge.rehearsal import Foreseen
from reconverge.timeline import Timeline


class Refusals:
    """The part of an experiment that asks for what is expected to be refused."""

    cluster: Cluster
    timeline: Timeline
    _faults_off: bool
    _is_dry_run: bool

    def plan(self, fault: Fault, *, after: Sequence[Injection] = ()) -> Injection:
        """What would be done."""
        raise NotImplementedError

    def refused(self, act: Callable[[], object]) -> str:
        """Why the API server does not do what `act` asks; empty when it does, or is not asked."""
        if self._is_dry_run:
            raise Foreseen(instead="the API server is asked for what it has to refuse")
        try:
            if not self._faults_off:
                act()
        except (Rejected, NotFound) as error:
            self.timeline.note(f"refused: {error.what}")
            return error.what
        return ""

    def objection(self, fault: Fault) -> str:
        """Why the API server does not let `fault` be done, in its own words; empty when it does.

        Asked in earnest: what is done against all expectation goes with the namespace.
        """
        targets = self.plan(fault).targets
        return self.refused(lambda: fault.inject(self.cluster, targets))
