"""Every field of a NetworkPolicy is documented, and every note belongs to a field."""

import pytest

from netpol_lsp.ide import field_docs
from netpol_lsp.ide.field_docs import field_doc, fields_at, schema_at, value_doc


def all_paths(path=(), depth=0):
    for name, found in fields_at(path).items():
        yield (*path, name)
        if depth < 8:
            inner = (*path, name, 0) if "array" in found.get("type", ()) else (*path, name)
            yield from all_paths(inner, depth + 1)


PATHS = [path for path in all_paths() if "managedFields" not in path and "ownerReferences" not in path]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)))
def test_every_field_says_what_it_does(path):
    doc = field_doc(path)
    assert doc.name == path[-1]
    assert doc.description
    assert doc.type


def test_notes_belong_to_fields():
    """A note whose field was renamed would never be shown."""
    shown = [field_doc(path) for path in PATHS]
    for table, attribute in (
        (field_docs._TRAPS, "traps"),
        (field_docs._DEFAULTS, "default"),
        (field_docs._SINCE, "since"),
    ):
        used = {getattr(doc, attribute) for doc in shown}
        for name, text in table.items():
            assert text in used, name


def test_values_are_those_of_the_schema():
    for field, value in field_docs._VALUES:
        docs = [doc for doc in map(field_doc, PATHS) if doc.name == field]
        assert docs
        assert all(value in doc.values for doc in docs), (field, value)
    assert value_doc("protocol", "ICMP") == ""


def test_what_is_not_there():
    assert field_doc(("spec", "nonsense")) is None
    assert field_doc(()) is None
    assert schema_at(("spec", "ingress", 0, "from", 0, "ipBlock", "cidr"))["type"] == ["string", "null"]
    assert fields_at(("metadata", "labels")) == {}
