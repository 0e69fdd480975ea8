"""NP007 invisible-character."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Context, Diagnostics, Trigger, document_rule
from netpol_lsp.lint.syntax_findings import problem_finding, problems_of
from netpol_lsp.yaml.problems import ProblemKind


@document_rule("NP007", category="syntax", severity=Severity.ERROR, on_partial=True, needs=Trigger.PROBLEMS)
def invisible_character(ctx: Context) -> Diagnostics:
    """A character that cannot be seen, or looks like another one.

    ## Why
    Text from web pages and word processors brings no-break spaces, zero-width spaces, curly quotes, long dashes, and
    full-width colons, commas and brackets along. YAML takes them for letters, so that `spec` with a no-break space
    after its colon is no longer a mapping. Everything in a NetworkPolicy but comments and annotations is ASCII: such
    characters are reported everywhere else, and at the ends of annotation values, where the manifest is accepted and
    the finding is a warning. What people write inside comments and annotations stays as it is.

    The document is checked as if the characters were repaired.

    ## Fix safety
    Safe: the character becomes the one that it looks like, or goes where it can have no meaning.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind：NetworkPolicy  # <- NP007
    metadata:
    \u00a0\u00a0name: web  # <- NP007
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          public: “true”  # <- NP007, NP007
      policyTypes:
        – Ingress  # <- NP007
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          public: "true"
      policyTypes:
        - Ingress
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
      annotations:
        example.com/description: "the shop’s web server – 网站：只允许前端"
    spec:
      podSelector: {}  # every pod — 所有
    ```
    """
    for problem in problems_of(ctx, ProblemKind.CHARACTER):
        yield problem_finding(ctx, problem)
