"""HTTP to one API server: the client package's configuration and pool, and nothing of its models.

The `kubernetes` package knows kubeconfig files, credentials and TLS; decoding into its model
classes is what makes it slow, and its watch is what loses events. So bytes go in and come out here
and the rest of the room decodes them straight into views.

Requests are repeated only where that cannot act twice, a few times, within seconds: this bridges a
restarting API server's refused connection, it is no wait for convergence.
"""

from __future__ import annotations

import contextlib
import ipaddress
import ssl
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode, urlsplit

import msgspec
import tenacity
import urllib3

from reconverge.cluster.errors import Unreachable, decode_status, error_from
from reconverge.cluster.framing import Chunked, Framing, LineSplitter, Whole
from reconverge.errors import BadInput

if TYPE_CHECKING:
    from kubernetes.client import Configuration

CONNECT_S = 5.0
OPEN_S = 10.0  # the server answers a watch at once, then sends its lines as they come
BACKOFF_MAX_S = 2.0
POOL_SIZE = 16  # one connection for each watched kind, and some for requests beside them
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
_READ_BYTES = 1 << 17  # some 25 pods; more would make the first of them wait
_RECORD_BYTES = 1 << 14  # what a TLS record holds at most (RFC 8446, 5.1)
_NEVER_SENT = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
_REFUSED_UNREAD = (429,)
_PASSING = (429, 500, 502, 503, 504)


class Patience(msgspec.Struct, frozen=True):
    """How long one answer may take, and how often a request is made where that is safe.

    `total_s` bounds the connecting and the answer together.
    """

    read_s: float
    attempts: int
    total_s: float | None = None


PATIENT = Patience(read_s=30.0, attempts=5)
# For a look at a cluster that may be broken: a server that is away is an answer, too.
ONE_LOOK = Patience(read_s=5.0, attempts=1)
# For what must be known in time or given up: half of the 10 s for which client-go tries to renew a
# lease, as long as kube-controller-manager lets such a request take.
PROMPT = Patience(read_s=5.0, attempts=1, total_s=5.0)


class Silent(Unreachable):
    """Nothing came within the time in which the server sends at least a bookmark."""


class Reply(msgspec.Struct, frozen=True):
    """An HTTP answer. `attempt` counts from 1: a repeated request may have acted before."""

    code: int
    body: bytes
    attempt: int = 1


class _Passing(Exception):
    """A failure that may be gone in a moment, and the answer it came with, if any."""

    def __init__(self, reply: Reply | None, error: Exception | None) -> None:
        self.reply, self.error = reply, error
        super().__init__(str(error))


class Transport:
    """Requests to one API server over shared connections; safe to use from many threads."""

    def __init__(self, configuration: Configuration, *, patience: Patience = PATIENT) -> None:
        from kubernetes.client.rest import RESTClientObject

        configuration.connection_pool_maxsize = POOL_SIZE
        if _is_loopback(configuration.host):
            configuration.proxy = None
        self._configuration = configuration
        self._patience = patience
        self._pool: urllib3.PoolManager = RESTClientObject(configuration).pool_manager

    @property
    def configuration(self) -> Configuration:
        """For the one request that the client package must make itself (exec)."""
        return self._configuration

    @property
    def server(self) -> str:
        return str(self._configuration.host)

    def request(
        self,
        verb: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        content_type: str = "application/json",
        read_s: float | None = None,
        is_repeatable: bool | None = None,
    ) -> Reply:
        """One request and its whole answer, whatever its code.

        `is_repeatable` False forbids a second attempt once the request was sent; by default every
        verb but POST may be repeated. `read_s` replaces what our patience says.
        Raises Unreachable when there is no answer at all.
        """
        repeatable = verb != "POST" if is_repeatable is None else is_repeatable
        read_s = self._patience.read_s if read_s is None else read_s
        send = partial(
            self._pool.request,
            verb,
            self._url(path, query),
            body=None if body is None else msgspec.json.encode(body),
            headers=self._headers(content_type if body is not None else ""),
            timeout=urllib3.Timeout(self._patience.total_s, connect=CONNECT_S, read=read_s),
            retries=False,
            redirect=False,
        )
        try:
            for attempt in _retrying(self._patience.attempts):
                with attempt:
                    return _once(send, repeatable, attempt.retry_state.attempt_number)
        except _Passing as last:
            if last.reply is not None:
                return last.reply
            raise self._unreachable(verb, path, last.error) from last.error
        except urllib3.exceptions.HTTPError as error:
            raise self._unreachable(verb, path, error) from error
        raise AssertionError("tenacity either returns or raises")

    def stream(self, path: str, *, query: Mapping[str, str], silence_s: float) -> LineStream:
        """Open a watch; its lines are read from `batches`. Never repeated here.

        Raises the error of the answer's code, Unreachable when there is none.
        """
        try:
            response = self._pool.request(
                "GET",
                self._url(path, query),
                headers=self._headers(""),
                timeout=urllib3.Timeout(connect=CONNECT_S, read=OPEN_S),
                retries=False,
                redirect=False,
                preload_content=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise self._unreachable("watch", path, error) from error
        _set_read_timeout(response, silence_s)
        stream = LineStream(response, where=f"watch {path}", silence_s=silence_s)
        if response.status != 200:
            with contextlib.closing(stream):
                status = decode_status(stream.body(), code=response.status)
            raise error_from(status, code=response.status, where=f"watch {path}")
        return stream

    def close(self) -> None:
        """Drop the idle connections."""
        self._pool.clear()

    def _url(self, path: str, query: Mapping[str, str] | None) -> str:
        return f"{self.server}{path}" + (f"?{urlencode(query)}" if query else "")

    def _headers(self, content_type: str) -> dict[str, str]:
        """Asked of the configuration each time, since a token may be renewed between requests."""
        headers = {"Accept": "application/json", "User-Agent": "reconverge"}
        if content_type:
            headers["Content-Type"] = content_type
        settings = cast("dict[str, dict[str, str]]", self._configuration.auth_settings())
        for setting in settings.values():
            if setting["in"] == "header" and setting["value"]:
                headers[setting["key"]] = setting["value"]
        return headers

    def _unreachable(self, verb: str, path: str, error: Exception | None) -> Unreachable:
        return Unreachable(
            f"no answer from the API server at {self.server}: {reason_of(error)}",
            where=f"{verb} {path}",
            cure="is the cluster up? `reconverge cluster status` tells",
        )


def _retrying(attempts: int) -> tenacity.Retrying:
    return tenacity.Retrying(
        stop=tenacity.stop_after_attempt(attempts),
        wait=tenacity.wait_exponential(multiplier=0.1, max=BACKOFF_MAX_S)
        + tenacity.wait_random(0, 0.1),
        retry=tenacity.retry_if_exception_type(_Passing),
        reraise=True,
    )


def _once(send: Callable[[], urllib3.BaseHTTPResponse], is_repeatable: bool, number: int) -> Reply:
    try:
        response = send()
    except urllib3.exceptions.HTTPError as error:
        if is_repeatable or isinstance(error, _NEVER_SENT):
            raise _Passing(None, error) from error
        raise
    reply = Reply(response.status, response.data, number)
    if reply.code in (_PASSING if is_repeatable else _REFUSED_UNREAD):
        raise _Passing(reply, None)
    return reply


class LineStream:
    """The lines of one open watch. `close` may be called by another thread than the reader's."""

    def __init__(self, response: urllib3.BaseHTTPResponse, *, where: str, silence_s: float) -> None:
        self._response = response
        self._where = where
        self._silence_s = silence_s

    def batches(self) -> Iterator[list[bytes]]:
        """Whole lines, those together that came together; a last line that was cut off is dropped.

        Raises Silent after `silence_s` without a byte, Unreachable when the connection breaks.
        """
        framing: Framing = Chunked() if getattr(self._response, "chunked", False) else Whole()
        splitter = LineSplitter()
        try:
            while not framing.is_ended:
                received = self._read()
                if not received:
                    break
                lines = splitter.lines_of(framing.body_of(received))
                if lines:
                    yield lines
        except TimeoutError as error:
            what = f"nothing for {self._silence_s:g} s, not even a bookmark"
            raise Silent(what, where=self._where) from error
        except (OSError, ValueError, AttributeError) as error:
            # ValueError, AttributeError: what http.client meets in a response closed under it
            raise Unreachable(reason_of(error), where=self._where) from error
        if isinstance(framing, Chunked) and not framing.is_ended:
            raise Unreachable("the connection was cut", where=self._where)

    def _read(self) -> bytes:
        """What has come, as soon as anything has; empty at the end of the connection.

        urllib3 hands out one chunk at a time, http.client's buffered reader whatever is there. Of
        TLS that is one record: those that have come as well are added to it.
        """
        reader = cast(Any, self._response)._fp.fp
        if reader is None:
            return b""
        received = cast(bytes, reader.read1(_READ_BYTES))
        sock = reader.raw._sock
        if received and isinstance(sock, ssl.SSLSocket):
            received = b"".join((received, *self._records(sock)))
        return received

    def _records(self, sock: ssl.SSLSocket) -> Iterator[bytes]:
        """The records that can be had without waiting; whatever ends them shows in the next read.

        Nothing tells beforehand whether there are any: `pending` knows of the present one only.
        """
        left = _READ_BYTES
        sock.settimeout(0)
        try:
            with contextlib.suppress(OSError):
                while left > 0 and (record := sock.recv(_RECORD_BYTES)):
                    left -= len(record)
                    yield record
        finally:
            sock.settimeout(self._silence_s)

    def body(self) -> bytes:
        """The whole body, as far as it can be had: for an answer that is no stream."""
        with contextlib.suppress(urllib3.exceptions.HTTPError, OSError):
            return self._response.read() or b""
        return b""

    def shutdown(self) -> None:
        """End a read that another thread is blocked in, at once. Idempotent."""
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            self._response.shutdown()

    def close(self) -> None:
        """Give the connection up. For the reading thread."""
        with contextlib.suppress(OSError):
            self._response.close()


def _set_read_timeout(response: urllib3.BaseHTTPResponse, timeout_s: float) -> None:
    """How long a read may block from now on; until now that was the time for an answer."""
    sock = getattr(response.connection, "sock", None)
    if sock is not None:
        sock.settimeout(timeout_s)


def connect(kubeconfig: Path, context: str, *, patience: Patience = PATIENT) -> Transport:
    """A transport for one context of one kubeconfig file; nothing global is set.

    Raises BadInput when the file or the context cannot be used.
    """
    # Imported here: the package takes 0.25 s (0.9 s before version 34), which no command that
    # only prints a text should pay.
    from kubernetes.client import Configuration
    from kubernetes.config import ConfigException, load_kube_config
    from yaml import YAMLError

    if not kubeconfig.is_file():
        raise BadInput("there is no such kubeconfig", where=str(kubeconfig))
    configuration = Configuration()
    try:
        load_kube_config(  # type: ignore[no-untyped-call]
            config_file=str(kubeconfig),
            context=context,
            client_configuration=configuration,
            persist_config=False,
        )
    except (OSError, YAMLError, UnicodeDecodeError, TypeError, AttributeError) as error:
        raise BadInput(
            f"the kubeconfig cannot be read ({_first_line(error)})",
            where=str(kubeconfig),
            cure="give a kubeconfig that kubectl accepts",
        ) from error
    except (ConfigException, ValueError, KeyError) as error:
        raise BadInput(
            f'cannot use context "{context}": {_first_line(error)}',
            where=str(kubeconfig),
            cure="`kubectl config get-contexts` lists the contexts there are",
        ) from error
    return Transport(configuration, patience=patience)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _is_loopback(url: str) -> bool:
    """Whether the server is on this machine: Go's clients never use a proxy for it either."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def reason_of(error: BaseException | None) -> str:
    """The innermost reason: urllib3 wraps the system's own words in several layers."""
    while error is not None:
        inner = getattr(error, "reason", None) or error.__cause__ or error.__context__
        if not isinstance(inner, BaseException):
            break
        error = inner
    return str(error) if error is not None and str(error) else type(error).__name__
