"""Entries written anew, in the style of their mapping."""

import pytest

from netpol_lsp.text.edits import apply_edits
from netpol_lsp.yaml.documents import parse_document
from netpol_lsp.yaml.edit.entries import replace_entry


def replaced(text, key, value, holder="a"):
    document = parse_document(text)
    mapping = document.root.get(holder).value
    edits = replace_entry(document, mapping, mapping.entries[0], key, value)
    return None if edits is None else apply_edits(text, edits)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("a:\n  b:\n    c: 1\n  d: 2\n", {"e": "1"}, 'a:\n  x:\n    e: "1"\n  d: 2\n'),
        ("a:\n    b: 1\n", [{"k": "v"}], "a:\n    x:\n        - k: v\n"),
        ("a: {b: {c: 1}, d: 2}\n", {"e": "f"}, "a: {x: {e: f}, d: 2}\n"),
        ("a:\n  b: {c: 1}\n", {"e": "f"}, "a:\n  x: {e: f}\n"),
        ("a:\n  b: {c: 1} # note\n", {"e": "f"}, "a:\n  x: {e: f} # note\n"),
        ("a:\r\n  b:\r\n    c: 1\r\n", {"e": "f"}, "a:\r\n  x:\r\n    e: f\r\n"),
        ('{"a": {"b": 1}}', {"e": "f"}, '{"a": {"x": {"e": "f"}}}'),
        ("a:\n  b:\n", ["v"], "a:\n  x:\n    - v\n"),
    ],
)
def test_in_the_style_of_the_mapping(text, value, expected):
    assert replaced(text, "x", value) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a:\n  b:\n    # note\n    c: 1\n",
        "o: &o {b: 1}\na:\n  b: *o\n",
        "a:\n  b: &x {c: 1}\n",
        "o: &o {b: 1}\na: *o\n",
    ],
)
def test_not_where_something_would_be_lost(text):
    assert replaced(text, "x", {"e": "f"}) is None
