"""Those who may refuse pods before they are stored: a policy, a webhook, and one nobody serves.

They belong to the whole cluster and are asked about the pods of one app in one namespace only. Each
is in force when its `with` begins, and gone after it, whatever happens in between.
"""

from __future__ import annotations

import base64
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import tenacity
import trustme

from reconverge.cluster.door import JsonObject
from reconverge.cluster.errors import Forbidden, Rejected, Unavailable
from reconverge.experiment import Experiment
from tests.kind_stage import template

API = "admissionregistration.k8s.io/v1"
IN_FORCE_WITHIN_S = 15.0
PODS: JsonObject = {
    "apiGroups": [""],
    "apiVersions": ["v1"],
    "operations": ["CREATE"],
    "resources": ["pods"],
}


@contextmanager
def policy(one: Experiment, *, app: str, message: str) -> Iterator[None]:
    """A ValidatingAdmissionPolicy that denies the pods of `app`."""
    name = f"{one.namespace}-{app}"
    spec: JsonObject = {
        "matchConstraints": {"resourceRules": [PODS]},
        "validations": [{"expression": "false", "message": message}],
    }
    binding: JsonObject = {
        "policyName": name,
        "validationActions": ["Deny"],
        "matchResources": _pods_of(one, app),
    }
    with (
        _made(one, "ValidatingAdmissionPolicy", name, spec=spec),
        _made(one, "ValidatingAdmissionPolicyBinding", name, spec=binding),
    ):
        _wait_until_refused(one, app)
        yield


@contextmanager
def webhook(one: Experiment, *, app: str, message: str) -> Iterator[None]:
    """The webhook deny.example.com, which denies the pods of `app`; the test serves it."""
    with (
        _gate(_own_address(one), message) as client_config,
        _hook(one, "deny.example.com", app=app, client_config=client_config),
    ):
        yield


@contextmanager
def absent_webhook(one: Experiment, *, app: str) -> Iterator[None]:
    """The webhook pods.example.com, without which no pod of `app` is stored; nobody serves it."""
    with _hook(one, "pods.example.com", app=app, client_config={"url": "https://127.0.0.1:9/none"}):
        yield


@contextmanager
def _hook(one: Experiment, name: str, *, app: str, client_config: JsonObject) -> Iterator[None]:
    hook: JsonObject = {
        "name": name,
        "clientConfig": client_config,
        "rules": [PODS],
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        **_pods_of(one, app),
    }
    kind = "ValidatingWebhookConfiguration"
    with _made(one, kind, f"{one.namespace}-{app}", webhooks=[hook]):
        _wait_until_refused(one, app)
        yield


def _pods_of(one: Experiment, app: str) -> JsonObject:
    return {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": one.namespace}},
        "objectSelector": {"matchLabels": {"app": app}},
    }


@contextmanager
def _made(one: Experiment, kind: str, name: str, **body: object) -> Iterator[None]:
    """An object of the whole cluster, for as long as the `with` lasts."""
    manifest: JsonObject = {"apiVersion": API, "kind": kind, "metadata": {"name": name}, **body}
    made, _ = one.cluster.create(manifest, namespace="")
    try:
        yield
    finally:
        one.cluster.delete(made)


def _wait_until_refused(one: Experiment, app: str) -> None:
    """The API server learns of its gatekeepers by watches of its own, which nobody can see."""
    tenacity.Retrying(
        retry=tenacity.retry_if_result(lambda is_refused: not is_refused),
        wait=tenacity.wait_fixed(0.05),
        stop=tenacity.stop_after_delay(IN_FORCE_WITHIN_S),
    )(_is_refused, one, app)


def _is_refused(one: Experiment, app: str) -> bool:
    metadata = {"name": "touchstone", "labels": {"app": app}}
    spec = template({})["spec"]
    pod: JsonObject = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
    try:
        one.cluster.create(pod, namespace=one.namespace, is_dry_run=True)
    except (Rejected, Forbidden):
        return True
    except Unavailable as error:  # the API server is there, and the webhook is not
        return "failed calling webhook" in error.what
    return False


def _own_address(one: Experiment) -> str:
    """Ours in the network of the nodes: where we would speak to the first of them from."""
    [node, *_] = one.timeline.latest().nodes()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((node.internal_ip, 9))
        return str(probe.getsockname()[0])


@contextmanager
def _gate(address: str, message: str) -> Iterator[JsonObject]:
    """Serve a webhook that denies whatever it is asked about; yields its clientConfig."""
    authority = trustme.CA()
    protocol = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(address).configure_cert(protocol)
    with ExitStack() as stack:
        server = stack.enter_context(ThreadingHTTPServer((address, 0), _denying(message)))
        server.socket = protocol.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        bundle = base64.b64encode(authority.cert_pem.bytes()).decode()
        yield {"url": f"https://{address}:{server.server_port}/deny", "caBundle": bundle}


def _denying(message: str) -> type[BaseHTTPRequestHandler]:
    class Denying(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            uid = review["request"]["uid"]
            said = {"uid": uid, "allowed": False, "status": {"message": message}}
            body = json.dumps({**review, "request": None, "response": said}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    return Denying
