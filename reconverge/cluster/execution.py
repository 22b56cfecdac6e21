"""A command run inside a container, through the API server: `kubectl exec` without kubectl.

The one place where the client package's own request is used: it speaks the streaming protocol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from reconverge.cluster.errors import Unreachable
from reconverge.model import Ref

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kubernetes.client import Configuration


class Ended(msgspec.Struct, frozen=True):
    """How the command ended, and all that it said."""

    exit_code: int
    output: str


def run_in_pod(
    configuration: Configuration,
    pod: Ref,
    command: Sequence[str],
    *,
    container: str,
    timeout_s: float,
) -> Ended:
    """Run `command` in a container of `pod`; its exit code is no error.

    Raises Unreachable when it cannot be started, or does not end within `timeout_s` seconds.
    """
    from kubernetes.client import ApiClient, CoreV1Api
    from kubernetes.client.exceptions import ApiException
    from kubernetes.stream import stream

    where = f"run {command[0]} in {pod}"
    api = CoreV1Api(ApiClient(configuration))
    more: dict[str, Any] = {"container": container} if container else {}
    try:
        session = stream(
            api.connect_get_namespaced_pod_exec,
            pod.name,
            pod.namespace,
            command=list(command),
            stdin=False,
            stdout=True,
            stderr=True,
            tty=False,
            _preload_content=False,
            **more,
        )
        session.run_forever(timeout=timeout_s)
    except (ApiException, OSError) as error:
        raise Unreachable(f"it was not started: {error}", where=where) from error
    if session.is_open():
        session.close()
        raise Unreachable(f"it did not end within {timeout_s:g} s", where=where)
    try:
        return Ended(int(session.returncode), session.read_all())
    except ValueError as error:  # the client takes the runtime's own words for an exit code
        raise Unreachable(f"it was not started: {error}", where=where) from error
