"""From what a socket gives to whole lines: HTTP's chunks are undone, and half a line is kept back.

The API server sends each watch event as a chunk of its own. Reading them one by one costs more than
decoding them, and hides which of them came together; so a read takes all that has come, and this
takes it apart. No input or output here.
"""

from __future__ import annotations

from typing import Protocol


class Framing(Protocol):
    """How a body lies in the bytes of a connection."""

    @property
    def is_ended(self) -> bool:
        """Whether the body has come to its end."""

    def body_of(self, received: bytes) -> bytes:
        """The part of the body that `received` completes."""


class Chunked:
    """Transfer-Encoding: chunked (RFC 9112, 7.1). Raises ValueError for what is none."""

    def __init__(self) -> None:
        self.is_ended = False
        self._rest = b""
        self._left = 0  # of the current chunk, its line end included

    def body_of(self, received: bytes) -> bytes:
        buffer = self._rest + received if self._rest else received
        at, whole, parts = 0, memoryview(buffer), list[memoryview]()
        while not self.is_ended:
            if not self._left:
                end = buffer.find(b"\r\n", at)
                if end < 0:
                    break
                size = int(buffer[at:end].partition(b";")[0], 16)
                at, self._left, self.is_ended = end + 2, size + 2, size == 0
            elif len(buffer) - at >= self._left:
                parts.append(whole[at : at + self._left - 2])
                at, self._left = at + self._left, 0
            else:
                begun = whole[at : at + self._left - 2]
                parts.append(begun)
                at, self._left = at + len(begun), self._left - len(begun)
                break
        self._rest = buffer[at:]
        return b"".join(parts)


class Whole:
    """A body that ends with its connection."""

    is_ended = False

    def body_of(self, received: bytes) -> bytes:
        return received


class LineSplitter:
    """Whole lines out of pieces; a last line that was cut off stays behind."""

    def __init__(self) -> None:
        self._rest = b""

    def lines_of(self, body: bytes) -> list[bytes]:
        """The lines that `body` completes, without their ends."""
        lines = (self._rest + body if self._rest else body).split(b"\n")
        self._rest = lines.pop()
        return lines
