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
TAINT = {"key": "reconverge.dev/outages", "effect": "NoSchedule"}
ANY_LANE = {**TAINT, "operator": "Exists"}
LANE_2 = {**TAINT, "operator": "Equal", "value": "2"}


def manifest(text: str) -> Manifest:
    [one] = parse(text, source="here")
    return one


def test_what_it_tolerated_it_tolerates_still() -> None:
    """And its affinity to other pods stays beside its preference of the node."""
    written = manifest(POD)
    spec = admitted(written, lane="2").object["spec"]
    assert spec["tolerations"] == [{"key": "closed", "operator": "Exists"}, LANE_2]
    assert sorted(spec["affinity"]) == ["nodeAffinity", "podAffinity"]
    assert "nodeAffinity" not in written.object["spec"]["affinity"], "the manifest itself changed"


@pytest.mark.parametrize(
    ("text", "lane", "is_drawn"),
    [(JOB, "2", True), (JOB, None, False), (CONTROLLER, "2", False)],
    ids=["a Job", "a Job that is alone", "what the scheduler spreads"],
)
def test_only_a_single_pod_is_drawn_there(text: str, lane: str | None, is_drawn: bool) -> None:
    """The pods of a controller have to be elsewhere as well, and its scheduler sees to it."""
    changed = admitted(manifest(text), lane=lane)
    spec = changed.object["spec"]["template"]["spec"]
    assert spec["tolerations"] == [ANY_LANE if lane is None else LANE_2]
    assert ("affinity" in spec) is is_drawn
    assert ("prefer that node" in changed.notes[-1]) is is_drawn


def test_what_has_no_pods_stays_as_it_is() -> None:
    """A Service is on no node."""
    service = manifest("{apiVersion: v1, kind: Service, metadata: {name: kubia}, spec: {}}")
    assert admitted(service, lane="2") is service
