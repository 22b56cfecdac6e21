"""However the network cuts the bytes, the lines are those that were sent."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconverge.cluster.framing import Chunked, LineSplitter, Whole


def in_pieces(whole: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(whole), *(cut % (len(whole) + 1) for cut in cuts)})
    return [whole[a:b] for a, b in pairwise(places)]


@given(st.lists(st.binary(min_size=1, max_size=30), max_size=6), st.lists(st.integers(0)))
def test_chunks_cut_anywhere(chunks: list[bytes], cuts: list[int]) -> None:
    """The body is the chunks' content, wherever a read ends: in a size, in a chunk, in its end."""
    wire = b"".join(b"%x;name=x\r\n%s\r\n" % (len(one), one) for one in chunks) + b"0\r\n\r\n"
    framing = Chunked()
    body = b""
    for piece in in_pieces(wire, cuts):
        assert not framing.is_ended or not piece.strip()
        body += framing.body_of(piece)
    assert body == b"".join(chunks)
    assert framing.is_ended


@given(st.binary(), st.lists(st.integers(0)))
def test_lines_cut_anywhere(body: bytes, cuts: list[int]) -> None:
    """Whole lines only, each once and in order; the last, unfinished one is kept back."""
    splitter = LineSplitter()
    lines = [one for piece in in_pieces(body, cuts) for one in splitter.lines_of(piece)]
    assert lines == body.split(b"\n")[:-1]


def test_what_is_no_chunk() -> None:
    """A size that is no number ends the stream with an error instead of a guess."""
    with pytest.raises(ValueError, match="invalid literal"):
        Chunked().body_of(b"pod\r\n")


def test_a_body_without_chunks() -> None:
    """It ends with its connection only."""
    framing = Whole()
    assert framing.body_of(b"a\nb") == b"a\nb"
    assert not framing.is_ended
