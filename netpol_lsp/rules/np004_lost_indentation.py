"""NP004 lost-indentation."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Context, Diagnostics, Trigger, document_rule
from netpol_lsp.lint.syntax_findings import problem_finding, problems_of
from netpol_lsp.yaml.problems import ProblemKind


@document_rule(
    "NP004", category="syntax", severity=Severity.ERROR, on_partial=True, needs=Trigger.PROBLEMS, restores=True
)
def lost_indentation(ctx: Context) -> Diagnostics:
    """The policy has lost its indentation.

    ## Why
    Text that was copied from a web page or a chat often comes without its leading spaces. Every field then is at
    the top level, and the API server knows none of them. Since only certain fields can be in certain places, the
    indentation can be worked out again. Nothing else is reported for such a document.

    ## Fix safety
    Safe when only one reading fits. Unsafe when another one would do as well, as with a `podSelector` that may belong to
    a peer or to the policy, and when lines that are not YAML had to be made comments. Comments are kept. Where
    several policies follow one another, `---` is put between them.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
    name: web  # <- NP004
    namespace: shop
    spec:
    podSelector: {}
    ingress:
    # only the front end
    - from:
    - podSelector:
    matchLabels:
    app: front-end
    ports:
    - port: 80
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      ingress:
        # only the front end
        - from:
            - podSelector:
                matchLabels:
                  app: front-end
          ports:
            - port: 80
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
    for problem in problems_of(ctx, ProblemKind.INDENTATION):
        yield problem_finding(ctx, problem)
