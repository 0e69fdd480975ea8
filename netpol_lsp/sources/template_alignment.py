"""Aligns a rendered text with the template that it came of.

Literal text is rendered letter by letter, and an action may put in anything: the template is a pattern, and the alignment
is one way in which it gives the rendered text. The search takes the shortest output first and gives up after a number of
steps that is counted, so that the same input always gives the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from netpol_lsp.sources.origin_map import Segment
from netpol_lsp.sources.template_graph import END, GraphNode, TemplateGraph

_MOST_STEPS = 150_000
_MOST_NESTED = 6
Definitions = Mapping[str, TemplateGraph]
"""What a chart defines, by name."""


def align(text: str, graph: TemplateGraph, definitions: Definitions) -> list[Segment] | None:
    """What each part of a rendered file came of; None when no way was found."""
    found = _Search(text, graph).run(graph.entry)
    if found is None:
        return None
    return list(_with_definitions(text, found, graph, definitions, 0))


def align_document(text: str, graph: TemplateGraph, definitions: Definitions) -> list[Segment] | None:
    """As `align`, for one document of a rendered file: it may start after any `---` of the template."""
    for entry in (graph.entry, *graph.separators):
        found = _Search(text, graph).run(entry)
        if found is not None:
            return list(_with_definitions(text, found, graph, definitions, 0))
    return None


_Step = tuple[int, int, int]
"""A step of the template, where it starts in the rendered text, and the number of the step before."""


class _Search:
    """A walk through the graph in depth, each step at each offset at most once."""

    def __init__(self, text: str, graph: TemplateGraph) -> None:
        self.text = text
        self.nodes = graph.nodes
        self.steps: list[_Step] = []
        self.seen: set[tuple[int, int]] = set()
        self.hints: dict[int, tuple[str, ...] | None] = {}
        self.budget = _MOST_STEPS

    def run(self, entry: int) -> list[_Step] | None:
        """The steps from an entry to the end of the text."""
        length = len(self.text.rstrip())
        stack: list[_Step] = [(entry, 0, -1)]
        while stack:
            number, at, previous = stack.pop()
            if at >= length:
                self.steps.append((number, at, previous))
                return self._path()
            if number == END or (number, at) in self.seen:
                continue
            self.budget -= 1
            if self.budget < 0:
                return None
            self.seen.add((number, at))
            node = self.nodes[number]
            self.steps.append((number, at, previous))
            mine = len(self.steps) - 1
            if node.token is not None:
                following = node.following[0]
                ends = list(self._ends(number, node, at))
                self.budget -= len(ends)
                stack += [(following, end, mine) for end in reversed(ends)]
            elif node.text:
                after = self._after(node.text, at)
                if after is not None:
                    stack.append((node.following[0], after, mine))
            else:
                stack += [(following, at, mine) for following in reversed(node.following)]
        return None

    def _after(self, literal: str, at: int) -> int | None:
        """Where literal text ends in the rendered text; at its start white space may be missing: it is cut there."""
        if self.text.startswith(literal, at):
            return at + len(literal)
        if not at:
            rest = literal.lstrip()
            if not rest or rest == "---\n" or self.text.startswith(rest):
                return 0 if not rest or rest == "---\n" else len(rest)
        last = literal.rstrip()
        if last and at + len(last) >= len(self.text.rstrip()) and self.text.startswith(last, at):
            return at + len(last)
        return None

    def _ends(self, number: int, node: GraphNode, at: int) -> Iterator[int]:
        """Where the output of an action may end: within its line, or at the end of a later one."""
        hints = self._literals_after(number)
        for end in self._possible_ends(node, at):
            if hints is None or self._fits(hints, end):
                yield end

    def _fits(self, hints: tuple[str, ...], end: int) -> bool:
        if end >= len(self.text.rstrip()):
            return True
        return any(self.text.startswith(hint, end) for hint in hints) or (
            end + max(map(len, hints), default=0) >= len(self.text)
        )

    def _possible_ends(self, node: GraphNode, at: int) -> Iterator[int]:
        text = self.text
        assert node.token is not None
        output = node.token.output
        if output.column is not None or output.added is not None:
            yield from self._block_ends(output.column, output.added, at)
            return
        line_end = text.find("\n", at)
        line_end = len(text) if line_end < 0 else line_end
        if output.is_string and text[at : at + 1] in ("'", '"'):
            quote = text[at]
            end = text.find(quote, at + 1)
            while 0 <= end < line_end:
                yield end + 1
                end = text.find(quote, end + 1)
            return
        yield from range(at, line_end)
        while line_end < len(text):
            yield line_end
            yield line_end + 1
            line_end = text.find("\n", line_end + 1)
            line_end = len(text) if line_end < 0 else line_end
        yield len(text)

    def _block_ends(self, column: int | None, added: int | None, at: int) -> Iterator[int]:
        """Where the output of `nindent` or `indent` may end: at the ends of lines that are at least so deep."""
        text = self.text
        indent = " " * (column if column is not None else added or 0)
        start = at
        if column is not None:
            if not text.startswith("\n", at):
                return
            start = at + 1
        while True:
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
            line = text[start:end]
            if line.strip() and not line.startswith(indent):
                return
            if len(line) < len(indent) and end < len(text) and start > at + 1 and line:
                return
            # Something may go on after it on its last line.
            yield from range(min(start + len(indent), end), end)
            yield end
            if end == len(text):
                return
            start = end + 1

    def _literals_after(self, number: int) -> tuple[str, ...] | None:
        """The literal texts of which one follows an action; None when another action, or nothing, may follow."""
        if number not in self.hints:
            self.hints[number] = self._find_literals(number)
        return self.hints[number]

    def _find_literals(self, number: int) -> tuple[str, ...] | None:
        found: set[str] = set()
        stack, seen = list(self.nodes[number].following), set[int]()
        while stack:
            at = stack.pop()
            if at == END or at in seen:
                if at == END:
                    return None
                continue
            seen.add(at)
            node = self.nodes[at]
            if node.token is not None:
                return None
            if node.text:
                found.add(node.text)
            else:
                stack += node.following
        return tuple(sorted(found))

    def _path(self) -> list[_Step]:
        """The steps that led to the end, in order."""
        found = []
        number = len(self.steps) - 1
        while number >= 0:
            step = self.steps[number]
            found.append(step)
            number = step[2]
        found.reverse()
        return found


def _with_definitions(
    text: str, steps: list[_Step], graph: TemplateGraph, definitions: Definitions, depth: int
) -> Iterator[Segment]:
    """The segments of the steps; what a definition has rendered is taken apart as well."""
    for (number, start, _), (_, end, _) in pairwise(steps):
        node = graph.nodes[number] if number != END else None
        if node is None or start == end:
            continue
        if node.token is None:
            # At the start of a document white space may have been cut.
            cut = len(node.text) - len(node.text.lstrip()) if end - start < len(node.text) and not start else 0
            source = node.start + cut
            yield Segment(start, end, graph.path, source, source + end - start, is_literal=True)
            continue
        token = node.token
        inner = definitions.get(token.output.name) if token.output.name else None
        if inner is not None and depth < _MOST_NESTED:
            taken = _taken_apart(text, start, end, node, inner, definitions, depth)
            # One that only passes on what it is given tells less than who gives it.
            if taken is not None and any(one.is_literal and text[one.start : one.end].strip() for one in taken):
                yield from taken
                continue
        yield Segment(start, end, graph.path, token.start, token.end, is_literal=False)


def _taken_apart(
    text: str, start: int, end: int, node: GraphNode, inner: TemplateGraph, definitions: Definitions, depth: int
) -> list[Segment] | None:
    """What a definition has rendered, without the indentation that its includer gave it; None when it is something else."""
    assert node.token is not None
    output = node.token.output
    indent = output.column if output.column is not None else output.added or 0
    lines: list[str] = []
    places: list[tuple[int, int]] = []  # where each line starts without, and with, its indentation
    at, plain = start, 0
    for line in text[start:end].splitlines(keepends=True):
        cut = (
            min(indent, len(line) - len(line.lstrip(" ")))
            if indent and (at > start or text[at - 1 : at] == "\n")
            else 0
        )
        if output.added is not None and at == start:
            cut = min(indent, len(line) - len(line.lstrip(" ")))
        lines.append(line[cut:])
        places.append((plain, at + cut))
        plain += len(line) - cut
        at += len(line)
    dedented = "".join(lines)
    lead = len(dedented) - len(dedented.lstrip("\n"))
    body = dedented[lead:]
    if not body.strip():
        return None
    steps = _Search(body, inner).run(inner.entry)
    if steps is None:
        return None
    found: list[Segment] = []
    for segment in _with_definitions(body, steps, inner, definitions, depth + 1):
        found += _reindented(segment.shift(lead), places, plain)
    return found


def _reindented(segment: Segment, places: list[tuple[int, int]], length: int) -> Iterator[Segment]:
    """A segment of a text without indentation as segments of the text with it, one a line."""
    for number, (plain, shown) in enumerate(places):
        following = places[number + 1][0] if number + 1 < len(places) else length
        first, last = max(segment.start, plain), min(segment.end, following)
        if first >= last:
            continue
        moved = shown - plain
        if segment.is_literal:
            source = segment.source_start + first - segment.start
            yield Segment(first + moved, last + moved, segment.path, source, source + last - first, is_literal=True)
        else:
            yield Segment(
                first + moved, last + moved, segment.path, segment.source_start, segment.source_end, is_literal=False
            )
