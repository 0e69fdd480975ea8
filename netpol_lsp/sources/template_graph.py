"""A template as a graph of what it may render: literal text, line by line, and actions that put something in between."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from netpol_lsp.text.span import Span
from netpol_lsp.yaml.templates.branches import Branch, Chain, Definition, Template, build
from netpol_lsp.yaml.templates.conditions import ALWAYS
from netpol_lsp.yaml.templates.languages import Language, lex
from netpol_lsp.yaml.templates.tokens import Token, TokenKind


@dataclass(slots=True)
class GraphNode:
    """A step of a template: literal `text` of its file from `start` on, or the output of `token`; neither: a fork.

    `following` are the steps that may come next, the likeliest first; -1 is the end.
    """

    text: str = ""
    start: int = 0
    token: Token | None = None
    following: list[int] = field(default_factory=list)


END = -1


@dataclass(frozen=True, slots=True)
class TemplateGraph:
    """The steps of a template; `entry`: where it starts; `separators`: the steps right after a line `---`."""

    path: str
    nodes: list[GraphNode]
    entry: int
    separators: tuple[int, ...]


def graph_of(path: str, text: str) -> TemplateGraph:
    """The graph of a template's whole text."""
    template = read(text)
    return _Builder(path, template).graph(template.body)


def graphs_of_definitions(path: str, text: str) -> Iterator[tuple[str, TemplateGraph]]:
    """The graph of each definition in a file, by name."""
    template = read(text)
    for definition in template.definitions():
        yield definition.name, _Builder(path, template).graph(definition.body)


def read(text: str) -> Template:
    """A Go template with its structure."""
    tokens, volatile = lex(text, Language.GO)
    return build(text, tokens, volatile)


class _Builder:
    """Builds from the end: what follows a step is there before the step is."""

    def __init__(self, path: str, template: Template) -> None:
        self.path = path
        self.text = template.text
        self.tokens = template.tokens
        self.token_starts = [token.start for token in template.tokens]
        self.ends = {token.end: token for token in template.tokens}
        self.starts = {token.start: token for token in template.tokens}
        self.nodes: list[GraphNode] = []
        self.separators: list[int] = []

    def graph(self, body: Branch) -> TemplateGraph:
        entry = self.branch(body, END)
        return TemplateGraph(self.path, self.nodes, entry, tuple(reversed(self.separators)))

    def add(self, node: GraphNode) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def branch(self, branch: Branch, following: int) -> int:
        """The first step of a branch after which comes `following`."""
        for piece in reversed(list(self.pieces(branch))):
            if isinstance(piece, Span):
                following = self.literal(piece, following)
            elif isinstance(piece, Token):
                following = self.add(GraphNode(start=piece.start, token=piece, following=[following]))
            else:
                following = self.chain(piece, following)
        return following

    def pieces(self, branch: Branch) -> Iterator[Span | Token | Chain]:
        """Literal text, outputs and chains of a branch in order."""
        at = branch.start
        items = iter(branch.items)
        item = next(items, None)
        first, last = (bisect_left(self.token_starts, offset) for offset in (branch.start, branch.end))
        for token in self.tokens[first:last]:
            if token.start < at:
                continue  # inside of an item
            while item is not None and item.end <= at:
                item = next(items, None)
            yield Span(at, token.start)
            if item is not None and item.start == token.start:
                if isinstance(item, Chain):
                    yield item
                at = item.end
                continue
            if token.kind is TokenKind.OUTPUT:
                yield token
            at = token.end
        yield Span(at, branch.end)

    def literal(self, span: Span, following: int) -> int:
        """Text as it is rendered: trim markers take white space away on either side."""
        start, end = span.start, span.end
        before, after = self.ends.get(start), self.starts.get(end)
        text = self.text[start:end]
        if before is not None and before.trims_after:
            start = end - len(text.lstrip(" \t\r\n"))
            text = self.text[start:end]
        if after is not None and after.trims_before:
            text = text.rstrip(" \t\r\n")
        offset = start + len(text)
        for line in reversed(text.splitlines(keepends=True)):
            offset -= len(line)
            if line.rstrip() == "---" and following != END:
                self.separators.append(following)
            following = self.add(GraphNode(line, offset, following=[following]))
        return following

    def chain(self, chain: Chain, following: int) -> int:
        """Branches of which at most one is rendered, or a body that comes any number of times."""
        fork = self.add(GraphNode(start=chain.start))
        entries: list[int] = []
        for branch in chain.branches:
            if branch.is_loop:
                again = self.add(GraphNode(start=branch.end))
                entry = self.branch(branch, again)
                self.nodes[again].following = [entry, following]
            else:
                entry = self.branch(branch, following)
            entries.append(entry)
        is_open = chain.branches[-1].condition is not ALWAYS or chain.branches[-1].is_loop
        self.nodes[fork].following = [*entries, following] if is_open else entries
        return fork


__all__ = ["END", "Definition", "GraphNode", "TemplateGraph", "graph_of", "graphs_of_definitions", "read"]
