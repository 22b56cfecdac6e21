"""The API server as the provisioner needs it: plain JSON over the cluster's own kubeconfig.

Authentication and TLS are the `kubernetes` library's. Its model classes are left out: readiness
looks at a handful of fields, and an `up` that changes nothing must not pay for decoding the rest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from reconverge.clock import Clock, RealClock
from reconverge.errors import BadInput, Unavailable

Object = dict[str, Any]
REQUEST_S = 5.0
WATCH_S = 10  # a watch is renewed after that long, so that a silent connection cannot hang us


class ApiRefused(Unavailable):
    """The API server answered, with a status that is no success."""

    def __init__(self, status: int, what: str, *, where: str) -> None:
        self.status = status
        super().__init__(what, where=where)


class ApiServer:
    """One cluster's API server."""

    def __init__(self, kubeconfig: Path, *, context: str = "") -> None:
        """Raises BadInput when the kubeconfig cannot be read or does not know `context`."""
        from kubernetes import client, config
        from kubernetes.config.config_exception import ConfigException
        from yaml import YAMLError

        unreadable = (ConfigException, YAMLError, OSError, ValueError, TypeError, AttributeError)
        settings = client.Configuration()
        try:
            config.load_kube_config(  # type: ignore[no-untyped-call]
                str(kubeconfig), context=context or None, client_configuration=settings
            )
        except unreadable as error:
            raise BadInput(
                f"the kubeconfig cannot be read ({_first_line(error)})",
                where=str(kubeconfig),
                cure="give a kubeconfig that kubectl accepts",
            ) from error
        settings.retries = 0
        self._host = settings.host
        self._client = client.ApiClient(settings)

    def get(self, path: str, *, timeout_s: float = REQUEST_S) -> Object:
        """The JSON object at `path`."""
        return self._json("GET", path, timeout_s=timeout_s)

    def text(self, path: str, *, timeout_s: float = REQUEST_S) -> str:
        """What is at `path`, as text: the pod proxy's answers."""
        body: bytes = self._request("GET", path, timeout_s=timeout_s).data
        return body.decode(errors="replace")

    def create(self, path: str, body: Object) -> Object:
        """POST an object; one that exists already (409) is read instead."""
        try:
            return self._json("POST", path, body=body)
        except ApiRefused as refusal:
            if refusal.status != 409:
                raise
            return self.get(f"{path}/{body['metadata']['name']}")

    def patch(self, path: str, body: Object) -> Object:
        """JSON merge patch."""
        return self._json("PATCH", path, body=body)

    def delete(self, path: str) -> None:
        """Delete an object in the background; one that is gone already is gone."""
        try:
            self._json("DELETE", path)
        except ApiRefused as refusal:
            if refusal.status != 404:
                raise

    def watch(self, path: str, version: str, *, timeout_s: float) -> Iterator[Object]:
        """Watch events after `version` for at most `timeout_s` seconds."""
        seconds = max(1, min(WATCH_S, round(timeout_s)))
        query = f"{path}?watch=1&resourceVersion={version}&timeoutSeconds={seconds}"
        response = self._request("GET", query, timeout_s=seconds + REQUEST_S)
        yield from _json_lines(response, where=self._host)

    def _json(
        self, method: str, path: str, *, body: Object | None = None, timeout_s: float = REQUEST_S
    ) -> Object:
        answer = self._request(method, path, body=body, timeout_s=timeout_s)
        decoded = json.loads(answer.data)
        assert isinstance(decoded, dict), path
        return decoded

    def _request(
        self, method: str, path: str, *, body: Object | None = None, timeout_s: float
    ) -> Any:
        from urllib3.exceptions import HTTPError

        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        headers = {"Accept": "application/json", "Content-Type": kind}
        try:
            answer = self._client.rest_client.pool_manager.request(
                method,
                self._host + path,
                body=json.dumps(body).encode() if body is not None else None,
                headers=headers,
                timeout=timeout_s,
                preload_content="watch=1" not in path,
                retries=False,
            )
        except (HTTPError, OSError) as error:
            raise Unavailable(
                f"the API server does not answer ({_first_line(error)})", where=self._host
            ) from error
        if answer.status >= 400:
            said = _message(answer.data)
            raise ApiRefused(answer.status, said, where=f"{method} {self._host}{path}")
        return answer


def _json_lines(response: Any, *, where: str) -> Iterator[Object]:
    """The objects of a stream, one a line; a stream that breaks off is an absent server."""
    from urllib3.exceptions import HTTPError

    buffer = b""
    try:
        for chunk in response.stream(65536):
            buffer += chunk
            *lines, buffer = buffer.split(b"\n")
            yield from (json.loads(line) for line in lines if line)
    except (HTTPError, OSError) as error:
        raise Unavailable(f"the watch broke off ({_first_line(error)})", where=where) from error
    finally:
        response.release_conn()


def _message(body: bytes) -> str:
    """The API server's own sentence, or the start of whatever stands between us and it."""
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return body[:200].decode(errors="replace")


def wait_until(
    server: ApiServer,
    path: str,
    missing: Callable[[list[Object]], str],
    *,
    deadline_s: float,
    clock: Clock | None = None,
) -> list[Object]:
    """Watch the collection at `path` until `missing` finds nothing more to wait for.

    `missing` says in one sentence what is still awaited, "" when it is there. The API server may
    be away for a while; raises Unavailable with the last word after `deadline_s` seconds.
    """
    clock = clock or RealClock()
    end_s = clock.monotonic_s() + deadline_s
    last = "nothing was seen"
    while clock.monotonic_s() < end_s:
        try:
            for objects in _snapshots(server, path, end_s - clock.monotonic_s()):
                last = missing(objects)
                if not last:
                    return objects
                if clock.monotonic_s() > end_s:
                    break
        except Unavailable as error:
            last = str(error)
            pause(clock)
    raise Unavailable(f"not ready after {deadline_s:g} s: {last}")


def _snapshots(server: ApiServer, path: str, timeout_s: float) -> Iterator[list[Object]]:
    """The collection as it is, then again after each event of one watch."""
    listed = server.get(path)
    objects = {item["metadata"]["uid"]: item for item in listed["items"]}
    yield list(objects.values())
    version = listed["metadata"]["resourceVersion"]
    for event in server.watch(path, version, timeout_s=timeout_s):
        if event["type"] == "ERROR":
            return
        uid = event["object"]["metadata"]["uid"]
        if event["type"] == "DELETED":
            objects.pop(uid, None)
        else:
            objects[uid] = event["object"]
        yield list(objects.values())


def pause(clock: Clock) -> None:
    """Half a second between two attempts to reach a server that is away: nothing announces it."""
    import threading

    gate = threading.Condition()
    with gate:
        clock.wait(gate, timeout_s=0.5)


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
