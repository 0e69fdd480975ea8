"""Positions in three encodings, with and without a byte order mark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from netpol_lsp.lsp.positions import Positions, apply_changes
from netpol_lsp.lsp.transport.movable_json import plain_data
from netpol_lsp.lsp.uris import name_of_uri, path_of_uri, uri_of_path
from netpol_lsp.text.source import LineIndex, make_source
from netpol_lsp.text.span import Span

# Letters of one to four bytes, and signs that end a line for some and not for the protocol.
TEXT = st.text(alphabet="ab é中🎉\n\r\u2028\x85\x0c\ufeff", max_size=40)
ENCODING = st.sampled_from(["utf-8", "utf-16", "utf-32"])


def position(data):
    return types.Position(data["line"], data["character"])


@given(TEXT, ENCODING)
def test_positions_and_offsets_fit_together(text, encoding):
    source = make_source("u", text)
    positions = Positions(source, encoding)
    for offset in range(len(source.text) + 1):
        if source.text[offset - 1 : offset + 1] == "\r\n":
            continue  # inside a line ending there is no position
        assert positions.offset(position(positions.position(offset))) == offset


def test_columns_count_units_of_the_encoding():
    for encoding, column in (("utf-8", 7), ("utf-16", 3), ("utf-32", 2)):
        positions = Positions(make_source("u", "🎉中x"), encoding)
        assert positions.position(2) == {"line": 0, "character": column}


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 3), ("utf-16", 1), ("utf-32", 1)])
def test_a_byte_order_mark_is_a_character_for_the_client_only(encoding, column):
    positions = Positions(make_source("u", "\ufeffkind: x\n"), encoding)
    assert positions.position(0) == {"line": 0, "character": column}
    assert positions.offset(types.Position(0, column)) == 0
    assert positions.offset(types.Position(0, 0)) == 0
    assert positions.offset(types.Position(1, 0)) == 8


@pytest.mark.parametrize(("line", "character"), [(9, 0), (0, 99), (2**31 - 1, 2**31 - 1)])
def test_places_outside_the_text_mean_the_nearest_inside(line, character):
    positions = Positions(make_source("u", "ab\ncd"), "utf-16")
    assert 0 <= positions.offset(types.Position(line, character)) <= 5


def test_a_range_may_come_backwards():
    positions = Positions(make_source("u", "abc"), "utf-16")
    assert positions.span(types.Range(types.Position(0, 2), types.Position(0, 1))) == Span(1, 2)


def test_an_empty_text_has_a_position():
    positions = Positions(make_source("u", ""), "utf-8")
    assert positions.range(Span(0, 0)) == {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}


@given(TEXT, st.data(), ENCODING)
def test_edits_of_the_client_give_the_clients_text(text, data, encoding):
    """Like the editor, whatever signs are in the text: lines end where the protocol says."""
    changes = []
    expected = text
    for _ in range(data.draw(st.integers(1, 3))):
        positions = Positions(make_source("u", expected), encoding)
        start = data.draw(st.integers(0, len(expected)))
        end = data.draw(st.integers(start, len(expected)))
        shift = 1 if expected.startswith("\ufeff") else 0
        if start < shift or expected[start - 1 : start + 1] == "\r\n" or expected[end - 1 : end + 1] == "\r\n":
            continue
        new = data.draw(TEXT)
        where = types.Range(position(positions.position(start - shift)), position(positions.position(end - shift)))
        changes.append(types.TextDocumentContentChangePartial(range=where, text=new))
        expected = expected[:start] + new + expected[end:]
    changed, lines = apply_changes(Positions(make_source("u", text), encoding), text, changes)
    assert changed == expected
    whole = LineIndex(expected)
    assert lines.line_count == whole.line_count
    assert [lines.line_start(line) for line in range(lines.line_count)] == [
        whole.line_start(line) for line in range(whole.line_count)
    ]
    assert [lines.line_text(line) for line in range(lines.line_count)] == [
        whole.line_text(line) for line in range(whole.line_count)
    ]


def test_a_change_may_be_the_whole_text():
    whole = types.TextDocumentContentChangeWholeDocument(text="new")
    assert apply_changes(Positions(make_source("u", "old"), "utf-16"), "old", [whole])[0] == "new"


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///ws/a%20b/%E4%B8%AD.yaml", "/ws/a b/中.yaml"),
        ("untitled:Untitled-1", None),
        ("vscode-remote://ssh/ws/a.yaml", None),
        ("not a uri", None),
    ],
)
def test_paths_of_uris(uri, path):
    assert path_of_uri(uri) == path


def test_uris_of_paths():
    assert uri_of_path("/ws/a b/中.yaml") == "file:///ws/a%20b/%E4%B8%AD.yaml"
    assert name_of_uri("file:///ws/a%20b.yaml") == "a b.yaml"
    assert name_of_uri("untitled:Untitled-1") == "Untitled-1"


def test_plain_data():
    from typing import Any, NamedTuple

    class Pair(NamedTuple):
        a: Any
        b: Any

    assert plain_data(Pair([Pair(1, None)], {"x": Pair(2, 3)})) == {
        "a": [{"a": 1, "b": None}],
        "b": {"x": {"a": 2, "b": 3}},
    }
