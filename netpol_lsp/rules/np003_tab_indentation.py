"""NP003 tab-indentation."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Context, Diagnostics, Trigger, document_rule
from netpol_lsp.lint.syntax_findings import problem_finding, problems_of
from netpol_lsp.yaml.problems import ProblemKind


@document_rule("NP003", category="syntax", severity=Severity.ERROR, on_partial=True, needs=Trigger.PROBLEMS)
def tab_indentation(ctx: Context) -> Diagnostics:
    """Lines are indented with tabs.

    ## Why
    YAML indents with spaces only. A tab before a key makes the document unreadable, and the error that YAML
    readers give rarely says so. (In the examples an arrow stands for a tab.)

    ## Fix safety
    Safe: each tab becomes as many spaces as make the document readable again.

    ```yaml bad tabs
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
    →name: web  # <- NP003
    →namespace: shop
    spec:
    →podSelector: {}
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
    ```
    """
    for problem in problems_of(ctx, ProblemKind.TAB):
        yield problem_finding(ctx, problem)
