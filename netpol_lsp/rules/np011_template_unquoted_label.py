"""NP011 template-unquoted-label."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.objects import TextMap
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Entry, Scalar
from netpol_lsp.yaml.templates.masking import MASK


@policy_rule(
    "NP011",
    category="style",
    severity=Severity.INFO,
    opt_in=True,
    on_partial=True,
    edits_actions=True,
    judges_templates=True,
)
def template_unquoted_label(ctx: PolicyContext) -> Diagnostics:
    """A template gives a label value without quotes.

    ## Why
    Label values are strings. Without quotes, YAML reads what a value renders to: a release called `1234`, a version
    `1.10` or a flag `true` becomes a number or a boolean, and the API server refuses the manifest.

    ## Fix safety
    The fix is unsafe: where the value has quotes of its own, there would be two pairs.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: {{ .Release.Name }}-web
    spec:
      podSelector:
        matchLabels:
          app.kubernetes.io/instance: {{ .Release.Name }}  # <- NP011
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: {{ .Release.Name }}-web
    spec:
      podSelector:
        matchLabels:
          app.kubernetes.io/instance: {{ .Release.Name | quote }}
          app.kubernetes.io/version: "{{ .Chart.AppVersion }}"
          app.kubernetes.io/component: web-{{ .Values.tier }}
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: {{ .Release.Name }}-web
    spec:
      podSelector:
        matchLabels:
          app.kubernetes.io/instance: {{ .Release.Name | quote }}
    ```
    """
    if not ctx.document.is_template:
        return
    for entry in _entries(ctx.policy.text_maps):
        value = entry.value
        if isinstance(value, Scalar) and value.is_plain and value.value[:1] == MASK and not value.value.strip(MASK):
            yield ctx.finding(
                value,
                "this label value has no quotes, so a number or boolean would be refused",
                label="no quotes",
                fixes=partial(_fix, ctx, value),
            )


def _entries(maps: tuple[TextMap, ...]) -> Iterator[Entry]:
    for texts in maps:
        yield from texts.mapping.entries


def _fix(ctx: PolicyContext, value: Scalar) -> Fix | None:
    """`| quote` before the end of a Go action; the length of a mask tells nothing of another language."""
    action = ctx.document.text[value.start : value.end]
    body = action.removesuffix("}}").removesuffix("-").rstrip()
    if not action.startswith("{{") or not action.endswith("}}") or "}}" in body:
        return None
    at = value.start + len(body)
    return ctx.fix("Quote the value", (TextEdit(Span(at, at), " | quote"),), Applicability.UNSAFE)
