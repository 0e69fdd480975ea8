"""Edits of YAML: what they change, that they change nothing else, and when they cannot be made."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from netpol_lsp.text.edits import apply_edits
from netpol_lsp.yaml.documents import Document, parse_document
from netpol_lsp.yaml.edit.mappings import (
    Edits,
    insert_entry,
    insert_entry_first,
    insert_item,
    quote_scalar,
    remove_entry,
    remove_item,
    rename_key,
    replace_scalar,
    set_value,
    wrap_in_list,
)
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence, walk
from netpol_lsp.yaml.style import Style, dash_of, render_block
from netpol_lsp.yaml.to_python import to_python


def at(text: str, *path: str | int) -> tuple[Document, Node, Entry | None]:
    document = parse_document(text)
    assert document.error is None
    assert document.root is not None
    node: Node = document.root
    entry: Entry | None = None
    for step in path:
        if isinstance(node, Sequence):
            assert isinstance(step, int)
            node, entry = node.items[step], None
        else:
            assert isinstance(node, Mapping)
            entry = next(one for one in node.entries if one.name == step)
            node = entry.value
    return document, node, entry


def result(text: str, edits: Edits | None) -> str | None:
    return None if edits is None else apply_edits(text, edits)


def entry_at(text: str, *path: str | int) -> tuple[Document, Entry]:
    document, _, entry = at(text, *path)
    assert entry is not None
    return document, entry


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a: 80\n", 'a: "80"\n'),
        ("b: 'c'\na: 80 # d\n", "b: 'c'\na: '80' # d\n"),
        ("a:\n", 'a: ""\n'),
        ("a: # c\n", 'a: "" # c\n'),
        ("{a: 80}", '{a: "80"}'),
        ('a: "80"\n', None),
        ("a: |\n  80\n", None),
        ("a: !!str 80\n", None),
        ("a: b\n  c\n", None),
    ],
)
def test_quote(text: str, after: str | None) -> None:
    document, node, _ = at(text, "a")
    assert result(text, quote_scalar(document, node)) == after


@pytest.mark.parametrize(
    ("text", "value", "after"),
    [
        ("a: b # c\n", "x", "a: x # c\n"),
        ("a: 'b'\n", "x", "a: 'x'\n"),
        ('a: "b"\n', 'x"', 'a: "x\\""\n'),
        ("a: b\n", "80", 'a: "80"\n'),
        ("a: b\n", 80, "a: 80\n"),
        ('a: "b"\n', 80, "a: 80\n"),
        ("a:\n", "x", "a: x\n"),
        ("{a: }", "x", "{a: x }"),
        ('{"a": "b"}', "x", '{"a": "x"}'),
        ('{"a": 1}', "x", '{"a": "x"}'),
        ("a: |\n  b\n", "x", None),
    ],
)
def test_replace(text: str, value: str | int, after: str | None) -> None:
    document, node, _ = at(text, "a")
    assert result(text, replace_scalar(document, node, value)) == after


def test_rename_keeps_quotes() -> None:
    for text, after in [("'a': b\n", "'x': b\n"), ("a : b\n", "x : b\n"), ("{a: b}", "{x: b}")]:
        document, entry = entry_at(text, "a")
        assert result(text, rename_key(document, entry, "x")) == after


@pytest.mark.parametrize(
    ("text", "value", "after"),
    [
        ("a:\nb: c\n", [], "a: []\nb: c\n"),
        ("a: # d\nb: c\n", {}, "a: {} # d\nb: c\n"),
        ("a:\nb: c\n", {"x": [1]}, "a:\n  x:\n    - 1\nb: c\n"),
        ("a: # d\nb: c\n", {"x": "w"}, "a: # d\n  x: w\nb: c\n"),
        ("a: {b: c}\n", [{"x": 1}], "a: [{x: 1}]\n"),
        ("a:\n  b: c\nd: e\n", [], "a:\n  []\nd: e\n"),
        ("a:\n- b\nd: e\n", [], "a: []\nd: e\n"),
        ("a:\n  - b # why\nd: e\n", [], "a: [] # why\nd: e\n"),
        ("a:\n  - b # why\n  - c\nd: e\n", [], None),
    ],
)
def test_set_value(text: str, value: Any, after: str | None) -> None:
    document, entry = entry_at(text, "a")
    assert result(text, set_value(document, entry, value)) == after


@pytest.mark.parametrize(
    ("text", "path", "after"),
    [
        ("a: b\n", (), "a: b\nx:\n  - w: 1\n"),
        ("a: b", (), "a: b\nx:\n  - w: 1"),
        ("a: b # c\n# d\n", (), "a: b # c\nx:\n  - w: 1\n# d\n"),
        ("a:\n    b: c\nd: e\n", ("a",), "a:\n    b: c\n    x:\n        - w: 1\nd: e\n"),
        ("a:\n- b\n", (), "a:\n- b\nx:\n- w: 1\n"),
        ("- a: b\n- c\n", (0,), "- a: b\n  x:\n    - w: 1\n- c\n"),
        ("a: {}\n", ("a",), "a: {x: [{w: 1}]}\n"),
        ("a: {b: c}\n", ("a",), "a: {b: c, x: [{w: 1}]}\n"),
        ('{"a": {"b": 1}}', ("a",), '{"a": {"b": 1, "x": [{"w": 1}]}}'),
        ('{\n  "a": 1,\n  "b": 2\n}\n', (), '{\n  "a": 1,\n  "b": 2,\n  "x": [{"w": 1}]\n}\n'),
        ("a: |\n  b\n\nc: d\n", (), "a: |\n  b\n\nc: d\nx:\n  - w: 1\n"),
        ("a: b\r\n", (), "a: b\r\nx:\r\n  - w: 1\r\n"),
    ],
)
def test_insert_entry(text: str, path: tuple[str | int, ...], after: str) -> None:
    document, node, _ = at(text, *path)
    assert isinstance(node, Mapping)
    assert result(text, insert_entry(document, node, "x", [{"w": 1}])) == after


def test_insert_behind_an_entry_with_lines_below() -> None:
    text = "a:\n  b:\n    - c  # d\n    # e\nf: g\n"
    document, _, entry = at(text, "a")
    root = document.root
    assert isinstance(root, Mapping)
    assert result(text, insert_entry(document, root, "x", 1, after=entry)) == (
        "a:\n  b:\n    - c  # d\nx: 1\n    # e\nf: g\n"
    )


@pytest.mark.parametrize(
    ("text", "path", "after"),
    [
        ("a: b\n", (), "x: 1\na: b\n"),
        ("# c\na: b\n", (), "# c\nx: 1\na: b\n"),
        ("- a: b\n", (0,), "- x: 1\n  a: b\n"),
        ("a: {b: c}\n", ("a",), "a: {x: 1, b: c}\n"),
        ("a: {}\n", ("a",), None),
    ],
)
def test_insert_entry_first(text: str, path: tuple[str | int, ...], after: str | None) -> None:
    document, node, _ = at(text, *path)
    assert isinstance(node, Mapping)
    assert result(text, insert_entry_first(document, node, "x", 1)) == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a:\n  - b\n", "a:\n  - b\n  - x: w\n"),
        ("a:\n- b # c-d\n", "a:\n- b # c-d\n- x: w\n"),
        ("a: [b]\n", "a: [b, {x: w}]\n"),
        ("a: []\n", "a: [{x: w}]\n"),
        ("a:\n  -\n", "a:\n  -\n  - x: w\n"),
        ("a:\n  - # b-c\n    d: e\n", "a:\n  - # b-c\n    d: e\n  - x: w\n"),
        ("a:\n  - &b-c\n    d: e\n", "a:\n  - &b-c\n    d: e\n  - x: w\n"),
        ("a:\n  - !b-c {d: e}\n", "a:\n  - !b-c {d: e}\n  - x: w\n"),
    ],
)
def test_insert_item(text: str, after: str) -> None:
    document, node, _ = at(text, "a")
    assert isinstance(node, Sequence)
    assert result(text, insert_item(document, node, {"x": "w"})) == after


@pytest.mark.parametrize(
    ("text", "path", "key", "after"),
    [
        ("a: b\nc: d\n", (), "a", "c: d\n"),
        ("a: b\nc: d", (), "c", "a: b"),
        ("a:\n  b:\n    - c\n  # d\n  e: f\n", ("a",), "b", "a:\n  # d\n  e: f\n"),
        ("- a: b\n  c: d\n", (0,), "a", "- c: d\n"),
        ("- a: b\n  c: d\n", (0,), "c", "- a: b\n"),
        ("a: {b: c, d: e}\n", ("a",), "b", "a: {d: e}\n"),
        ("a: {b: c, d: e}\n", ("a",), "d", "a: {b: c}\n"),
        ("a: {b: c}\n", ("a",), "b", "a: {}\n"),
        ("a: b\n", (), "a", None),
        ("a: b # why\nc: d\n", (), "a", "# why\nc: d\n"),
        ("a: &x b\nc: *x\n", (), "a", None),
        ("a: {b: &x c, d: *x}\n", ("a",), "b", None),
        ("a:\r\n  b: c\r\nd: e\r\n", (), "a", "d: e\r\n"),
    ],
)
def test_remove_entry(text: str, path: tuple[str | int, ...], key: str, after: str | None) -> None:
    document, node, _ = at(text, *path)
    assert isinstance(node, Mapping)
    entry = next(one for one in node.entries if one.name == key)
    assert result(text, remove_entry(document, node, entry)) == after


@pytest.mark.parametrize(
    ("text", "number", "after"),
    [
        ("a:\n  - b\n  - c\n", 0, "a:\n  - c\n"),
        ("a:\n- b\n- c: d\n  e: f\n", 1, "a:\n- b\n"),
        ("a: [b, c]\n", 0, "a: [c]\n"),
        ("a: [b]\n", 0, "a: []\n"),
        ("a:\n  - b\n", 0, None),
        ("a:\n  - # b-c\n    d: e\n  - f\n", 0, "a:\n  # b-c\n  - f\n"),
        ("a:\n  - &x b\n  - *x\n", 0, None),
    ],
)
def test_remove_item(text: str, number: int, after: str | None) -> None:
    document, node, _ = at(text, "a")
    assert isinstance(node, Sequence)
    assert result(text, remove_item(document, node, node.items[number])) == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a: b # c\n", "a: [b] # c\n"),
        ("a: {b: c}\n", "a: [{b: c}]\n"),
        ("a:\n  b: c\n  d:\n    e: f\n", "a:\n  - b: c\n    d:\n      e: f\n"),
        ("a: b, c\n", 'a: ["b, c"]\n'),
        ("a: |\n  b\n", None),
        ("a:\n", None),
    ],
)
def test_wrap_in_list(text: str, after: str | None) -> None:
    document, entry = entry_at(text, "a")
    assert result(text, wrap_in_list(document, entry)) == after


def test_nothing_is_edited_behind_an_alias() -> None:
    text = "a: &x {b: c, l: [1]}\nd: *x\n"
    document, node, entry = at(text, "d")
    assert isinstance(node, Mapping)
    assert entry is not None
    inner = node.entries[0]
    assert quote_scalar(document, inner.value) is None
    assert replace_scalar(document, inner.value, "x") is None
    assert insert_entry(document, node, "x", 1) is None
    assert insert_entry_first(document, node, "x", 1) is None
    assert remove_entry(document, node, inner) is None
    assert set_value(document, entry, 1) is None
    assert wrap_in_list(document, entry) is None


@pytest.mark.parametrize(
    "text",
    ["- a\n", "-   a\n", "- # b-c\n  a\n", "- # x\n\n  # y-z\n  a\n", "- &b-c a\n", "- !b-c\n  a\n", "-\n", "- - a\n"],
)
def test_dash(text: str) -> None:
    document, node, _ = at(text, 0)
    assert dash_of(document.source, node) == 0


# Any document, any edit: the result says what was asked for, and nothing else.


def some_value(chance: random.Random, depth: int = 0) -> Any:
    kind = chance.randrange(6 if depth < 3 else 2)
    if kind == 0:
        return chance.choice(
            ["web", "80", "a: b", "x # y", "", "yes", "10.0.0.0/8", "it's", "é𝔘", "- a", "2024-01-01", "a,b"]
        )
    if kind == 1:
        return chance.choice([80, True, None, 1.5])
    if kind in (2, 3):
        return {f"k{number}": some_value(chance, depth + 1) for number in range(chance.randint(0, 3))}
    return [some_value(chance, depth + 1) for _ in range(chance.randint(0, 3))]


def some_document(chance: random.Random) -> tuple[str, Any]:
    value = {"top": some_value(chance), **{f"k{number}": some_value(chance) for number in range(3)}}
    style = Style(step=chance.choice([2, 4]), indents_items=chance.random() < 0.5, quote=chance.choice(["'", '"']))
    lines = render_block(value, 0, style)
    commented: list[str] = []
    for line in lines:
        if chance.random() < 0.15:
            commented.append(" " * chance.randint(0, 6) + "# a - b: c")
        commented.append(line + ("  # d - e" if chance.random() < 0.15 else ""))
    newline = chance.choice(["\n", "\n", "\r\n"])
    return newline.join(commented) + (newline if chance.random() < 0.8 else ""), value


def copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: copied(inner) for key, inner in value.items()}
    return [copied(inner) for inner in value] if isinstance(value, list) else value


def places(node: Node, value: Any) -> Iterator[tuple[Node, Any, Any, Any]]:
    """Each collection and scalar with its plain value, and the container and key that it sits in."""
    if isinstance(node, Mapping):
        for entry in node.entries:
            yield entry.value, value[entry.name], value, entry
            yield from places(entry.value, value[entry.name])
    elif isinstance(node, Sequence):
        for number, item in enumerate(node.items):
            yield item, value[number], value, number
            yield from places(item, value[number])


def test_random_edits_change_what_they_should() -> None:
    chance = random.Random(478)
    made = 0
    for _ in range(1500):
        text, value = some_document(chance)
        document = parse_document(text)
        assert document.error is None, text
        assert document.root is not None
        wanted = copied(value)
        assert to_python(document.root).value == wanted
        node, inner, holder, key = chance.choice(list(places(document.root, wanted)))
        new = some_value(chance, 1)
        edits = some_edit(chance, document, node, inner, holder, key, new)
        if edits is None:
            continue
        made += 1
        after = apply_edits(text, edits)
        parsed = parse_document(after)
        assert parsed.error is None, f"{text}\n=====\n{after}"
        assert to_python(parsed.root).value == wanted, f"{text}\n=====\n{after}"
        assert len(parsed.comments) == len(document.comments), f"{text}\n=====\n{after}"
    assert made > 800


def some_edit(  # noqa: PLR0912 - one branch an edit
    chance: random.Random, document: Document, node: Node, inner: Any, holder: Any, key: Any, new: Any
) -> Edits | None:
    """Make one edit; change the plain value in the same way."""
    kind = chance.randrange(7)
    if kind == 0 and isinstance(key, Entry):
        edits = set_value(document, key, new)
        if edits is not None:
            holder[key.name] = new
        return edits
    if kind == 1 and isinstance(node, Mapping):
        edits = insert_entry(document, node, "new", new, after=chance.choice([None, *node.entries]))
        if edits is not None:
            inner["new"] = new
        return edits
    if kind == 2 and isinstance(node, Mapping):
        edits = insert_entry_first(document, node, "new", new)
        if edits is not None:
            inner["new"] = new
        return edits
    if kind == 3 and isinstance(node, Sequence):
        edits = insert_item(document, node, new)
        if edits is not None:
            inner.append(new)
        return edits
    if kind == 4 and isinstance(node, Mapping) and node.entries:
        entry = chance.choice(node.entries)
        edits = remove_entry(document, node, entry)
        if edits is not None:
            del inner[entry.name]
        return edits
    if kind == 5 and isinstance(node, Sequence) and node.items:
        number = chance.randrange(len(node.items))
        edits = remove_item(document, node, node.items[number])
        if edits is not None:
            del inner[number]
        return edits
    if isinstance(key, Entry):
        edits = wrap_in_list(document, key)
        if edits is not None:
            holder[key.name] = [inner]
        return edits
    return None


def test_quoting_every_plain_scalar_gives_its_text() -> None:
    text = "a: 80\nb: [1.10, yes, {c: 0x1F}]\nd:\n  - on\n  -\n"
    document = parse_document(text)
    assert document.root is not None
    scalars = [node for node in walk(document.root) if isinstance(node, Scalar) and node.value not in "abcd"]
    edits = [edit for node in scalars for edit in quote_scalar(document, node) or ()]
    assert to_python(parse_document(apply_edits(text, edits)).root).value == {
        "a": "80",
        "b": ["1.10", "yes", {"c": "0x1F"}],
        "d": ["on", None],
    }


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("a: |\n  s", False),
        ("a: >\n  s", False),
        ("a: |\n  s\n", True),
        ("a: |-\n  s", True),
        ("a: |+\n  s\n\n", False),
        ("a:\n  b:\n  - |\n    s", False),
        ("a: s", True),
    ],
)
def test_a_block_scalar_keeps_its_last_line_feed(text, may):
    document = parse_document(text)
    edits = insert_entry(document, document.root, "z", "v")
    assert (edits is not None) is may
    if edits:
        before, after = (to_python(parse_document(one).root).value for one in (text, apply_edits(text, edits)))
        assert after == {**before, "z": "v"}
