"""Where the parts of a rendered chart were written: its templates, aligned with what they rendered when someone asks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.sources.chart_folder import CHART_FILE, ChartFolder
from netpol_lsp.sources.origin_map import Precision, Segment, SegmentMap, Written
from netpol_lsp.sources.template_alignment import align, align_document
from netpol_lsp.sources.template_graph import TemplateGraph, graph_of, graphs_of_definitions
from netpol_lsp.text.lazy import lazy
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import split

_MOST_LINES = 3000
"""Lines up to which a template and its rendering are compared line by line; difflib's time grows with their square."""
Piece = tuple[int, str | None, str, str]
"""Where a rendered file starts in the whole, its template, what the rendering calls it, and its text."""


def chart_origins(chart: ChartFolder, pieces: Sequence[Piece]) -> ChartOrigins:
    """The origins of a chart's rendering."""
    return ChartOrigins(chart, pieces)


class ChartOrigins:
    """Aligns a template with its rendering when it is first asked for."""

    def __init__(self, chart: ChartFolder, pieces: Sequence[Piece]) -> None:
        self._chart = chart
        self._pieces = sorted(pieces, key=lambda piece: piece[0])
        self._starts = [piece[0] for piece in self._pieces]
        self._maps: dict[int, SegmentMap] = {}

    def find(self, span: Span) -> Written:
        """Where someone wrote what is at a span of the rendered text."""
        number = bisect_right(self._starts, span.start) - 1
        if number < 0:
            return Written(f"{self._chart.root}/{CHART_FILE}", Span(0, 0), Precision.UNKNOWN)
        return self._map(number).find(span)

    def has_rendered(self, path: str, span: Span) -> bool:
        """Whether something came of what is written at a span of a file."""
        is_helper = path.rpartition("/")[2].startswith("_")
        return any(
            self._map(number).has_rendered(path, span)
            for number, piece in enumerate(self._pieces)
            if is_helper or piece[1] == path
        )

    def decides(self, span: Span) -> bool:  # noqa: ARG002 - see SegmentMap.decides
        """Always: what a template renders is in no file."""
        return True

    def segments(self) -> Iterator[Segment]:
        """All segments, in order: for figures."""
        for number in range(len(self._pieces)):
            yield from self._map(number).segments

    def _map(self, number: int) -> SegmentMap:
        if number not in self._maps:
            self._maps[number] = self._align(self._pieces[number])
        return self._maps[number]

    def _align(self, piece: Piece) -> SegmentMap:
        start, path, _, text = piece
        read = read_source(path) if path is not None else None
        if path is None or read is None or isinstance(read, ReadProblem):
            # A packed chart in charts/: its files are in no folder.
            return SegmentMap((), [(0, Written(f"{self._chart.root}/{CHART_FILE}", Span(0, 0), Precision.UNKNOWN))])
        graph = graph_of(path, read.text)
        segments = align(text, graph, self._definitions)
        if segments is not None:
            return SegmentMap([one.shift(start) for one in segments], [(0, _unknown(path, read.text))])
        found: list[Segment] = []
        for chunk in split(text):
            aligned = align_document(_without_head(chunk.text), graph, self._definitions)
            cut = len(chunk.text) - len(_without_head(chunk.text))
            shifted = [one.shift(start + chunk.start + cut) for one in aligned or ()]
            found += shifted or _like_lines(chunk.text, start + chunk.start, path, read.text)
        return SegmentMap(found, [(0, _unknown(path, read.text))])

    @lazy
    def _definitions(self) -> dict[str, TemplateGraph]:
        """What the chart's files define; of a name that is defined twice, the outermost chart's counts, as in Helm."""
        found: dict[str, TemplateGraph] = {}
        for path in reversed(list(self._chart.templates())):
            read = read_source(path)
            if not isinstance(read, ReadProblem) and "define" in read.text:
                found.update(graphs_of_definitions(path, read.text))
        return found


def _without_head(text: str) -> str:
    """A document without its `---` line."""
    return text.partition("\n")[2] if text.startswith("---") else text


def _unknown(path: str, text: str) -> Written:
    """A template as a whole: its first line with a kind, or its first one."""
    at = max(0, text.find("\nkind:") + 1 if "\nkind:" in text else 0)
    end = text.find("\n", at)
    return Written(path, Span(at, end if end >= 0 else len(text)), Precision.UNKNOWN)


def _like_lines(text: str, start: int, path: str, template: str) -> list[Segment]:
    """Lines of a template that look the same as rendered ones, for where the two cannot be aligned: lines, not letters."""
    rendered, written = text.splitlines(keepends=True), template.splitlines(keepends=True)
    if max(len(rendered), len(written)) > _MOST_LINES:
        return []
    places = [0]
    for line in written:
        places.append(places[-1] + len(line))
    offsets = [start]
    for line in rendered:
        offsets.append(offsets[-1] + len(line))
    matcher = SequenceMatcher(
        None, [line.strip() for line in written], [line.strip() for line in rendered], autojunk=False
    )
    return [
        Segment(
            offsets[there + n], offsets[there + n + 1], path, places[here + n], places[here + n + 1], is_literal=False
        )
        for here, there, length in matcher.get_matching_blocks()
        for n in range(length)
        if rendered[there + n].strip()
    ]
