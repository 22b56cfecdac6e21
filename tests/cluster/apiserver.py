"""A small HTTP server that speaks list and watch over real sockets, and misbehaves on request.

The recorder's hardest duties concern connections (silent, cut, closed under a blocked read), so its
tests need real ones. A test scripts what each request in turn is answered with.
"""

from __future__ import annotations

import json
import queue
import socket
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


class Watch:
    """The server's end of one open watch: what the test sends, the client reads."""

    def __init__(self, handler: BaseHTTPRequestHandler, query: dict[str, str]) -> None:
        self._handler = handler
        self.query = query
        self.done = threading.Event()

    def send(self, *lines: bytes) -> None:
        """One chunk, as the API server flushes."""
        body = b"".join(lines)
        self._handler.wfile.write(b"%x\r\n%s\r\n" % (len(body), body))
        self._handler.wfile.flush()

    def end(self) -> None:
        """End the stream as a server does whose timeoutSeconds have passed."""
        self._handler.wfile.write(b"0\r\n\r\n")
        self.done.set()

    def cut(self) -> None:
        """Break the connection."""
        self._handler.connection.shutdown(socket.SHUT_RDWR)
        self.done.set()


class ApiServer:
    """Answers lists from `listing`, watches with 200 and a `Watch` in `watches`.

    `refusals` are answered first, one for each watch request: (code, body).
    `answers` maps "VERB PATH" to (code, body) for everything else. With `protocol` it speaks TLS.
    """

    def __init__(self, protocol: ssl.SSLContext | None = None) -> None:
        self.listing: bytes = listing(1)
        self.lists = 0
        self.watches: queue.Queue[Watch] = queue.Queue()
        self.refusals: list[tuple[int, bytes]] = []
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.script: list[tuple[int, bytes]] = []
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self._open: list[Watch] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._scheme = "http"
        if protocol is not None:
            self._scheme = "https"
            self._server.socket = protocol.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    def next_watch(self) -> Watch:
        """The next watch the client opens; fails the test when none comes."""
        return self.watches.get(timeout=10)

    def answer(self, request: BaseHTTPRequestHandler, verb: str) -> None:
        parts = urlsplit(request.path)
        query = dict(parse_qsl(parts.query))
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        self.requests.append((verb, parts.path, query, body))
        if query.get("watch"):
            self._watch(request, query)
        elif self.script:
            _reply(request, *self.script.pop(0))
        elif f"{verb} {parts.path}" in self.answers:
            _reply(request, *self.answers[f"{verb} {parts.path}"])
        else:
            self.lists += 1
            _reply(request, 200, self.listing)

    def close(self) -> None:
        for watch in self._open:
            watch.done.set()
        self._server.shutdown()
        self._server.server_close()

    def _watch(self, request: BaseHTTPRequestHandler, query: dict[str, str]) -> None:
        if self.refusals:
            _reply(request, *self.refusals.pop(0))
            return
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        request.wfile.flush()
        watch = Watch(request, query)
        self._open.append(watch)
        self.watches.put(watch)
        watch.done.wait()


def _handler_of(server: ApiServer) -> type[BaseHTTPRequestHandler]:
    def answering(verb: str) -> Callable[[BaseHTTPRequestHandler], None]:
        return lambda request: server.answer(request, verb)

    verbs = {f"do_{verb}": answering(verb) for verb in ("GET", "POST", "PATCH", "DELETE")}
    quiet = {"log_message": lambda *_: None, "protocol_version": "HTTP/1.1"}
    return type("Handler", (BaseHTTPRequestHandler,), {**verbs, **quiet})


def _reply(request: BaseHTTPRequestHandler, code: int, body: bytes) -> None:
    request.send_response(code)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def pod(name: str, version: int, **labels: str) -> dict[str, object]:
    """The least of a pod that the model decodes; its UID is derived from its name."""
    metadata = {"name": name, "namespace": "ns", "uid": f"uid-{name}", "labels": labels}
    return {"metadata": {**metadata, "resourceVersion": str(version)}}


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def listing(version: int, *items: dict[str, object]) -> bytes:
    return compact({"metadata": {"resourceVersion": str(version)}, "items": list(items)})


def line(kind: str, item: dict[str, object]) -> bytes:
    return compact({"type": kind, "object": item}) + b"\n"


def bookmark(version: int) -> bytes:
    return line("BOOKMARK", {"kind": "Pod", "metadata": {"resourceVersion": str(version)}})


def status(code: int, message: str, **rest: object) -> dict[str, object]:
    return {"kind": "Status", "apiVersion": "v1", "code": code, "message": message, **rest}
