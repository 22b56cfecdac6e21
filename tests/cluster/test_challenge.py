"""Are the challenges recorded with what the judge needs, and their failures as well?"""

from __future__ import annotations

import json

import pytest

from reconverge.cluster.api import KubernetesCluster
from reconverge.cluster.challenge import SENTINEL_LABEL, knock, plant_sentinel
from reconverge.model import Ref
from reconverge.timeline import Challenged, Timeline
from tests.cluster.apiserver import ApiServer, compact, pod, status

CONTROLLERS = "/api/v1/namespaces/ns/replicationcontrollers"
RC = Ref("ReplicationController", "ns", "kubia", "uid-rc")


def challenged(timeline: Timeline) -> Challenged:
    (record,) = (one.record for one in timeline.entries() if isinstance(one.record, Challenged))
    return record


def controller(version: int, generation: int | None) -> bytes:
    metadata = {"name": "kubia", "namespace": "ns", "uid": "uid-rc", "generation": 1}
    spoiled = {} if generation is None else {"observedGeneration": generation}
    return compact({"metadata": {**metadata, "resourceVersion": str(version)}, "status": spoiled})


@pytest.fixture
def serving(server: ApiServer) -> ApiServer:
    server.answers[f"POST {CONTROLLERS}"] = (201, controller(5, None))
    server.answers["POST /api/v1/namespaces/ns/pods"] = (201, compact(pod("sentinel", 7)))
    return server


def plant(api: KubernetesCluster, timeline: Timeline) -> Challenged:
    plant_sentinel(api, timeline, workload_kind="ReplicationController", namespace="ns")
    return challenged(timeline)


def test_a_sentinel_is_surplus_and_never_scheduled(
    serving: ApiServer, api: KubernetesCluster, timeline: Timeline
) -> None:
    """Its owner asks for no pods and selects exactly it; a gate keeps the scheduler away."""
    record = plant(api, timeline)
    assert (record.step, record.subject.uid, record.resource_version, record.error) == (
        "sentinel",
        "uid-sentinel",
        7,
        "",
    )
    owner, sentinel = (json.loads(body) for *_, body in serving.requests)
    assert owner["spec"]["replicas"] == 0
    assert owner["spec"]["selector"] == {SENTINEL_LABEL: "ReplicationController"}
    assert sentinel["metadata"]["labels"] == owner["spec"]["selector"]
    assert sentinel["spec"]["schedulingGates"]


def test_the_sentinels_owner_is_made_once(
    serving: ApiServer, api: KubernetesCluster, timeline: Timeline
) -> None:
    """That it exists already is no error."""
    serving.answers[f"POST {CONTROLLERS}"] = (409, compact(status(409, "already exists")))
    assert plant(api, timeline).error == ""


def test_a_sentinel_that_is_refused_is_recorded_as_such(
    serving: ApiServer, api: KubernetesCluster, timeline: Timeline
) -> None:
    """A quota in the namespace, for example: the judge must learn that nothing was asked."""
    refusal = compact(status(403, 'pods "x" is forbidden: exceeded quota: q'))
    serving.answers["POST /api/v1/namespaces/ns/pods"] = (403, refusal)
    record = plant(api, timeline)
    assert "exceeded quota" in record.error
    assert not record.is_unreached


def test_a_sentinel_that_nobody_took_is_recorded_as_such(
    serving: ApiServer, api: KubernetesCluster, timeline: Timeline
) -> None:
    """The API server is away: asked again later, it may take it."""
    serving.answers["POST /api/v1/namespaces/ns/pods"] = (503, compact(status(503, "starting")))
    assert plant(api, timeline).is_unreached


def test_a_knock_spoils_only_the_observed_generation(
    server: ApiServer, api: KubernetesCluster, timeline: Timeline
) -> None:
    """One field of the status, of exactly this workload."""
    server.answers[f"PATCH {CONTROLLERS}/kubia/status"] = (200, controller(9, None))
    knock(api, timeline, RC)
    record = challenged(timeline)
    assert (record.subject, record.resource_version, record.error) == (RC, 9, "")
    assert json.loads(server.requests[-1][3]) == {
        "status": {"observedGeneration": None},
        "metadata": {"uid": "uid-rc"},
    }


def test_a_knock_without_effect_is_recorded_as_such(
    server: ApiServer, api: KubernetesCluster, timeline: Timeline
) -> None:
    """If the status stands as it stood, a later write of it proves nothing."""
    server.answers[f"PATCH {CONTROLLERS}/kubia/status"] = (200, controller(9, 1))
    knock(api, timeline, RC)
    assert "kept its observedGeneration" in challenged(timeline).error


def test_a_knock_at_what_is_gone_is_recorded_as_such(
    server: ApiServer, api: KubernetesCluster, timeline: Timeline
) -> None:
    """The server's words, and no exception: the judge decides."""
    server.answers[f"PATCH {CONTROLLERS}/kubia/status"] = (404, compact(status(404, "not found")))
    knock(api, timeline, RC)
    assert "not found" in challenged(timeline).error
