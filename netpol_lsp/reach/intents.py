"""What a team wants of its connections: the tests of a ConnectivityTest file, and whether they hold.

apiVersion: netpol-lint/v1
kind: ConnectivityTest
tests:
- {name: the shop reads its database, from: shop/frontend, to: shop/db, port: 5432/TCP, expect: allow}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.typed_field import items_of, mapping_of, string_of
from netpol_lsp.policies.ir import NOWHERE, Origin
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.names import Named, Names
from netpol_lsp.reach.ports import EVERY_PORT, AskedPort, PortProblem, parse_port
from netpol_lsp.reach.query import Pair, ask
from netpol_lsp.text.edit_distance import closest
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.ternary import Ternary
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, is_null
from netpol_lsp.yaml.scalars import resolve

API_VERSION = "netpol-lint/v1"
KIND = "ConnectivityTest"
FIELDS = ("name", "from", "to", "port", "expect")
_EXPECTATIONS = ("allow", "deny", "any allow", "any deny")


class Outcome(StrEnum):
    """What a connection is, or is to be."""

    ALLOW = "allow"
    DENY = "deny"
    UNKNOWN = "unknown"


_OUTCOMES = {Ternary.YES: Outcome.ALLOW, Ternary.NO: Outcome.DENY, Ternary.UNKNOWN: Outcome.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Intent:
    """One test. `is_any`: one pair is enough. `origin` is its place in the file; `spans` the places of its values."""

    name: str
    source: str
    destination: str
    port: str | None
    expect: Outcome
    is_any: bool = False
    origin: Origin = NOWHERE
    spans: tuple[tuple[str, Span], ...] = ()

    @property
    def expectation(self) -> str:
        """As it is written: `allow`, `any deny`."""
        return f"any {self.expect}" if self.is_any else str(self.expect)


@dataclass(frozen=True, slots=True)
class IntentProblem:
    """What is wrong with a test file: one sentence, and its place in the document."""

    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class IntentFile:
    """The tests of one document, in the order of the text."""

    intents: tuple[Intent, ...] = ()
    problems: tuple[IntentProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a test holds. `pair` is the one that decides; `problem` says why nothing could be asked.

    `pairs` counts the pairs that were asked about, those that no policy can tell apart once.
    """

    intent: Intent
    actual: Outcome
    passed: bool
    pair: Pair | None = None
    problem: str | None = None
    candidates: tuple[str, ...] = ()
    pairs: int = 0


def is_intent_file(root: Node | None) -> bool:
    """Whether a document is a ConnectivityTest."""
    mapping = mapping_of(root)
    return mapping is not None and scalar_text(mapping.get("kind")) == KIND


def read_intents(document: Document, index: int = 0) -> IntentFile:
    """The tests of a document; what is wrong with it is told with its place."""
    root = mapping_of(document.root)
    if root is None:
        return IntentFile()
    reader = _Reader(document.source.uri, index)
    reader.read(root)
    return IntentFile(tuple(reader.intents), tuple(reader.problems))


class _Reader:
    """Reads one document."""

    def __init__(self, uri: str, document: int) -> None:
        self.uri = uri
        self.document = document
        self.intents: list[Intent] = []
        self.problems: list[IntentProblem] = []

    def read(self, root: Mapping) -> None:
        """Read the document from its root."""
        version = root.get("apiVersion")
        if version is None or scalar_text(version) != API_VERSION:
            span = version.value.span if version is not None else root.entries[0].key.span
            self.problems.append(IntentProblem(f"apiVersion has to be `{API_VERSION}`", span))
        self._unknown(root, ("apiVersion", "kind", "metadata", "tests"), "a ConnectivityTest")
        tests = root.get("tests")
        if tests is None:
            self.problems.append(IntentProblem("`tests` is missing", root.entries[0].key.span))
            return
        for number, item in enumerate(items_of(tests.value)):
            mapping = mapping_of(item)
            if mapping is None:
                self.problems.append(
                    IntentProblem("a test has to be a mapping with `from`, `to` and `expect`", item.span)
                )
            else:
                self._test(mapping, number)

    def _test(self, node: Mapping, number: int) -> None:
        self._unknown(node, FIELDS, "a test")
        values = {name: scalar_text(node.get(name)) for name in FIELDS}
        spans = tuple((name, entry.value.span) for name in FIELDS if (entry := node.get(name)) is not None)
        for name in ("from", "to", "expect"):
            entry = node.get(name)
            if not values[name]:
                span = entry.key.span if entry is not None else node.span
                self.problems.append(IntentProblem(f"`{name}` is missing", span))
        expect = self._expectation(node, values["expect"])
        port = self._port(node)
        if not values["from"] or not values["to"] or expect is None:
            return
        outcome, is_any = expect
        title = values["name"] or f"{values['from']} to {values['to']}" + (f" {port}" if port else "")
        origin = Origin(self.uri, self.document, "", f"tests[{number}]", node.start, node.end)
        self.intents.append(Intent(title, values["from"], values["to"], port, outcome, is_any, origin, spans))

    def _expectation(self, node: Mapping, text: str | None) -> tuple[Outcome, bool] | None:
        if not text:
            return None
        words = " ".join(text.lower().split())
        if words not in _EXPECTATIONS:
            near = closest(words, _EXPECTATIONS)
            hint = f"; did you mean `{near[0]}`?" if near else ": it is `allow` or `deny`, or `any` with one of these"
            entry = node.get("expect")
            assert entry is not None
            self.problems.append(IntentProblem(f"`{text}` is not a valid expectation{hint}", entry.value.span))
            return None
        any_, _, outcome = words.rpartition(" ")
        return Outcome(outcome), bool(any_)

    def _port(self, node: Mapping) -> str | None:
        entry = node.get("port")
        if entry is None or is_null(entry.value):
            return None
        text = scalar_text(entry)
        try:
            parse_port(text or "")
        except PortProblem as problem:
            self.problems.append(IntentProblem(str(problem), entry.value.span))
        return text

    def _unknown(self, node: Mapping, known: tuple[str, ...], what: str) -> None:
        for entry in node.all_entries():
            name = entry.name
            if name is not None and name not in known:
                near = closest(name, known)
                hint = f"; did you mean `{near[0]}`?" if near else ""
                self.problems.append(IntentProblem(f"`{name}` is not a field of {what}{hint}", entry.key.span))


def check(engine: Engine, names: Names, intent: Intent) -> Checked:
    """Whether a test holds."""
    try:
        port = parse_port(intent.port) if intent.port else EVERY_PORT
    except PortProblem as error:
        return _failed(intent, str(error))
    source, destination = names.find(intent.source), names.find(intent.destination)
    for named in (source, destination):
        if named.is_nothing:
            return _failed(intent, named.problem or "it means nothing", named.candidates)
    if source.addresses is not None and destination.addresses is not None:
        return _failed(intent, "both ends are addresses outside the cluster: policies say nothing about them")
    is_host = _is_host(source, destination)
    tally = _tally(intent, ask(engine, source, destination, port), needs_all=is_host)
    if tally.first is None:
        if tally.unresolved is not None:
            return _failed(intent, _unresolved(tally.unresolved, port))
        return _failed(intent, "the names mean no pair of different pods")
    is_uncertain = source.is_uncertain or destination.is_uncertain
    actual, pair = _decide(intent, tally, is_uncertain=is_uncertain, is_one_address=is_host)
    return Checked(intent, actual, actual is intent.expect, pair or tally.first, pairs=tally.pairs)


def _failed(intent: Intent, problem: str, candidates: tuple[str, ...] = ()) -> Checked:
    return Checked(intent, Outcome.UNKNOWN, passed=False, problem=problem, candidates=candidates)


def _is_host(source: Named, destination: Named) -> bool:
    """Whether an end is a host whose address no one knows: one of the addresses, and not all of them."""
    return any(named.text.startswith("host:") for named in (source, destination))


@dataclass(slots=True)
class _Tally:
    """The first pair of each kind: as the test wants it, surely not so, and not known. `pairs` counts those looked at."""

    first: Pair | None = None
    as_wanted: Pair | None = None
    against: Pair | None = None
    doubtful: Pair | None = None
    unresolved: Pair | None = None
    pairs: int = 0


def _tally(intent: Intent, pairs: Iterable[Pair], *, needs_all: bool) -> _Tally:
    """Look at pairs until one decides, or at all. A destination that declares no port of the name is not meant by it."""
    wanted = Ternary.YES if intent.expect is Outcome.ALLOW else Ternary.NO
    tally = _Tally()
    for pair in pairs:
        if pair.is_unresolved:
            tally.unresolved = tally.unresolved or pair
            continue
        tally.first = tally.first or pair
        tally.pairs += 1
        if pair.answer is wanted:
            tally.as_wanted = tally.as_wanted or pair
        elif _is_against(pair, wanted):
            tally.against = tally.against or pair
        else:
            tally.doubtful = tally.doubtful or pair
        if not needs_all and (tally.as_wanted if intent.is_any else tally.against):
            break
    return tally


def _decide(intent: Intent, tally: _Tally, *, is_uncertain: bool, is_one_address: bool) -> tuple[Outcome, Pair | None]:
    """What holds of the pairs, and the pair that shows it."""
    opposite = Outcome.DENY if intent.expect is Outcome.ALLOW else Outcome.ALLOW
    if is_one_address and tally.as_wanted and (tally.against or tally.doubtful):
        return Outcome.UNKNOWN, tally.doubtful or tally.against
    if intent.is_any and tally.as_wanted:
        return intent.expect, tally.as_wanted
    if not intent.is_any and tally.against:
        return opposite, tally.against
    if tally.doubtful or is_uncertain:
        return Outcome.UNKNOWN, tally.doubtful
    return (opposite, tally.against) if intent.is_any else (intent.expect, tally.as_wanted)


def _is_against(pair: Pair, wanted: Ternary) -> bool:
    """Whether a part of what was asked about is surely not as wanted."""
    other = pair.verdict.deny if wanted is Ternary.YES else pair.verdict.allow
    return intervals.intersects(other, pair.traffic)


def _unresolved(pair: Pair, port: AskedPort) -> str:
    end = pair.destination
    who = getattr(end, "title", None) or "an address"
    return f"{who} declares no port `{port}`"


def outcome_of(answer: Ternary) -> Outcome:
    """The word for an answer."""
    return _OUTCOMES[answer]


def scalar_text(entry: Entry | None) -> str | None:
    """The text of a scalar, numbers as they are written."""
    if entry is None or not isinstance(entry.value, Scalar) or is_null(entry.value):
        return None
    found = string_of(entry.value, entry).value
    return found if found is not None else str(resolve(entry.value))


def intents_of(documents: list[tuple[int, Document]]) -> Iterator[tuple[int, IntentFile]]:
    """The tests of the documents of a file that are ConnectivityTests."""
    for index, document in documents:
        if is_intent_file(document.root):
            yield index, read_intents(document, index)
