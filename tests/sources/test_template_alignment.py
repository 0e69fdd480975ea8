"""Rendered texts and the templates that they came of."""

from __future__ import annotations

import pytest

from netpol_lsp.sources.origin_map import Precision, SegmentMap, Written
from netpol_lsp.sources.template_alignment import align, align_document
from netpol_lsp.sources.template_graph import graph_of, graphs_of_definitions
from netpol_lsp.text.span import Span

NOWHERE = [(0, Written("t", Span(0, 0), Precision.UNKNOWN))]


def origins(template: str, rendered: str, helpers: str = "") -> SegmentMap:
    segments = align(rendered, graph_of("t", template), dict(graphs_of_definitions("h", helpers)))
    assert segments is not None
    return SegmentMap(segments, NOWHERE)


def place(template: str, rendered: str, token: str, helpers: str = "", nth: int = 0) -> tuple[str, str, Precision]:
    """The file, the text and the precision of the place of the `nth` token."""
    start = -1
    for _ in range(nth + 1):
        start = rendered.index(token, start + 1)
    found = origins(template, rendered, helpers).find(Span(start, start + len(token)))
    text = {"t": template, "h": helpers}[found.path]
    return found.path, text[found.span.start : found.span.end], found.precision


def test_literal_text_is_known_exactly() -> None:
    template = "a: {{ .Values.a }}\nb: literal\n"
    assert place(template, "a: 1\nb: literal\n", "literal") == ("t", "literal", Precision.EXACT)
    assert place(template, "a: 1\nb: literal\n", "1") == ("t", "{{ .Values.a }}", Precision.LINE)


def test_literal_text_and_an_action_are_one_place() -> None:
    found = place("name: web-{{ .Release.Name }}-x\n", "name: web-r-x\n", "web-r-x")
    assert found == ("t", "web-{{ .Release.Name }}-x", Precision.LINE)


@pytest.mark.parametrize(("rendered", "token", "line"), [("a: 1\nx: y\n", "a: 1", 2), ("b: 2\nx: y\n", "b: 2", 4)])
def test_the_branch_that_was_taken(rendered: str, token: str, line: int) -> None:
    template = "{{- if .Values.a }}\na: 1\n{{- else }}\nb: 2\n{{- end }}\nx: y\n"
    rendered = f"\n{rendered}"
    at = rendered.index(token)
    found = origins(template, rendered).find(Span(at, at + len(token)))
    assert (template.count("\n", 0, found.span.start) + 1, found.precision) == (line, Precision.EXACT)


def test_the_body_of_a_loop_came_as_often_as_it_came() -> None:
    template = "items:\n{{- range .Values.items }}\n  - port: {{ . }}\n    protocol: tcp\n{{- end }}\n"
    rendered = "items:\n  - port: 1\n    protocol: tcp\n  - port: 22\n    protocol: tcp\n"
    for nth in (0, 1):
        assert place(template, rendered, "tcp", nth=nth) == ("t", "tcp", Precision.EXACT)
    assert place(template, rendered, "22") == ("t", "{{ . }}", Precision.LINE)


def test_lines_of_an_action_are_the_action() -> None:
    template = "spec:\n  {{- toYaml .Values.spec | nindent 2 }}\n  end: true\n"
    rendered = "spec:\n  a: 1\n  b:\n    c: 2\n  end: true\n"
    assert place(template, rendered, "c: 2") == ("t", "{{- toYaml .Values.spec | nindent 2 }}", Precision.LINE)
    assert place(template, rendered, "end: true") == ("t", "end: true", Precision.EXACT)


def test_what_a_definition_rendered_is_where_it_is_written() -> None:
    template = 'labels:\n  {{- include "x" . | nindent 2 }}\nend: 1\n'
    helpers = '{{- define "x" -}}\napp: web\nrelease: {{ .Release.Name }}\n{{- end }}\n'
    rendered = "labels:\n  app: web\n  release: r\nend: 1\n"
    assert place(template, rendered, "app: web", helpers) == ("h", "app: web", Precision.EXACT)
    assert place(template, rendered, "release: r", helpers) == ("h", "release: {{ .Release.Name }}", Precision.LINE)
    assert place(template, rendered, "release", helpers) == ("h", "release", Precision.EXACT)


def test_a_definition_that_only_passes_on_what_it_is_given_is_not_shown() -> None:
    template = 'a:\n  {{- include "render" (dict "value" .Values.a) | nindent 2 }}\nend: 1\n'
    helpers = '{{- define "render" -}}\n{{- if .value }}\n{{- tpl .value $ }}\n{{- end }}\n{{- end }}\n'
    found = place(template, "a:\n  b: 1\nend: 1\n", "b: 1", helpers)
    assert found == ("t", '{{- include "render" (dict "value" .Values.a) | nindent 2 }}', Precision.LINE)


def test_trim_markers_take_white_space_away() -> None:
    template = "a:\n  {{- if true }} b {{- end }}\n\n{{- /* words */ -}}\n\nc: d\n"
    assert place(template, "a: bc: d\n", "c: d") == ("t", "c: d", Precision.EXACT)


def test_an_empty_output_takes_nothing() -> None:
    template = "a: 1\n{{ .Values.none }}\nb: 2\n"
    assert place(template, "a: 1\n\nb: 2\n", "b: 2") == ("t", "b: 2", Precision.EXACT)


def test_text_that_the_template_cannot_give() -> None:
    assert align("x: 1\n", graph_of("t", "a: {{ .Values.a }}\n"), {}) is None


def test_one_document_of_several() -> None:
    template = "---\na: 1\n---\nb: {{ .x }}\nc: 3\n"
    segments = align_document("b: 2\nc: 3", graph_of("t", template), {})
    assert segments is not None
    found = SegmentMap(segments, NOWHERE).find(Span(5, 9))
    assert template[found.span.start : found.span.end] == "c: 3"


def test_work_ends_at_a_budget() -> None:
    """Which of many alike was rendered is tried out, but not for ever."""
    template = "{{ if .a }}x{{ end }}" * 2000
    assert align("x" * 1500 + "z\n", graph_of("t", template), {}) is None


def test_which_part_of_a_template_came_to_anything() -> None:
    template = "{{- if .Values.a }}\na: 1\n{{- else }}\nb: 2\n{{- end }}\n"
    found = origins(template, "\nb: 2\n")
    at = template.index("a: 1"), template.index("b: 2")
    assert [found.has_rendered("t", Span(start, start + 4)) for start in at] == [False, True]
