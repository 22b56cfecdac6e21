"""Scenes for the expected-time model: a story told by builders, and the settings it plays under."""

from __future__ import annotations

import msgspec

from reconverge.bound import Bound
from reconverge.cluster.flags import with_flags
from reconverge.judges.timing.defaults import default_settings
from reconverge.judges.timing.scene import Scene, scene_of
from reconverge.model import Ref
from reconverge.model.settings import ClusterSettings
from reconverge.provision.profiles import FAST
from tests.builders import NAMESPACE, START, Json, Story, meta

STOCK = default_settings("v1.34.4")


def fast() -> ClusterSettings:
    """The fast profile's flags, read as from a command line."""
    settings = with_flags(STOCK, "kube-controller-manager", FAST.controller_manager, where="cp")
    return with_flags(settings, "kube-apiserver", FAST.api_server, where="cp")


def told(story: Story, settings: ClusterSettings = STOCK, *, since: int = 0) -> Scene:
    """The scene at the end of a story, under these settings."""
    scene = scene_of(story.timeline, since=since)
    return msgspec.structs.replace(scene, settings=settings)


def ref(kind: str, name: str) -> Ref:
    return Ref(kind, NAMESPACE, name, name)


def declared(kind: str, name: str, version: int, spec: Json, **status: object) -> Json:
    """An object of any kind as the API server would send it."""
    metadata = {**meta(name, name, version), "generation": 1}
    return {"kind": kind, "metadata": metadata, "spec": spec, "status": status}


def terms(bound: Bound) -> dict[str, float]:
    """The addends by name."""
    return {term.name: term.seconds for term in bound.terms}


__all__ = ["START", "STOCK", "declared", "fast", "ref", "terms", "told"]
