"""A wire between our watches and the API server that can be cut, stalled and mended.

It passes bytes on and understands none of them: TLS goes from end to end.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Literal

_CHUNK = 1 << 16


class Wire:
    """A TCP proxy on 127.0.0.1. `port` is where it listens; it forwards to `target` there."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._state: Literal["whole", "stalled", "cut"] = "whole"
        self._changed = threading.Condition()
        self._ends: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="wire", daemon=True).start()

    def cut(self) -> None:
        """Break every connection, and refuse new ones until it is mended."""
        self._become("cut")
        with self._changed:
            ends, self._ends = self._ends, set()
        for end in ends:
            _close(end)

    def stall(self) -> None:
        """Connections stand, and nothing comes through until it is mended."""
        self._become("stalled")

    def mend(self) -> None:
        self._become("whole")

    def close(self) -> None:
        self.cut()
        _close(self._listener)

    def _become(self, state: Literal["whole", "stalled", "cut"]) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                near, _ = self._listener.accept()
                self._connect(near)

    def _connect(self, near: socket.socket) -> None:
        with self._changed:
            is_cut = self._state == "cut"
        if is_cut:
            _close(near)
            return
        far = socket.create_connection(("127.0.0.1", self._target))
        with self._changed:
            self._ends |= {near, far}
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(_CHUNK):
                with self._changed:
                    self._changed.wait_for(lambda: self._state != "stalled")
                sink.sendall(chunk)
        for end in (source, sink):
            _close(end)


def _close(end: socket.socket) -> None:
    """End it for both sides, and for a thread that is blocked in it."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
