"""NP010 template-indentation."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Context, Diagnostics, document_rule
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.span import Span

if TYPE_CHECKING:
    from netpol_lsp.yaml.templates.open_nodes import Misfit

_INDENT = re.compile(r"\bn?indent[ \t]+(?P<column>\d+)")
# What these keys hold is a mapping: at the column of its key it would belong to the mapping around.
_HOLD_MAPPINGS = frozenset(
    {
        "annotations",
        "ipBlock",
        "labels",
        "matchLabels",
        "metadata",
        "namespaceSelector",
        "podSelector",
        "spec",
    }
)


@document_rule(
    "NP010", category="syntax", severity=Severity.WARNING, on_partial=True, edits_actions=True, judges_templates=True
)
def template_indentation(ctx: Context) -> Diagnostics:
    """Lines of a template come in at a column where they do not belong.

    ## Why
    `nindent 4` puts all lines of a value at column 4, and `indent 4` puts 4 spaces before each of them, in addition to
    the spaces that are written before the action. Where that column is none of the columns around, the rendered
    manifest is not YAML, or the lines belong to something else.

    ## Fix safety
    What the value holds is not known, so the fix is unsafe: look at what the template renders to.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: {{ .Release.Name }}
      labels:
        app: web
        {{- include "labels" . | nindent 6 }}  # <- NP010
    spec:
      podSelector:
        matchLabels:
          {{ toYaml .Values.labels | indent 6 }}  # <- NP010
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: {{ .Release.Name }}
      labels:
        app: web
        {{- include "labels" . | nindent 4 }}
    spec:
      podSelector:
        matchLabels:
    {{ toYaml .Values.labels | indent 6 }}
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: {{ .Release.Name }}
      labels:
        app: web
        {{- include "labels" . | nindent 4 }}
    spec:
      podSelector:
        matchLabels:
          {{- toYaml .Values.labels | nindent 6 }}
    ```
    """
    for misfit in ctx.document.misfits:
        message = _message(misfit)
        if message:
            yield ctx.finding(misfit.opening.span, message, fixes=partial(_fix, ctx, misfit))


def _message(misfit: Misfit) -> str:
    """What is wrong; "" where nothing need be."""
    if misfit.is_doubled:
        return "the spaces before this action indent its first line only, in addition to `indent`: further lines do not line up"
    column = misfit.opening.column
    if misfit.key is not None and (column is None or column <= misfit.opening.owner or misfit.opening.owner < 0):
        if misfit.key.name not in _HOLD_MAPPINGS:
            return ""  # a list may be at the column of its key
        return f"these lines are rendered at column {column}, which is not deeper than their key `{misfit.key.name}`"
    around = ", ".join(map(str, sorted(set(misfit.columns))))
    return f"these lines are rendered at column {column}, but the lines around them are at column {around}"


def _fix(ctx: Context, misfit: Misfit) -> Fix | None:
    span = misfit.opening.span
    action = ctx.document.text[span.start : span.end]
    found = next(iter([*_INDENT.finditer(action)][-1:]), None)
    if found is None or not action.startswith("{{"):
        return None
    place = span.start + found.start()
    if misfit.is_doubled:
        trimmed = TextEdit(Span(span.start + 2, span.start + 2), "-")
        added = TextEdit(Span(place, place), "n")
        return ctx.fix(f"Write `nindent {found['column']}`", (trimmed, added), Applicability.UNSAFE)
    lines = ctx.source.lines
    own = span.start - lines.line_start(lines.line_of(span.start))
    column = own if own in misfit.columns else misfit.columns[-1]
    start = span.start + found.start("column")
    edit = TextEdit(Span(start, span.start + found.end("column")), str(column))
    return ctx.fix(f"Put the lines at column {column}", (edit,), Applicability.UNSAFE)
