"""Pods of a scenario with an outage are let onto the node for outages; nothing else changes."""

from __future__ import annotations

import pytest

from reconverge.cluster.manifests import Manifest, parse
from reconverge.cluster.placement import admitted

POD = """
apiVersion: v1
kind: Pod
metadata: {name: lone}
spec:
  tolerations: [{key: closed, operator: Exists}]
  affinity: {podAffinity: {}}
  containers: [{name: main, image: luksa/kubia}]
"""
CONTROLLER = """
apiVersion: v1
kind: ReplicationController
metadata: {name: kubia}
spec:
  replicas: 3
  template: {spec: {containers: [{name: main, image: luksa/kubia}]}}
"""
JOB = """
apiVersion: batch/v1
kind: Job
metadata: {name: task}
spec:
  template: {spec: {restartPolicy: Never, containers: [{name: main, image: luksa/kubia}]}}
"""
TOLERATION = {"key": "reconverge.dev/outages", "operator": "Exists", "effect": "NoSchedule"}


def manifest(text: str) -> Manifest:
    [one] = parse(text, source="here")
    return one


def test_what_it_tolerated_it_tolerates_still() -> None:
    """And its affinity to other pods stays beside its preference of the node."""
    written = manifest(POD)
    spec = admitted(written, prefers=True).object["spec"]
    assert spec["tolerations"] == [{"key": "closed", "operator": "Exists"}, TOLERATION]
    assert sorted(spec["affinity"]) == ["nodeAffinity", "podAffinity"]
    assert "nodeAffinity" not in written.object["spec"]["affinity"], "the manifest itself changed"


@pytest.mark.parametrize(
    ("text", "prefers", "is_drawn"),
    [(JOB, True, True), (JOB, False, False), (CONTROLLER, True, False)],
    ids=["a Job", "a Job that is alone", "what the scheduler spreads"],
)
def test_only_a_single_pod_is_drawn_there(text: str, prefers: bool, is_drawn: bool) -> None:
    """The pods of a controller have to be elsewhere as well, and its scheduler sees to it."""
    changed = admitted(manifest(text), prefers=prefers)
    spec = changed.object["spec"]["template"]["spec"]
    assert spec["tolerations"] == [TOLERATION]
    assert ("affinity" in spec) is is_drawn
    assert ("prefer that node" in changed.notes[-1]) is is_drawn


def test_what_has_no_pods_stays_as_it_is() -> None:
    """A Service is on no node."""
    service = manifest("{apiVersion: v1, kind: Service, metadata: {name: kubia}, spec: {}}")
    assert admitted(service, prefers=True) is service
