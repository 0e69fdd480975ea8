"""NP008 template-skipped."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Context, Diagnostics, Trigger, document_rule


@document_rule(
    "NP008",
    category="syntax",
    severity=Severity.INFO,
    on_partial=True,
    needs=Trigger.PROBLEMS,
    once_a_file=True,
    judges_templates=True,
)
def template_skipped(ctx: Context) -> Diagnostics:
    """A template that cannot be read as YAML is checked only in part.

    ## Why
    Templates of Helm and Jinja are read with their actions left out, and what an action produces is never called wrong.
    Where the rest is not YAML by itself, most rules cannot run. Lint what the template renders to:
    `helm template . | netpol-lint check -`.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: {{ .Release.Name }}
      labels: {{ .Values.first }}: {{ .Values.second }}  # <- NP008
    spec:
      podSelector: {}
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: {{ .Release.Name }}
      labels:
        {{- include "labels" . | nindent 4 }}
    spec:
      podSelector: {}
    ```
    """
    error = ctx.document.error
    if error is not None and ctx.document.is_template:
        yield ctx.finding(
            error.span,
            "this template is not YAML without its actions, so it is checked only in part: "
            "lint what it renders to, as in `helm template . | netpol-lint check -`",
            label=error.message,
        )
