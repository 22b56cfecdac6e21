"""What becomes of the pods when their owner is deleted: they go with it, or they stay as orphans.

The sign of life is in the state itself: only the garbage collector removes dependents, takes the
owner's reference out of them, or lets an owner go that waits for its finalizer.
Source: pkg/controller/garbagecollector, Kubernetes 1.34; propagation policies are described at
https://kubernetes.io/docs/concepts/architecture/garbage-collection/.
"""

from __future__ import annotations

from reconverge.judges.promise import Promise
from reconverge.judges.states import StateJudge
from reconverge.judges.steady import Steadiness
from reconverge.judges.steady.words import listed
from reconverge.model import Ref, Snapshot


class GoneWithPods(Promise, frozen=True, kw_only=True):
    """The owner is gone, and so is each of the pods that it had (background, foreground)."""

    owner: Ref
    pods: tuple[Ref, ...]

    def sentence(self) -> str:
        pods = f", and its {len(self.pods)} pods with it" if self.pods else ""
        return f'"{self.owner.name}" is gone{pods}'

    def judge(self, *, deadline_s: float) -> StateJudge:
        kinds = ("Pod", self.owner.kind)
        return StateJudge(self, self.weigh, kinds=kinds, deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        left = [pod.name for pod in self.pods if snapshot.pod(pod.uid) is not None]
        lacking = [*_owner_lacks(snapshot, self.owner)]
        lacking += [f"{listed(left, len(left))} is still there"] if left else []
        seen = f"{len(self.pods) - len(left)} of {len(self.pods)} pods are gone"
        return Steadiness(tuple(lacking), seen, do_pods_differ=bool(left))


class Orphaned(Promise, frozen=True, kw_only=True):
    """The owner is gone, and each of the pods that it had runs on, owned by nobody."""

    owner: Ref
    pods: tuple[Ref, ...]

    def sentence(self) -> str:
        return f'"{self.owner.name}" is gone, and its {len(self.pods)} pods run on as orphans'

    def judge(self, *, deadline_s: float) -> StateJudge:
        kinds = ("Pod", self.owner.kind)
        return StateJudge(self, self.weigh, kinds=kinds, deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        rows = [row for pod in self.pods if (row := _orphan_lacks(snapshot, pod))]
        lacking = [*_owner_lacks(snapshot, self.owner)]
        lacking += [listed(rows, len(rows))] if rows else []
        seen = f"{len(self.pods) - len(rows)} of {len(self.pods)} pods run on as orphans"
        return Steadiness(tuple(lacking), seen, do_pods_differ=bool(rows))


class AllGone(Promise, frozen=True, kw_only=True):
    """Each of these objects is gone, and not only being deleted."""

    objects: tuple[Ref, ...]

    def sentence(self) -> str:
        return f"{listed((str(one) for one in self.objects), len(self.objects))} is gone"

    def judge(self, *, deadline_s: float) -> StateJudge:
        kinds = tuple(sorted({one.kind for one in self.objects}))
        return StateJudge(self, self.weigh, kinds=kinds, deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        left = [one.name for one in self.objects if not snapshot.is_gone(one.uid)]
        lacking = (f"{listed(left, len(left))} is still there",) if left else ()
        total = len(self.objects)
        return Steadiness(lacking, f"{total - len(left)} of {total} are gone")


def _owner_lacks(snapshot: Snapshot, owner: Ref) -> list[str]:
    return [] if snapshot.is_gone(owner.uid) else [f"{owner} is still there"]


def _orphan_lacks(snapshot: Snapshot, ref: Ref) -> str:
    pod = snapshot.pod(ref.uid)
    if pod is None:
        return f"{ref.name} is gone"
    if not pod.is_active:
        return f"{ref.name} is {'being deleted' if pod.is_terminating else pod.status.phase}"
    owner = pod.metadata.controller
    return f"{ref.name} is owned by {owner.name}" if owner is not None else ""
