"""Edits between two texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netpol_lsp.text import difference as module
from netpol_lsp.text.difference import difference
from netpol_lsp.text.edits import apply_edits

TEXT = st.text(alphabet="ab\n\r", max_size=40)


@given(TEXT, TEXT)
def test_the_edits_lead_from_one_to_the_other(before, after):
    edits = difference(before, after)
    assert apply_edits(before, edits) == after
    assert bool(edits) is (before != after)


def test_untouched_lines_are_left_alone():
    (edit,) = difference("a\nb\nc\n", "a\nB\nc\n")
    assert (edit.span.start, edit.span.end, edit.text) == (2, 4, "B\n")


@pytest.mark.parametrize("after", ["a\nB\nc\nD\n", "x\n" * 5])
def test_very_long_changes_are_one_edit(monkeypatch, after):
    monkeypatch.setattr(module, "_LONGEST", 1)
    before = "a\nb\nc\nd\n"
    edits = difference(before, after)
    assert len(edits) == 1
    assert apply_edits(before, edits) == after
