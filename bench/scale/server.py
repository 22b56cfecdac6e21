"""An API server of one kind: so many pods in a list, then so many changes of them in a watch.

It runs as a process of its own on another core than what is measured, and sends real pods: the
bytes of one that a kind cluster ran, with name, UID, version, readiness and restarts exchanged.
"""

from __future__ import annotations

import json
import random
import ssl
import sys
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import trustme

SENT_TOGETHER = 16  # what a busy API server has in its buffer for a watcher
_FIELDS = ("%(name)s", "%(uid)s", "%(version)s", "%(ready)s", "%(restarts)s")


def template() -> str:
    """The pod's JSON with fields to fill in."""
    pod: dict[str, Any] = json.loads((Path(__file__).parent / "pod.json").read_text())
    name, uid, version, ready, restarts = _FIELDS
    pod["metadata"] |= {"name": name, "uid": uid, "resourceVersion": version}
    for row in pod["status"]["conditions"]:
        if row["type"] in ("Ready", "ContainersReady"):
            row["status"] = ready
    pod["status"]["containerStatuses"][0]["restartCount"] = 0
    text = json.dumps(pod, separators=(",", ":"))
    return text.replace('"restartCount":0', f'"restartCount":{restarts}')


class Pods:
    """Versions of the pods, by number; the order of changes is random and always the same."""

    def __init__(self, pods: int, changes: int) -> None:
        self.pods, self.changes = pods, changes
        self._template = template()

    def wire(self, number: int, version: int) -> bytes:
        fields = {
            "name": f"kubia-{number:06}",
            "uid": f"{number:08}-0000-4000-8000-000000000000",
            "version": version,
            "ready": "True" if version % 2 else "False",
            "restarts": version // self.pods,
        }
        return (self._template % fields).encode()

    def page(self, begin: int, limit: int) -> bytes:
        end = min(self.pods, begin + limit)
        meta = {"resourceVersion": str(self.pods), "continue": str(end) if end < self.pods else ""}
        items = b",".join(self.wire(number, number + 1) for number in range(begin, end))
        head = b'{"kind":"PodList","apiVersion":"v1","metadata":' + json.dumps(meta).encode()
        return head + b',"items":[' + items + b"]}"

    def chunks(self) -> Iterator[bytes]:
        """Every change as a chunk of its own, some of them together."""
        order = random.Random(1)
        chunks = []
        for version in range(self.pods + 1, self.pods + self.changes + 1):
            pod = self.wire(order.randrange(self.pods), version)
            line = b'{"type":"MODIFIED","object":' + pod + b"}\n"
            chunks.append(b"%x\r\n%s\r\n" % (len(line), line))
            if len(chunks) == SENT_TOGETHER:
                yield b"".join(chunks)
                chunks.clear()
        yield b"".join(chunks)


class Handler(BaseHTTPRequestHandler):
    """One list in pages, one watch."""

    protocol_version = "HTTP/1.1"
    pods: Pods

    def do_GET(self) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        if "watch" in query:
            self._watch()
            return
        body = self.pods.page(int(query.get("continue", 0)), int(query.get("limit", 1 << 30)))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _watch(self) -> None:
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in self.pods.chunks():
            self.wfile.write(chunk)
        with suppress(OSError):
            self.rfile.read(1)  # until the client closes

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""


class Server(ThreadingHTTPServer):
    """With a file for its authority it speaks TLS, as every API server does, and fills the file."""

    def __init__(self, authority: Path | None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.scheme = "http"
        if authority is not None:
            self.scheme = "https"
            self.socket = _tls(authority).wrap_socket(self.socket, server_side=True)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}"


def _tls(authority: Path) -> ssl.SSLContext:
    """A certificate of our own for this address, signed by an authority that clients can read."""
    signer = trustme.CA()
    signer.cert_pem.write_to_path(str(authority))
    protocol = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    signer.issue_cert("127.0.0.1").configure_cert(protocol)
    return protocol


def main() -> None:
    """`python -m bench.scale.server PODS CHANGES [AUTHORITY]` prints its URL and serves."""
    pods, changes, *authority = sys.argv[1:]
    Handler.pods = Pods(int(pods), int(changes))
    server = Server(Path(authority[0]) if authority else None)
    print(server.url, flush=True)  # noqa: T201
    server.serve_forever()


if __name__ == "__main__":
    main()
