"""The node tree: what it keeps of the text, and how it is walked."""

import pytest

from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Mapping, Scalar, Sequence, children, head_span, is_merge_key, is_null, is_open, walk
from tests.builders import mapping, root_of

TEXT = "a: &x 1\nb: [c, {d: e}]\nf:\n  - *x\n"


def test_spans_are_those_of_the_text():
    root = mapping(TEXT)
    entry = root.get("b")
    assert entry is not None
    assert TEXT[entry.span.start : entry.span.end] == "b: [c, {d: e}]"
    assert TEXT[entry.value.start : entry.value.end] == "[c, {d: e}]"
    anchored = root.get("a")
    assert anchored is not None
    assert anchored.value.anchor == "x"
    assert TEXT[anchored.value.start : anchored.value.end] == "1"


def test_an_alias_is_at_its_own_place_and_knows_its_origin():
    listed = mapping(TEXT).get("f")
    assert listed is not None
    assert isinstance(listed.value, Sequence)
    alias = listed.value.items[0]
    assert TEXT[alias.start : alias.end] == "*x"
    assert isinstance(alias, Scalar)
    assert alias.value == "1"
    assert alias.origin is not None
    assert TEXT[alias.origin.start : alias.origin.end] == "1"


def test_get_takes_the_last_of_equal_keys_as_kubectl_does():
    root = mapping("a: 1\nb: 2\na: 3\n")
    found = root.get("a")
    assert found is not None
    assert isinstance(found.value, Scalar)
    assert found.value.value == "3"
    assert len(root.all_entries()) == 3
    assert root.get("none") is None


@pytest.mark.parametrize("word", ["", "~", "null", "Null", "NULL", "!!null x"])
def test_null(word):
    entry = mapping(f"a: {word}\n").get("a")
    assert entry is not None
    assert is_null(entry.value)


@pytest.mark.parametrize("word", ['""', "'~'", "nUll", "[]", "{}", "!!str null", "0"])
def test_not_null(word):
    entry = mapping(f"a: {word}\n").get("a")
    assert entry is not None
    assert not is_null(entry.value)


def test_merge_keys_are_told_from_quoted_ones():
    root = mapping("x: &x {a: 1}\ny: {<<: *x}\nz: {'<<': 1}\n")
    merged, quoted = (root.get(name) for name in "yz")
    assert merged is not None
    assert quoted is not None
    assert isinstance(merged.value, Mapping)
    assert isinstance(quoted.value, Mapping)
    assert is_merge_key(merged.value.entries[0].key)
    assert not is_merge_key(quoted.value.entries[0].key)
    assert merged.value.get("a") is not None


def test_walk_visits_every_node_once_and_children_are_inside():
    root = root_of(TEXT)
    found = list(walk(root))
    assert len({id(node) for node in found}) == len(found)
    assert [node.value for node in found if isinstance(node, Scalar)] == ["a", "1", "b", "c", "d", "e", "f", "1"]
    for node in found:
        assert all(node.span.covers(child.span) for child in children(node))


def test_a_collection_is_pointed_at_by_its_first_line():
    root = mapping("a:\n  b: 1\n  c: 2\n")
    assert head_span(root) == Span(0, 1)
    assert not is_open(root)
