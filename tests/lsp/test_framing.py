"""Messages out of a stream of bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netpol_lsp.lsp.transport.framing import FrameReader, FramingError, frame


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=5), st.integers(1, 20))
def test_messages_arrive_whole_however_the_stream_is_cut(bodies, size):
    stream = b"".join(map(frame, bodies))
    reader = FrameReader()
    found = []
    for start in range(0, len(stream), size):
        found += reader.feed(stream[start : start + size])
    assert found == bodies


def test_header_names_have_no_case_and_other_headers_do_not_matter():
    data = b"content-type: application/vscode-jsonrpc; charset=utf-8\r\nCONTENT-LENGTH:2\r\n\r\n{}"
    assert list(FrameReader().feed(data)) == [b"{}"]


def test_a_header_without_a_length_is_passed_over():
    assert list(FrameReader().feed(b"Content-Length: many\r\n\r\n" + frame(b"{}"))) == [b"{}"]


@pytest.mark.parametrize(
    "data",
    [
        b"x" * 10_000,
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"Content-Length: 2\n\n{}",
        b"1}Content-Length: 2\r\n\r\n{}",
        b"Content-Length: 999999999999\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\r\n",
    ],
)
def test_what_is_no_header_is_refused_before_it_is_waited_for(data):
    with pytest.raises(FramingError):
        list(FrameReader().feed(data))


def test_a_length_is_judged_before_anything_is_read():
    with pytest.raises(FramingError, match="larger than the 10"):
        list(FrameReader(10).feed(b"Content-Length: 11\r\n\r\n"))


def test_the_token_of_a_header():
    reader = FrameReader()
    assert list(reader.feed(b"Authorization: Bearer abc\r\nContent-Length: 2\r\n\r\n{}")) == [b"{}"]
    assert reader.token == "abc"
