"""Labels and owners that do not agree: pods to be let go, and pods to be taken in."""

from __future__ import annotations

from reconverge.judges.controllers import name_of
from reconverge.judges.steady.words import listed
from reconverge.judges.why.words import Cause
from reconverge.judges.why.world import World
from reconverge.model import Named, Pod, Selector


def unmatched(view: Named, kind: str, selector: Selector, world: World) -> Cause | None:
    """Active pods that it owns and no longer selects: its controller is to release them."""
    owned = world.owned_by(view)
    strangers = [
        pod for pod in owned if pod.is_active and not selector.matches(pod.metadata.labels)
    ]
    what = f"no longer matches its selector ({selector}) and is not released yet"
    return _cause(strangers, kind, "stranger", what, world)


def unadopted(view: Named, kind: str, selector: Selector, world: World) -> Cause | None:
    """Active pods that it selects and nobody owns: its controller is to adopt them."""
    found = world.snapshot.pods(namespace=view.metadata.namespace)
    orphans = [
        pod
        for pod in found
        if pod.is_active
        and pod.metadata.controller is None
        and selector.matches(pod.metadata.labels)
    ]
    what = f"matches its selector ({selector}) and is not adopted yet"
    return _cause(orphans, kind, "orphan", what, world)


def _cause(pods: list[Pod], kind: str, word: str, what: str, world: World) -> Cause | None:
    if not pods:
        return None
    return Cause(
        kind=word,
        sentence=f"{listed((pod.name for pod in pods), len(pods))} {what}",
        controller=name_of(kind),
        evidence=tuple(world.shows(pod, _labelled(pod)) for pod in pods[:2]),
    )


def _labelled(pod: Pod) -> str:
    labels = ", ".join(f"{key}={value}" for key, value in sorted(pod.metadata.labels.items()))
    return f"{pod.name} is labelled {labels or 'with nothing'}"
