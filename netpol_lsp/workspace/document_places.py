"""Where what is known is written at the moment, which edits that change no fact move, too; and where rendered texts were written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.index import FileFacts

WrittenAt = Callable[[Span], tuple[str, Span]]
"""From a span of a rendered text to the file, by its URI, and the span where someone wrote it."""


class DocumentPlaces:
    """Where the documents of each file start, and where their policies are: facts count from there, and stay the same values.

    Not a fact itself, and kept up to date.
    `rendered`: for texts that are no files but were rendered, by their URI, where they were written.
    """

    __slots__ = ("_moved", "_starts", "rendered")

    def __init__(self) -> None:
        self._starts: dict[str, tuple[tuple[int, int], ...]] = {}
        self._moved: dict[str, tuple[FileFacts, FileFacts]] = {}
        self.rendered: Mapping[str, WrittenAt] = {}

    def put(self, files: Mapping[str, FileFacts], known: Mapping[str, FileFacts]) -> None:
        """Remember where things are in some files; `known` are the facts that all files are known by."""
        for uri, facts in files.items():
            if facts.starts:
                self._starts[uri] = facts.starts
            else:
                self._starts.pop(uri, None)
            counted = known.get(uri)
            if counted is None or counted.policies is facts.policies:
                self._moved.pop(uri, None)
            else:
                self._moved[uri] = counted, facts

    def start(self, uri: str, document: int) -> int:
        """Where a document starts in its file."""
        return next((start for number, start in self._starts.get(uri, ()) if number == document), 0)

    def span(self, uri: str, document: int, span: Span) -> Span:
        """A span of a document as one of its file."""
        start = self.start(uri, document)
        if uri in self._moved:
            span = self._now(uri, document, span)
        return Span(span.start + start, span.end + start)

    def written(self, uri: str, document: int, span: Span) -> tuple[str, Span]:
        """The file, and the place in it, where someone wrote what is at a span of a document."""
        placed = self.span(uri, document, span)
        written = self.rendered.get(uri)
        return (uri, placed) if written is None else written(placed)

    def _now(self, uri: str, document: int, span: Span) -> Span:
        """Where a part of a policy is now; what is no part of one is in the facts with its place."""
        then, now = self._moved[uri]
        for old, new in zip(then.policies, now.policies, strict=False):
            if old.document == document:
                for before, after in zip(_places(old.policy), _places(new.policy), strict=False):
                    if before == span:
                        return after
        return span


def _places(policy: NetworkPolicySemantics) -> Iterator[Span]:
    """The places of a policy's parts, in an order that is the same for equal policies."""
    yield Span(policy.start, policy.end)
    for rule in (*policy.ingress, *policy.egress):
        yield Span(rule.start, rule.end)
        yield from (Span(peer.start, peer.end) for peer in rule.peers or ())
        yield from (Span(item.start, item.end) for item in rule.port_items)
