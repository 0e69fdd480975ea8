"""What can be written at a cursor in a file of connectivity tests: fields, names of workloads, ports, expectations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from netpol_lsp.ide.completion import Kind, Suggestion
from netpol_lsp.ide.connection_names import KnownEnd, Port
from netpol_lsp.ide.intent_fields import description, fields_at
from netpol_lsp.ide.snippet_render import render_item, render_keys, render_value, scalar
from netpol_lsp.kube.net.port_set import PROTOCOLS
from netpol_lsp.reach.intents import API_VERSION, EXPECTATIONS, KIND
from netpol_lsp.yaml.cursor.block import Cursor, CursorContext
from netpol_lsp.yaml.style import Style

_TEST: dict[str, Any] = {
    "name": "${1:what the team wants}",
    "from": "${2:shop/web}",
    "to": "${3:shop/db}",
    "port": "${4:5432/TCP}",
    "expect": "${5:allow}",
}
_FILE: dict[str, Any] = {"apiVersion": API_VERSION, "kind": KIND, "tests": [_TEST]}
_EXPECT_DETAILS = {
    "allow": "every pair may connect",
    "deny": "no pair may connect",
    "any allow": "one pair at least may connect",
    "any deny": "one pair at least may not connect",
}


@dataclass(frozen=True, slots=True)
class Around:
    """What is around a cursor: how the document is written, and `to` of the test that it is in."""

    style: Style
    as_json: bool = False
    destination: str | None = None


def suggest_in_tests(cursor: Cursor, around: Around, ends: Iterable[KnownEnd], typed: str) -> list[Suggestion]:
    """What can be at a cursor in a ConnectivityTest. `typed`: the word so far."""
    if cursor.place is CursorContext.VALUE:
        return list(_values(cursor, around, ends, typed))
    if cursor.place is not CursorContext.CONTENT:
        return []
    found = list(_keys(cursor, around))
    if cursor.items == ("tests",) and not cursor.in_flow and not cursor.has_colon:
        found.insert(0, _test_item(cursor, around.style))
    return found


def suggest_test_file(cursor: Cursor, style: Style) -> Suggestion:
    """A whole file of tests, for a document that has nothing yet."""
    text = render_value(_FILE, style, 0)
    detail = "connections that a team wants, and does not want"
    return Suggestion(
        "connectivity-test", Kind.FILE, text, cursor.word, detail, description(("tests",)), is_snippet=True
    )


def suggest_head(cursor: Cursor, around: Around) -> Iterator[Suggestion]:
    """What `kind` and `apiVersion` of some document may be."""
    values = {
        ("kind",): (KIND, "tests of connections, for netpol-lint test"),
        ("apiVersion",): (API_VERSION, f"version of {KIND}"),
    }
    if cursor.path in values:
        yield _value(cursor, around, *values[cursor.path])


def _keys(cursor: Cursor, around: Around) -> Iterator[Suggestion]:
    for name, field in fields_at(cursor.path).items():
        if name not in cursor.siblings:
            text = render_keys(name, field, cursor, around.style, as_json=around.as_json)
            doc = field.get("description", "")
            yield Suggestion(name, Kind.FIELD, text, cursor.word, "", doc, is_snippet=not cursor.has_colon)


def _test_item(cursor: Cursor, style: Style) -> Suggestion:
    text = render_item(_TEST, style, cursor.column)
    return Suggestion(
        "- test", Kind.SNIPPET, text, cursor.word, "a connection and what is wanted of it", is_snippet=True
    )


def _values(cursor: Cursor, around: Around, ends: Iterable[KnownEnd], typed: str) -> Iterator[Suggestion]:
    path = cursor.path
    if path in (("kind",), ("apiVersion",)):
        yield from suggest_head(cursor, around)
    if len(path) == 3 and path[0] == "tests":
        for value, detail in _values_of(str(path[2]), ends, typed, around.destination):
            yield _value(cursor, around, value, detail)


def _value(cursor: Cursor, around: Around, value: str, detail: str) -> Suggestion:
    space = " " if cursor.needs_space else ""
    text = space + scalar(value, around.style, as_json=around.as_json)
    return Suggestion(value, Kind.VALUE, text, cursor.word, detail)


def _values_of(field: str, ends: Iterable[KnownEnd], typed: str, destination: str | None) -> Iterator[tuple[str, str]]:
    if field == "expect":
        yield from ((value, _EXPECT_DETAILS[value]) for value in EXPECTATIONS)
    elif field in ("from", "to"):
        yield from ((end.name, end.detail) for end in ends if field == "to" or not end.is_destination)
    elif field == "port":
        yield from _ports(ends, typed, destination)


def _ports(ends: Iterable[KnownEnd], typed: str, destination: str | None) -> Iterator[tuple[str, str]]:
    """The ports of the destination, of everybody where it is not known; and the protocols of a port that is being written."""
    head, slash, _ = typed.strip("'\"").partition("/")
    if slash and head:
        yield from ((f"{head}/{protocol}", "protocol") for protocol in PROTOCOLS)
        return
    every = list(ends)
    meant = [end for end in every if end.name == destination] or [end for end in every if end.name == "*/*"]
    ports: dict[Port, None] = dict.fromkeys(port for end in meant for port in end.ports)
    for text, name in ports:
        yield text, name
    for text, name in ports:
        if name:
            yield name, f"the port {text} by its name"
    yield from ((protocol, f"all of {protocol}") for protocol in PROTOCOLS)
