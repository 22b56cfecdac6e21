"""Does every request name exactly the object it means, and is every refusal told in our words?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from reconverge.cluster.api import KubernetesCluster
from reconverge.cluster.errors import Conflict, Forbidden, NotFound, Rejected, Unreachable
from reconverge.cluster.transport import ONE_LOOK
from reconverge.errors import BadInput, ReconvergeError
from reconverge.model import Pod, Ref
from reconverge.timeline import Timeline
from tests.cluster.apiserver import ApiServer, compact, listing, pod, status
from tests.cluster.conftest import transport_to

POD = Ref("Pod", "ns", "a", "uid-a")
POD_PATH = "/api/v1/namespaces/ns/pods/a"


def last_body(server: ApiServer) -> dict[str, object]:
    body: dict[str, object] = json.loads(server.requests[-1][3])
    return body


def test_an_object_is_decoded_into_its_view(server: ApiServer, api: KubernetesCluster) -> None:
    """What is read is one of our views."""
    server.answers[f"GET {POD_PATH}"] = (200, compact(pod("a", 7, app="x")))
    view = api.read("Pod", "a", namespace="ns")
    assert isinstance(view, Pod)
    assert (view.uid, view.resource_version) == ("uid-a", 7)


def test_find_passes_the_selector_on(server: ApiServer, api: KubernetesCluster) -> None:
    """Without a namespace the whole cluster is asked."""
    server.listing = listing(9, pod("a", 7), pod("b", 8))
    assert [view.name for view in api.find("Pod", labels="app=x")] == ["a", "b"]
    assert server.requests[-1][1:3] == ("/api/v1/pods", {"labelSelector": "app=x"})


def test_a_created_object_goes_into_the_scenarios_namespace(
    server: ApiServer, api: KubernetesCluster
) -> None:
    """The namespace is filled in, unknown fields are refused by the server, the Ref has the UID."""
    server.answers["POST /api/v1/namespaces/ns/pods"] = (201, compact(pod("a", 7)))
    manifest: dict[str, object] = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}
    ref, _ = api.create(manifest, namespace="ns")
    assert ref == POD
    assert last_body(server)["metadata"] == {"name": "a", "namespace": "ns"}
    assert server.requests[-1][2] == {"fieldValidation": "Strict"}
    assert manifest["metadata"] == {"name": "a"}


def test_a_manifest_of_another_namespace_is_refused(api: KubernetesCluster) -> None:
    """One scenario, one namespace; nothing is sent."""
    metadata = {"name": "a", "namespace": "kube-system"}
    with pytest.raises(Rejected, match="kube-system"):
        api.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata}, namespace="ns")


def test_a_patch_names_the_uid(server: ApiServer, api: KubernetesCluster) -> None:
    """The UID travels in the patch beside what is changed."""
    server.answers[f"PATCH {POD_PATH}"] = (200, compact(pod("a", 8)))
    api.patch(POD, {"metadata": {"labels": {"app": None}}})
    assert last_body(server) == {"metadata": {"labels": {"app": None}, "uid": "uid-a"}}


def test_a_patch_of_a_namesake_is_a_conflict(server: ApiServer, api: KubernetesCluster) -> None:
    """The server words another UID as a change of an immutable field."""
    causes = {"causes": [{"field": "metadata.uid", "message": "field is immutable"}]}
    server.answers[f"PATCH {POD_PATH}"] = (422, compact(status(422, "invalid", details=causes)))
    with pytest.raises(Conflict):
        api.patch(POD, {"metadata": {"labels": {"a": "b"}}})


def test_a_delete_names_the_uid(server: ApiServer, api: KubernetesCluster) -> None:
    """Precondition, grace and propagation are in the request."""
    server.answers[f"DELETE {POD_PATH}"] = (200, compact(pod("a", 8)))
    api.delete(POD, grace_s=0, propagation="Foreground")
    body = last_body(server)
    assert body["preconditions"] == {"uid": "uid-a"}
    assert (body["gracePeriodSeconds"], body["propagationPolicy"]) == (0, "Foreground")


@pytest.mark.parametrize("code", [404, 409])
def test_deleting_what_is_gone_is_not_found(
    server: ApiServer, api: KubernetesCluster, code: int
) -> None:
    """No such object, or only a namesake: either way ours is not there."""
    server.answers[f"DELETE {POD_PATH}"] = (code, compact(status(code, "gone")))
    with pytest.raises(NotFound):
        api.delete(POD)


def test_a_repeated_delete_that_finds_nothing_has_done_its_work(
    server: ApiServer, api: KubernetesCluster
) -> None:
    """The first attempt may have acted before its answer was lost."""
    server.script = [(503, b"{}"), (404, compact(status(404, "gone")))]
    api.delete(POD)
    assert len(server.requests) == 2


def test_a_create_is_not_repeated(server: ApiServer, api: KubernetesCluster) -> None:
    """A second attempt could create a second object with a generated name."""
    server.script = [(503, compact(status(503, "busy")))]
    with pytest.raises(Unreachable, match="busy"):
        api.create({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}, namespace="ns")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("code", "message", "error"),
    [
        (401, "Unauthorized", Forbidden),
        (403, 'pods is forbidden: User "j" cannot get resource "pods"', Forbidden),
        (403, 'pods "a" is forbidden: exceeded quota: q', Rejected),
        (404, 'pods "a" not found', NotFound),
        (409, "the object has been modified", Conflict),
        (422, "spec.replicas: Invalid value: -1", Rejected),
        (500, "etcdserver: request timed out", Unreachable),
    ],
)
def test_refusals_keep_the_servers_words(
    server: ApiServer, api: KubernetesCluster, code: int, message: str, error: type[ReconvergeError]
) -> None:
    """Each code has its error, with the server's own message and the verb and object."""
    server.answers[f"GET {POD_PATH}"] = (code, compact(status(code, message)))
    with pytest.raises(error) as caught:
        api.read("Pod", "a", namespace="ns")
    assert caught.value.what == message
    assert caught.value.where == 'read Pod "a"'


def test_a_server_that_is_not_there_is_named() -> None:
    """The message has the address and the system's own reason."""
    cluster = KubernetesCluster(transport_to("http://127.0.0.1:1"), name="test")
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1: .*refused"):
        cluster.read("Node", "a")


def test_other_kinds_are_discovered(server: ApiServer, api: KubernetesCluster) -> None:
    """A kind beyond the table is looked up in its group, once."""
    rows = [
        {"name": "ingresses", "kind": "Ingress", "namespaced": True},
        {"name": "ingresses/status", "kind": "Ingress", "namespaced": True},
    ]
    server.answers["GET /apis/networking.k8s.io/v1"] = (200, compact({"resources": rows}))
    manifest: dict[str, object] = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress"}
    for _ in range(2):
        kind = api.kind_of(manifest)
    assert kind.path(namespace="ns") == "/apis/networking.k8s.io/v1/namespaces/ns/ingresses"
    assert len(server.requests) == 1


def test_a_misspelt_kind_is_told_with_near_ones(server: ApiServer, api: KubernetesCluster) -> None:
    """The cure names what the group really has."""
    rows = [{"name": "ingresses", "kind": "Ingress", "namespaced": True}]
    server.answers["GET /apis/networking.k8s.io/v1"] = (200, compact({"resources": rows}))
    with pytest.raises(Rejected, match=r"did you mean Ingress\?"):
        api.kind_of({"apiVersion": "networking.k8s.io/v1", "kind": "Ingres"})


def test_a_bad_answer_of_a_pod_is_an_answer(server: ApiServer, api: KubernetesCluster) -> None:
    """The application's 500 and the proxy's 503 are told, not raised."""
    path = "GET /api/v1/namespaces/ns/pods/a:8080/proxy/health"
    server.answers[path] = (200, b"ok\n")
    assert api.ask_pod(POD, port=8080, path="/health").text == "ok\n"
    server.answers[path] = (500, b"I'm not well\n")
    answer = api.ask_pod(POD, port=8080, path="/health")
    assert (answer.ok, answer.text) == (False, "I'm not well")
    server.answers[path] = (503, compact(status(503, "error trying to reach service")))
    assert api.ask_pod(POD, port=8080, path="/health").text == "error trying to reach service"


def test_the_log_of_the_previous_container_can_be_had(
    server: ApiServer, api: KubernetesCluster
) -> None:
    """Which container and which instance is in the query."""
    server.answers[f"GET {POD_PATH}/log"] = (200, b"SSD OK\n")
    assert api.logs(POD, container="main", previous=True) == "SSD OK\n"
    query = server.requests[-1][2]
    assert (query["container"], query["previous"]) == ("main", "true")
    assert "timestamps" not in query
    api.logs(POD, is_stamped=True)
    assert server.requests[-1][2]["timestamps"] == "true"


GROUPS = {
    "groups": [
        {"name": "apps", "preferredVersion": {"groupVersion": "apps/v1"}},
        {"name": "example.org", "preferredVersion": {"groupVersion": "example.org/v2"}},
    ]
}
WIDGETS = {"resources": [{"name": "widgets", "kind": "Widget", "namespaced": True}]}


@pytest.mark.parametrize("name", ["Widget", "example.org/v2/Widget"])
def test_any_kind_is_recorded(
    server: ApiServer, api: KubernetesCluster, timeline: Timeline, name: str
) -> None:
    """A custom resource is found in all groups by its name, or in one by its apiVersion."""
    server.answers["GET /apis"] = (200, compact(GROUPS))
    server.answers["GET /api/v1"] = (200, compact({"resources": []}))
    server.answers["GET /apis/apps/v1"] = (200, compact({"resources": []}))
    server.answers["GET /apis/example.org/v2"] = (200, compact(WIDGETS))
    widget = {"kind": "Widget", "spec": {"colour": "red"}, **pod("w", 3)}
    server.listing = listing(10, widget)
    recorder = api.record(timeline, kinds=[name], namespaces=["ns"])
    recorder.wait_until_synced(deadline_s=10)
    recorder.stop()
    [view] = timeline.latest().objects("Widget")
    assert view.name == "w"
    assert server.requests[-2][1] == "/apis/example.org/v2/namespaces/ns/widgets"


def test_a_kind_that_nobody_serves_is_told_with_near_ones(
    server: ApiServer, api: KubernetesCluster, timeline: Timeline
) -> None:
    """Before anything is recorded, and with the kinds that were discovered."""
    server.answers["GET /apis"] = (200, compact(GROUPS))
    server.answers["GET /api/v1"] = (200, compact({"resources": []}))
    server.answers["GET /apis/apps/v1"] = (200, compact({"resources": []}))
    server.answers["GET /apis/example.org/v2"] = (200, compact(WIDGETS))
    with pytest.raises(Rejected, match=r"did you mean Widget\?"):
        api.record(timeline, kinds=["Wigdet"], namespaces=["ns"])


def test_one_look_asks_once(server: ApiServer) -> None:
    """Whoever only looks takes the first answer for an answer; others ask again."""
    server.script += [(503, compact(status(503, "starting")))] * 2
    looking = KubernetesCluster(transport_to(server.url, patience=ONE_LOOK), name="test")
    with pytest.raises(Unreachable, match="starting"):
        looking.read("Node", "n")
    assert len(server.requests) == 1


@pytest.mark.parametrize("text", ["clusters: [", "just words", "\x00", "[1, 2]"])
def test_what_is_no_kubeconfig_is_bad_input(tmp_path: Path, text: str) -> None:
    """One sentence with the file's name, whatever the client package makes of it."""
    broken = tmp_path / "config"
    broken.write_text(text)
    with pytest.raises(BadInput) as caught:
        KubernetesCluster.open(broken, context="mine")
    assert caught.value.where == str(broken)
    assert "\n" not in str(caught.value)


def test_a_context_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    """The context is named, with the command that lists those there are."""
    config = tmp_path / "config"
    config.write_text(yaml.safe_dump({"contexts": [], "clusters": [], "users": []}))
    with pytest.raises(BadInput, match='context "mine"') as caught:
        KubernetesCluster.open(config, context="mine")
    assert "get-contexts" in caught.value.cure
