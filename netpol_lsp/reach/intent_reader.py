"""Reads ConnectivityTest files, and says what is wrong with them, at the word itself.

apiVersion: netpol-lint/v1
kind: ConnectivityTest
tests:
- {name: the shop reads its database, from: shop/frontend, to: shop/db, port: 5432/TCP, expect: allow}

What is refused here is what schemas/connectivitytest.v1.schema.json refuses, and what a schema cannot say.
"""

from __future__ import annotations

from netpol_lsp.kube.typed_field import items_of, mapping_of, string_of
from netpol_lsp.policies.origin import Origin
from netpol_lsp.reach.intents import (
    API_GROUP,
    API_VERSION,
    EXPECTATIONS,
    FIELDS,
    KIND,
    Intent,
    IntentFile,
    IntentProblem,
    Outcome,
    scalar_string,
)
from netpol_lsp.reach.ports import PortProblem, parse_port
from netpol_lsp.text.edit_distance import closest
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence, is_null
from netpol_lsp.yaml.scalars import resolve

_ROOT_FIELDS = ("apiVersion", "kind", "metadata", "tests")


def is_intent_file(root: Node | None) -> bool:
    """Whether a document is a ConnectivityTest of ours: other projects have a kind of that name, in groups of their own."""
    mapping = mapping_of(root)
    if mapping is None or scalar_string(mapping.get("kind")) != KIND:
        return False
    group, slash, _ = (scalar_string(mapping.get("apiVersion")) or "").partition("/")
    return not slash or group == API_GROUP or bool(closest(group, (API_GROUP,)))


def read_intents(document: Document, index: int = 0) -> IntentFile:
    """The tests of a document; what is wrong with it is told with its place."""
    root = mapping_of(document.root)
    if root is None:
        return IntentFile()
    reader = _Reader(document.source.uri, index)
    reader.read(root)
    return IntentFile(tuple(reader.intents), tuple(reader.problems), _head(root))


class _Reader:
    """Reads one document."""

    def __init__(self, uri: str, document: int) -> None:
        self.uri = uri
        self.document = document
        self.intents: list[Intent] = []
        self.problems: list[IntentProblem] = []

    def read(self, root: Mapping) -> None:
        """Read the document from its root."""
        head = _head(root)
        version = root.get("apiVersion")
        if version is None:
            self._problem(f"`apiVersion: {API_VERSION}` is missing", head)
        elif scalar_string(version) != API_VERSION:
            self._problem(f"apiVersion has to be `{API_VERSION}`", _value_span(version))
        meant = self._unknown(root, _ROOT_FIELDS, "a ConnectivityTest")
        metadata = root.get("metadata")
        if metadata is not None and not isinstance(metadata.value, Mapping):
            self._problem("`metadata` has to be a mapping", _value_span(metadata))
        tests = root.get("tests")
        if tests is None:
            if "tests" not in meant:
                self._problem("`tests` is missing", head)
        elif not isinstance(tests.value, Sequence):
            self._problem("`tests` has to be a list of tests", _value_span(tests))
        else:
            self._tests(tests.value)

    def _tests(self, node: Sequence) -> None:
        for number, item in enumerate(items_of(node)):
            mapping = mapping_of(item)
            if mapping is None:
                self._problem("a test has to be a mapping with `from`, `to` and `expect`", item.span)
            else:
                self._test(mapping, number)

    def _test(self, node: Mapping, number: int) -> None:
        meant = self._unknown(node, FIELDS, "a test")
        source, destination = self._required(node, "from", meant), self._required(node, "to", meant)
        name = self._text(node.get("name"), "name")
        expect = self._expectation(node, meant)
        before = len(self.problems)
        port = self._port(node.get("port"))
        if len(self.problems) > before or source is None or destination is None or expect is None:
            return
        outcome, is_any = expect
        title = name or f"{source} to {destination}" + (f" {port}" if port else "")
        spans = tuple((field, entry.value.span) for field in FIELDS if (entry := node.get(field)) is not None)
        origin = Origin(self.uri, self.document, "", f"tests[{number}]", node.start, node.end)
        self.intents.append(Intent(title, source, destination, port, outcome, is_any, origin, spans))

    def _required(self, node: Mapping, field: str, meant: set[str]) -> str | None:
        """The string that a test cannot do without; None when that has been complained about.

        `meant`: fields that are there under a mistyped name.
        """
        entry = node.get(field)
        if entry is not None and not is_null(entry.value):
            text = self._text(entry, field)
            if text is None or text.strip():
                return text
        if entry is not None or field not in meant:
            self._problem(f"`{field}` is missing", entry.key.span if entry is not None else _first_key(node))
        return None

    def _text(self, entry: Entry | None, field: str) -> str | None:
        """The string of an entry; None when there is none."""
        if entry is None or is_null(entry.value):
            return None
        found = string_of(entry.value, entry)
        if found.value is not None:
            return found.value
        if isinstance(entry.value, Scalar):
            if found.is_unknown:
                return entry.value.value
            self._problem(f"`{field}` has to be a string: write it in quotes", entry.value.span)
        else:
            self._problem(f"`{field}` has to be a string", entry.value.span)
        return None

    def _expectation(self, node: Mapping, meant: set[str]) -> tuple[Outcome, bool] | None:
        text = self._required(node, "expect", meant)
        if text is None:
            return None
        if text not in EXPECTATIONS:
            near = closest(" ".join(text.lower().split()), EXPECTATIONS)
            hint = f"; did you mean `{near[0]}`?" if near else ": it is `allow` or `deny`, or `any` with one of these"
            entry = node.get("expect")
            assert entry is not None
            self._problem(f"`{text}` is not a valid expectation{hint}", entry.value.span)
            return None
        any_, _, outcome = text.rpartition(" ")
        return Outcome(outcome), bool(any_)

    def _port(self, entry: Entry | None) -> str | None:
        """The port as it is written; None when there is none, or one that is complained about."""
        if entry is None or is_null(entry.value):
            return None
        text = scalar_string(entry)
        if text is None or isinstance(resolve(entry.value) if isinstance(entry.value, Scalar) else None, bool):
            self._problem("`port` has to be a number, a range or a name, as in 5432/TCP", entry.value.span)
            return None
        try:
            parse_port(text)
        except PortProblem as problem:
            self._problem(str(problem), entry.value.span)
        return text

    def _unknown(self, node: Mapping, known: tuple[str, ...], what: str) -> set[str]:
        """Complain about fields that are not known; gives those that were probably meant."""
        seen: set[str] = set()
        meant: set[str] = set()
        for entry in node.all_entries():
            name = entry.name
            if name in seen:
                self._problem(f"`{name}` is there twice", entry.key.span)
            elif name is not None and name not in known:
                near = closest(name, known)
                hint = f"; did you mean `{near[0]}`?" if near else ""
                meant.update(near[:1])
                self._problem(f"`{name}` is not a field of {what}{hint}", entry.key.span)
            seen.add(name or "")
        return meant

    def _problem(self, message: str, span: Span) -> None:
        self.problems.append(IntentProblem(message, span))


def _head(root: Mapping) -> Span:
    """The place of the kind: what is missing in the document is missing beside that."""
    kind = root.get("kind")
    return kind.value.span if kind is not None else _first_key(root)


def _value_span(entry: Entry) -> Span:
    """The place of a value; of its key where no value is written."""
    return entry.value.span if entry.value.end > entry.value.start else entry.key.span


def _first_key(node: Mapping) -> Span:
    """The first word of a mapping: what is missing in it is missing beside that."""
    return node.entries[0].key.span if node.entries else node.span
