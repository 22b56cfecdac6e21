"""How long a namespace takes to go, and what can hold it for ever.

Source: pkg/controller/namespace/namespace_controller.go of k8s.io/kubernetes, alike from 1.29 to
1.36.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconverge.bound import Bound, Term
from reconverge.judges.timing.pods import reaction
from reconverge.model import VIEWS, Snapshot

# namespaceDeletionGracePeriod, and how it waits for what remains: half of the estimate and 1 s.
BEGIN_S, ROUND_S = 5.0, 1.0
_SOURCE = "pkg/controller/namespace"


def namespace_gone(contents: Snapshot, name: str) -> Bound:
    """From the request for deletion to a namespace that is no more.

    The controller begins after 5 s and looks again after half of the longest grace period of what
    remains, so the last pod's end is seen half a period late.
    """
    pods = contents.pods(namespace=name)
    grace_s = max((pod.spec.termination_grace_period_seconds for pod in pods), default=0)
    terms = [Term("namespaceDeletionGracePeriod", BEGIN_S, _SOURCE)]
    if pods:
        terms.append(Term("longest grace", grace_s, "terminationGracePeriodSeconds of the pods"))
        terms.append(Term("half of it, until it is seen", grace_s / 2 + ROUND_S, _SOURCE))
    held = "; ".join(_held(contents, name))
    return Bound(tuple(terms)) + reaction() + Bound(obstacle=held)


def _held(contents: Snapshot, name: str) -> Iterator[str]:
    """Objects whose finalizers nobody in Kubernetes itself takes away."""
    for kind in VIEWS:
        for view in contents.objects(kind):
            foreign = view.metadata.foreign_finalizers
            if view.metadata.namespace == name and foreign:
                yield f'{kind} "{view.name}" holds the finalizer {", ".join(foreign)}'
