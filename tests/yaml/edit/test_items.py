"""Joining, splitting and emptying the items of a list."""

import pytest

from netpol_lsp.text.edits import apply_edits
from netpol_lsp.yaml.documents import Document, parse_document
from netpol_lsp.yaml.edit.items import empty_list, join_items, split_item
from netpol_lsp.yaml.edit.mappings import Edits
from netpol_lsp.yaml.nodes import Mapping, Sequence


def parse(text: str) -> tuple[Document, Mapping, Sequence]:
    document = parse_document(text)
    root = document.root
    assert isinstance(root, Mapping)
    items = root.entries[0].value
    assert isinstance(items, Sequence)
    return document, root, items


def joined(text: str) -> str | None:
    document, _, items = parse(text)
    return result(text, join_items(document, items, items.items[0], items.items[1]))


def split(text: str) -> str | None:
    document, _, items = parse(text)
    item = items.items[0]
    assert isinstance(item, Mapping)
    return result(text, split_item(document, items, item, item.entries[1]))


def result(text: str, edits: Edits | None) -> str | None:
    if edits is None:
        return None
    changed = apply_edits(text, edits)
    assert parse_document(changed).error is None
    return changed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from:\n  - a:\n      b: c\n  - d: e\n", "from:\n  - a:\n      b: c\n    d: e\n"),
        ("from:\n- a: b # one\n# two\n- d: e # three\n", "from:\n- a: b # one\n# two\n  d: e # three\n"),
        ("from:\r\n- a: b\r\n- d: e\r\n", "from:\r\n- a: b\r\n  d: e\r\n"),
        (
            "from:\n-   a: b\n- d:\n    e: f\n\n  # c\n  g: h\n",
            "from:\n-   a: b\n    d:\n      e: f\n\n    # c\n    g: h\n",
        ),
        ("from:\n- a: b\n-   d:\n      e: f\n", "from:\n- a: b\n  d:\n    e: f\n"),
        ("from: [{a: b}, {d: e}]\n", "from: [{a: b, d: e}]\n"),
        ("from: [ { a: {b: c} } , { d: {} } ]\n", "from: [ { a: {b: c}, d: {} } ]\n"),
        (
            '{"from": [\n  {\n    "a": 1\n  },\n  {\n    "d": 2\n  }\n]}',
            '{"from": [\n  {\n    "a": 1,\n    "d": 2\n  }\n]}',
        ),
        ("from:\n- {a: b}\n- {d: {e: f}}\n", "from:\n- {a: b, d: {e: f}}\n"),
        ("from:\n  - a: {b: c}\n  - {d: {e: f}}\n", "from:\n  - a: {b: c}\n    d: {e: f}\n"),
    ],
)
def test_join(before: str, after: str) -> None:
    assert joined(before) == after


@pytest.mark.parametrize(
    "text",
    [
        "from:\n- a: b\n- a: c\n",
        "from:\n- {a: b}\n- d: e\n",
        "from:\n- a: b\n- &x {d: e}\n",
        "from:\n- &x {a: b}\n- *x\n",
        "from:\n- a: b\n- d\n",
        "from:\n- a: b\n- {d: e, f: g}\n",
        "from: [{a: b}, # why\n {d: e}]\n",
        "from:\n- {a: b} # one\n- {d: e}\n",
        "from:\n- a: b\n- # why - so\n  d: e\n",
    ],
)
def test_join_that_cannot_be(text: str) -> None:
    assert joined(text) is None


def test_join_needs_neighbours() -> None:
    document, _, items = parse("from: [{a: b}, {c: d}, {e: f}]\n")
    assert join_items(document, items, items.items[0], items.items[2]) is None
    assert join_items(document, items, items.items[1], items.items[0]) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from:\n  - a:\n      b: c\n    d: e\n", "from:\n  - a:\n      b: c\n  - d: e\n"),
        ("from:\n-   a: b\n    d:\n      e: f\n", "from:\n-   a: b\n-   d:\n      e: f\n"),
        ("from:\r\n- a: b\r\n  d: e\r\n", "from:\r\n- a: b\r\n- d: e\r\n"),
        ("from: [{a: b, d: e}]\n", "from: [{a: b}, {d: e}]\n"),
        ("from:\n  - {a: b, d: e}\n", "from:\n  - {a: b}\n  - {d: e}\n"),
    ],
)
def test_split_is_the_way_back(before: str, after: str) -> None:
    assert split(before) == after
    assert joined(after) == before


def test_split_that_cannot_be() -> None:
    assert split("from: [{a: b, # why\n d: e}]\n") is None
    document, _, items = parse("from:\n- a: b\n  d: e\n")
    item = items.items[0]
    assert isinstance(item, Mapping)
    assert split_item(document, items, item, item.entries[0]) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from:\n- a: b\n- c\nx: y\n", "from: []\nx: y\n"),
        ("from:\n  - a: b # stays", "from: [] # stays"),
        ("from:\n  - a: b # lost\n    c: d", None),
        ("from: [{a: b}] # yes\n", "from: [] # yes\n"),
        ('{"from": [1]}', '{"from": []}'),
        ("from: &x [a]\n", None),
    ],
)
def test_empty_list(before: str, after: str | None) -> None:
    document, root, _ = parse(before)
    assert result(before, empty_list(document, root.entries[0])) == after
