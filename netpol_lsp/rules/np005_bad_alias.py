"""NP005 bad-alias."""

from __future__ import annotations

import re
from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Context, Diagnostics, Trigger, document_rule
from netpol_lsp.lint.syntax_findings import problems_of
from netpol_lsp.text.edit_distance import closest
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.yaml.nodes import walk
from netpol_lsp.yaml.problems import ProblemKind, SyntaxProblem


@document_rule("NP005", category="syntax", severity=Severity.ERROR, on_partial=True, needs=Trigger.PROBLEMS)
def bad_alias(ctx: Context) -> Diagnostics:
    """An alias leads nowhere, into itself, or to too much.

    ## Why
    `*name` repeats what `&name` marks further up in the same document. The API server refuses an alias whose anchor is
    not there (anchors do not reach across `---`), one that is inside its own anchor, and aliases of
    aliases that make a small text explode.

    ## Fix safety
    A similar name is offered as unsafe.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: &pods
        matchLabels:
          app: web
      ingress:
        - from:
            - podSelector: *pod  # <- NP005
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: &pods
        matchLabels:
          app: web
      ingress:
        - from:
            - podSelector: *pods
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: &pods
        matchLabels:
          app: web
      ingress:
        - from:
            - podSelector: *pods
    ```
    """
    for problem in problems_of(ctx, ProblemKind.ALIAS):
        yield ctx.finding(problem.span, problem.message, label=problem.hint, fixes=partial(_renames, ctx, problem))


def _renames(ctx: Context, problem: SyntaxProblem) -> list[Fix]:
    """The anchors above with a similar name."""
    written = ctx.document.text[problem.span.start : problem.span.end]
    name = re.match(r"\*([\w-]+)\Z", written)
    root = ctx.document.root
    if name is None or root is None or "no anchor" not in problem.message:
        return []
    anchors = {node.anchor for node in walk(root) if node.anchor is not None and node.end <= problem.span.start}
    return [
        Fix(f"Write `*{anchor}`", (TextEdit(problem.span, f"*{anchor}"),), Applicability.UNSAFE)
        for anchor in closest(name[1], anchors)
    ]
