"""NP001 yaml-syntax."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Context, Diagnostics, Trigger, document_rule
from netpol_lsp.lint.syntax_findings import problem_finding, problems_of
from netpol_lsp.yaml.problems import ProblemKind


@document_rule("NP001", category="syntax", severity=Severity.ERROR, on_partial=True, needs=Trigger.PROBLEMS)
def yaml_syntax(ctx: Context) -> Diagnostics:
    """The document is not YAML.

    ## Why
    A YAML reader gives up where it can make no sense of the text any more, often lines after the mistake. The
    finding points to the likely mistake instead: the smallest change after which the document can be read, and
    which gives the fields that a NetworkPolicy has. The rest of the document is checked as if the change were made.

    ## Fix safety
    Safe where nothing else can have been meant: the colon after a known field, the space after a colon, the quote or
    bracket that closes a value. Other changes are offered as unsafe: look at them first.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec  # <- NP001
      podSelector: {}
      policyTypes: [Ingress  # <- NP001
      ingress: []
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress: []
    ```

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
        namespace: shop  # <- NP001
    spec:
      podSelector: {}
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
      policyTypes: [Ingress]
      ingress: []
    ```
    """
    for problem in problems_of(ctx, ProblemKind.SYNTAX):
        yield problem_finding(ctx, problem)
