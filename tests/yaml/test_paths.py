"""Paths into a tree: from a path to a node and back."""

import pytest

from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import walk
from netpol_lsp.yaml.paths import lookup, path_at, path_of, render_path
from tests.builders import mapping, root_of

TEXT = "spec:\n  egress:\n    - to: [{podSelector: {}}]\n      ports:\n        - port: 53\n"


@pytest.mark.parametrize(
    ("path", "shown"),
    [((), ""), (("spec",), "spec"), (("spec", "egress", 0, "to", 1), "spec.egress[0].to[1]"), ((0, "a"), "[0].a")],
)
def test_paths_are_written_as_kubernetes_writes_them(path, shown):
    assert render_path(path) == shown


def test_lookup_gives_the_node_and_the_entry_that_holds_it():
    root = root_of(TEXT)
    node, entry = lookup(root, ("spec", "egress", 0, "ports", 0, "port"))
    assert node is not None
    assert TEXT[node.start : node.end] == "53"
    assert entry is not None
    assert entry.name == "port"
    item, none = lookup(root, ("spec", "egress", 0))
    assert item is not None
    assert none is None


@pytest.mark.parametrize("path", [("x",), ("spec", 0), ("spec", "egress", 1), ("spec", "egress", "to")])
def test_lookup_of_what_is_not_there(path):
    assert lookup(root_of(TEXT), path) == (None, None)


def test_every_node_is_found_by_its_place_and_by_itself():
    root = root_of(TEXT)
    keys = {id(entry.key) for node in walk(root) for entry in getattr(node, "entries", ())}
    for node in walk(root):
        if id(node) in keys:
            continue
        path = path_of(root, node)
        assert path is not None
        assert lookup(root, path)[0] is node
        assert path_at(root, Span(node.start, node.start + 1))[: len(path)] == path
    assert path_of(root, mapping("a: 1")) is None
