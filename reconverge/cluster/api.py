"""A cluster's API as the engine sees it, on a real API server.

Requests go out as plain JSON and answers are decoded straight into the frozen views of the model.
Every change of an existing object names its UID, so that a namesake which took its place in the
meantime is never harmed in its stead.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec

from reconverge.cluster.door import Answer, JsonObject, Token
from reconverge.cluster.errors import Conflict, NotFound, Rejected, decode_status, error_from
from reconverge.cluster.execution import run_in_pod
from reconverge.cluster.kinds import (
    CORE,
    Kind,
    discovered,
    served_versions,
    suggestion,
)
from reconverge.cluster.recorder import WatchRecorder
from reconverge.cluster.transport import (
    MERGE_PATCH,
    PATIENT,
    STRATEGIC_PATCH,
    LineStream,
    Patience,
    Reply,
    Transport,
    connect,
)
from reconverge.model import Named, Ref, decode, ref
from reconverge.timeline import Timeline

LOG_BYTES_MAX = 1 << 20


class _Version(msgspec.Struct, frozen=True, rename="camel"):
    git_version: str


class _Given(msgspec.Struct, frozen=True, rename="camel"):
    token: str
    expiration_timestamp: datetime


class _TokenRequest(msgspec.Struct, frozen=True):
    status: _Given


class _Items(msgspec.Struct, frozen=True):
    items: list[msgspec.Raw] | None = None


class KubernetesCluster:
    """One context of one kubeconfig file. Safe to use from many threads."""

    def __init__(self, transport: Transport, *, name: str) -> None:
        self._transport = transport
        self._name = name
        self._kinds: dict[tuple[str, str], Kind] = {
            (kind.api_version, kind.name): kind for kind in CORE.values()
        }
        self._kinds_lock = threading.Lock()

    @classmethod
    def open(
        cls, kubeconfig: Path, *, context: str, patience: Patience = PATIENT
    ) -> KubernetesCluster:
        """The cluster behind `context`; nothing is asked of it yet. Raises BadInput."""
        return cls(connect(kubeconfig, context, patience=patience), name=context)

    @property
    def name(self) -> str:
        return self._name

    @cached_property
    def version(self) -> str:
        body = self._ask("GET", "/version", where="read the server's version").body
        return msgspec.json.decode(body, type=_Version).git_version

    def create(
        self, manifest: JsonObject, *, namespace: str, is_dry_run: bool = False
    ) -> tuple[Ref, Named]:
        kind = self.kind_of(manifest)
        metadata = manifest.get("metadata")
        metadata = dict(metadata) if isinstance(metadata, dict) else {}
        named = metadata.get("name") or metadata.get("generateName") or "(no name)"
        where = f'create {kind.name} "{named}"'
        if kind.is_namespaced and metadata.setdefault("namespace", namespace) != namespace:
            what = f'it names the namespace "{metadata["namespace"]}", not "{namespace}"'
            raise Rejected(what, where=where, cure="leave metadata.namespace out")
        reply = self._ask(
            "POST",
            kind.path(namespace=namespace),
            query={"fieldValidation": "Strict"} | ({"dryRun": "All"} if is_dry_run else {}),
            body={**manifest, "metadata": metadata},
            where=where,
        )
        view = decode(kind.name, reply.body)
        return ref(kind.name, view), view

    def read(self, kind: str, name: str, *, namespace: str = "") -> Named:
        path = self._kind(kind).path(namespace=namespace, name=name)
        return decode(kind, self._ask("GET", path, where=f'read {kind} "{name}"').body)

    def find(self, kind: str, *, namespace: str = "", labels: str = "") -> tuple[Named, ...]:
        path = self._kind(kind).path(namespace=namespace)
        query = {"labelSelector": labels} if labels else None
        body = self._ask("GET", path, query=query, where=f"list {kind}").body
        listing = msgspec.json.decode(body, type=_Items)
        return tuple(decode(kind, raw) for raw in listing.items or ())

    def patch(
        self, ref: Ref, body: JsonObject, *, subresource: str = "", is_strategic: bool = False
    ) -> Named:
        metadata = body.get("metadata")
        guarded = {**(metadata if isinstance(metadata, dict) else {}), "uid": ref.uid}
        reply = self._ask(
            "PATCH",
            self._path(ref, subresource),
            body={**body, "metadata": guarded},
            content_type=STRATEGIC_PATCH if is_strategic else MERGE_PATCH,
            where=f"patch {ref}" + (f" ({subresource})" if subresource else ""),
        )
        return decode("" if subresource == "scale" else ref.kind, reply.body)

    def delete(
        self,
        ref: Ref,
        *,
        grace_s: int | None = None,
        propagation: Literal["Background", "Foreground", "Orphan"] | None = None,
    ) -> None:
        options: JsonObject = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": {"uid": ref.uid},
        }
        if grace_s is not None:
            options["gracePeriodSeconds"] = grace_s
        if propagation is not None:
            options["propagationPolicy"] = propagation
        where = f"delete {ref}"
        reply = self._transport.request("DELETE", self._path(ref), body=options)
        try:
            _accept(reply, where=where)
        except Conflict as error:  # the precondition failed: ours is gone
            raise NotFound(error.what, where=where) from error
        except NotFound:
            if reply.attempt == 1:
                raise  # else a first attempt without an answer has done it

    def delete_collection(
        self,
        kind: str,
        *,
        namespace: str,
        labels: str,
        propagation: Literal["Background", "Foreground", "Orphan"] | None = None,
    ) -> None:
        options: JsonObject = {"apiVersion": "v1", "kind": "DeleteOptions"}
        if propagation is not None:
            options["propagationPolicy"] = propagation
        path, query = self._kind(kind).path(namespace=namespace), {"labelSelector": labels}
        self._ask("DELETE", path, query=query, body=options, where=f"delete {kind}s of {labels}")

    def evict(self, pod: Ref) -> None:
        where = f"evict {pod}"
        options: JsonObject = {"preconditions": {"uid": pod.uid}}
        metadata = {"name": pod.name, "namespace": pod.namespace}
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}
        path = self._path(pod, "eviction")
        try:
            self._ask("POST", path, body={**body, "deleteOptions": options}, where=where)
        except Conflict as error:  # the precondition failed: ours is gone
            raise NotFound(error.what, where=where) from error

    def scale(self, ref: Ref, replicas: int) -> Named:
        return self.patch(ref, {"spec": {"replicas": replicas}}, subresource="scale")

    def ask_pod(self, pod: Ref, *, port: int, path: str = "/", timeout_s: float = 5.0) -> Answer:
        """HTTP GET through the API server's proxy; whatever code below 400 comes back is `ok`.

        Raises Unreachable when the API server itself does not answer.
        """
        proxy = CORE["Pod"].path(namespace=pod.namespace, name=f"{pod.name}:{port}")
        return self._ask_through(proxy, path, timeout_s=timeout_s)

    def ask_kubelet(self, node: str, *, path: str, timeout_s: float = 5.0) -> Answer:
        """HTTP GET through the API server's proxy; whatever code below 400 comes back is `ok`.

        Raises Unreachable when the API server itself does not answer.
        """
        proxy = CORE["Node"].path(name=node)
        return self._ask_through(proxy, path, timeout_s=timeout_s)

    def _ask_through(self, proxy: str, path: str, *, timeout_s: float) -> Answer:
        reply = self._transport.request(
            "GET", f"{proxy}/proxy/{path.lstrip('/')}", read_s=timeout_s, is_repeatable=False
        )
        text = decode_status(reply.body, code=reply.code).message
        body = reply.body.decode(errors="replace")
        return Answer(ok=True, text=body) if reply.code < 400 else Answer(ok=False, text=text)

    def run_in_pod(
        self, pod: Ref, command: Sequence[str], *, container: str = "", timeout_s: float = 10.0
    ) -> Answer:
        ended = run_in_pod(
            self._transport.configuration,
            pod,
            command,
            container=container,
            timeout_s=timeout_s,
        )
        return Answer(ok=ended.exit_code == 0, text=ended.output)

    def logs(
        self, pod: Ref, *, container: str = "", previous: bool = False, is_stamped: bool = False
    ) -> str:
        """At most the first LOG_BYTES_MAX bytes."""
        query = {"limitBytes": str(LOG_BYTES_MAX)}
        if container:
            query["container"] = container
        if previous:
            query["previous"] = "true"
        if is_stamped:
            query["timestamps"] = "true"
        reply = self._ask("GET", self._path(pod, "log"), query=query, where=f"read log of {pod}")
        return reply.body.decode(errors="replace")

    def token(self, account: Ref, *, lifetime_s: int) -> Token:
        body: JsonObject = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": lifetime_s},
        }
        where = f"request a token of {account}"
        reply = self._ask("POST", self._path(account, "token"), body=body, where=where)
        given = msgspec.json.decode(reply.body, type=_TokenRequest).status
        return Token(text=given.token, until=given.expiration_timestamp)

    def record(
        self, timeline: Timeline, *, kinds: Sequence[str], namespaces: Sequence[str]
    ) -> WatchRecorder:
        return WatchRecorder(
            ApiSource(self._transport),
            timeline,
            kinds=[self._kind(kind) for kind in kinds],
            namespaces=namespaces,
        )

    def kind_of(self, manifest: JsonObject) -> Kind:
        """Where the manifest's kind is served; asks the API server for kinds beyond the table.

        Raises Rejected, naming near ones, when the server has no such kind in that version.
        """
        api_version, kind = str(manifest.get("apiVersion")), str(manifest.get("kind"))
        key = (api_version, kind)
        if key not in self._kinds:
            found = self._discover(api_version)
            if kind not in found:
                what = f'{api_version} has no kind "{kind}"'
                raise Rejected(what, cure=suggestion(kind, found))
            with self._kinds_lock:
                self._kinds.update({(api_version, name): one for name, one in found.items()})
        return self._kinds[key]

    def close(self) -> None:
        """Drop the idle connections. Recorders are stopped on their own."""
        self._transport.close()

    def _kind(self, name: str) -> Kind:
        if name in CORE:
            return CORE[name]
        if "/" in name:
            api_version, _, kind = name.rpartition("/")
            return self.kind_of({"apiVersion": api_version, "kind": kind})
        with self._kinds_lock:
            known = [kind for kind in self._kinds.values() if kind.name == name]
        return known[0] if known else self._sought(name)

    def _sought(self, name: str) -> Kind:
        """The kind of that name in the first group that serves one, in the server's order."""
        seen = dict(CORE)
        for api_version in served_versions(self._ask("GET", "/apis", where="discover").body):
            found = self._discover(api_version)
            with self._kinds_lock:
                self._kinds.update({(api_version, one.name): one for one in found.values()})
            if name in found:
                return found[name]
            seen |= found
        raise Rejected(f'unknown kind "{name}"', cure=suggestion(name, seen))

    def _discover(self, api_version: str) -> dict[str, Kind]:
        path = Kind("", api_version, "").api
        try:
            reply = self._ask("GET", path, where=f"discover {api_version}")
        except NotFound as error:
            what = f'the API server does not serve apiVersion "{api_version}"'
            raise Rejected(what, cure="`kubectl api-versions` lists those it serves") from error
        return discovered(api_version, reply.body)

    def _path(self, ref: Ref, subresource: str = "") -> str:
        kind = self._kind(ref.kind)
        return kind.path(namespace=ref.namespace, name=ref.name, subresource=subresource)

    def _ask(
        self,
        verb: str,
        path: str,
        *,
        where: str,
        query: Mapping[str, str] | None = None,
        body: JsonObject | None = None,
        content_type: str = "application/json",
    ) -> Reply:
        reply = self._transport.request(
            verb, path, query=query, body=body, content_type=content_type
        )
        return _accept(reply, where=where)


def _accept(reply: Reply, *, where: str) -> Reply:
    if reply.code >= 400:
        raise error_from(decode_status(reply.body, code=reply.code), code=reply.code, where=where)
    return reply


class ApiSource:
    """Lists and watches of a real API server, for the recorder."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, path: str, query: Mapping[str, str]) -> bytes:
        reply = self._transport.request("GET", path, query=query)
        return _accept(reply, where=f"list {path}").body

    def watch(self, path: str, query: Mapping[str, str], *, silence_s: float) -> LineStream:
        return self._transport.stream(path, query=query, silence_s=silence_s)
