"""The conditions that a controller reports of a workload, such as that it cannot make its pods."""

from __future__ import annotations

from reconverge.judges.promise import Promise
from reconverge.judges.states import StateJudge
from reconverge.judges.steady import Steadiness
from reconverge.model import Ref, ReplicaSet, ReplicationController, Snapshot, condition, is_true


class HasCondition(Promise, frozen=True, kw_only=True):
    """A ReplicationController or ReplicaSet reports that this condition is True, or is not.

    Its controller must have seen the newest specification: an older report does not count.
    """

    workload: Ref
    condition: str
    is_so: bool = True

    def sentence(self) -> str:
        verb = "reports" if self.is_so else "does not report"
        return f'"{self.workload.name}" {verb} the condition {self.condition}'

    def judge(self, *, deadline_s: float) -> StateJudge:
        kinds = (self.workload.kind,)
        return StateJudge(self, self.weigh, kinds=kinds, deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        view = snapshot.get(self.workload.kind, self.workload.uid)
        if not isinstance(view, ReplicationController | ReplicaSet):
            return Steadiness((f"{self.workload} is gone",), "no such workload")
        row = condition(view.status.conditions, self.condition)
        seen = f"{row.type} is {row.status}: {row.message}" if row else f"no {self.condition}"
        if view.status.observed_generation < view.metadata.generation:
            return Steadiness(("its newest specification is not observed",), seen)
        lacking = () if is_true(row) is self.is_so else (self.sentence(),)
        return Steadiness(lacking, seen)
