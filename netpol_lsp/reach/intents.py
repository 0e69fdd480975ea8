"""What a team wants of its connections: the tests of a ConnectivityTest or NetAssert file, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from netpol_lsp.policies.origin import NOWHERE, Origin
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Entry, Scalar, is_null
from netpol_lsp.yaml.scalars import resolve

API_GROUP = "netpol-lint"
API_VERSION = f"{API_GROUP}/v1"
KIND = "ConnectivityTest"
FIELDS = ("name", "from", "to", "port", "expect")
EXPECTATIONS = ("allow", "deny", "any allow", "any deny")


class Outcome(StrEnum):
    """What a connection is, or is to be."""

    ALLOW = "allow"
    DENY = "deny"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Intent:
    """One test.

    `is_any`: one pair is enough. `origin` is its place in the file; `spans` the places of its values in the document, by
    field (`from`, `to`, `port`, `expect`, `name`), those of a NetAssert file under the same names.
    """

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

    def span_of(self, field: str) -> Span:
        """The place of a value; that of the whole test where it is not written."""
        return dict(self.spans).get(field, Span(self.origin.start, self.origin.end))

    def origin_of(self, field: str) -> Origin:
        """The place of a value, as an origin."""
        span = self.span_of(field)
        return self.origin.at(f"{self.origin.field}.{field}", span.start, span.end)


@dataclass(frozen=True, slots=True)
class IntentProblem:
    """What is wrong with a test file: one sentence, and its place in the document."""

    message: str
    span: Span


_START = Span(0, 0)


@dataclass(frozen=True, slots=True)
class IntentFile:
    """The tests of one document, in the order of the text.

    `head`: the place of what says that they are tests. `is_live`: they are written for a live cluster (NetAssert), which
    may have more than the manifests show.
    """

    intents: tuple[Intent, ...] = ()
    problems: tuple[IntentProblem, ...] = ()
    head: Span = _START
    is_live: bool = False


def scalar_string(entry: Entry | None) -> str | None:
    """A scalar as a string, a number as well; None for null and for anything else."""
    if entry is None or not isinstance(entry.value, Scalar) or is_null(entry.value):
        return None
    node = entry.value
    value = resolve(node) if node.tag is not None or not node.style else node.value
    return str(value)
