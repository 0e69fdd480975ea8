"""The lines of a text after an edit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netpol_lsp.text.source import LineIndex
from netpol_lsp.text.span import Span

TEXT = st.text(alphabet="ab\n\r\u2028\u4e2d\U0001f389", max_size=12)


def starts(index: LineIndex) -> list[int]:
    return [index.line_start(line) for line in range(index.line_count)]


def check(text: str, span: Span, new: str) -> None:
    changed = text[: span.start] + new + text[span.end :]
    edited = LineIndex(text).edited(span, new, changed)
    whole = LineIndex(changed)
    assert starts(edited) == starts(whole)
    assert [edited.line_text(line) for line in range(edited.line_count)] == [
        whole.line_text(line) for line in range(whole.line_count)
    ]


@given(TEXT, TEXT, st.data())
def test_lines_after_an_edit(text: str, new: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    check(text, Span(start, data.draw(st.integers(start, len(text)))), new)


@pytest.mark.parametrize(
    ("text", "span", "new"),
    [
        ("", Span(0, 0), "\n"),
        ("a\nb\n", Span(0, 4), ""),
        ("a\nb\n", Span(1, 2), ""),
        ("a\nb\n", Span(2, 2), "\n\n"),
        ("a\r\nb", Span(1, 2), ""),
        ("a\nb", Span(1, 1), "\r"),
    ],
)
def test_lines_after_edits_at_line_ends(text: str, span: Span, new: str) -> None:
    check(text, span, new)
