"""Messages out of a stream of bytes."""

from hypothesis import given
from hypothesis import strategies as st

from netpol_lsp.lsp.transport.framing import FrameReader, frame


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


def test_noise_without_an_end_is_thrown_away():
    reader = FrameReader()
    assert list(reader.feed(b"x" * 10_000)) == []
    assert list(reader.feed(frame(b"{}"))) == [b"{}"]
