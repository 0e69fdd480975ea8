"""NP902 unknown-suppression: found where suppressions are applied, in lint.suppress; its page is here."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.findings.tool_codes import UNKNOWN_SUPPRESSION
from netpol_lsp.lint.rule import Context, Diagnostics, Trigger, document_rule


@document_rule(UNKNOWN_SUPPRESSION, category="tool", severity=Severity.WARNING, needs=Trigger.NEVER)
def unknown_suppression(_ctx: Context) -> Diagnostics:
    """A suppression that names no rule, or one that cannot be suppressed.

    ## Why
    A misspelt code suppresses nothing, and nor does one without brackets. A suppression always says what it is for, so that it cannot hide more than was
    looked at: `# netpol: ignore[NP216] resolved by the host`. Findings about suppressions cannot be suppressed.

    ## Fix safety
    Safe: missing brackets are written around the codes, and all words are kept. A comment that names no rule is left to
    you; one that says nothing but an unknown code can be deleted (unsafe).

    ```yaml bad
    # netpol: ignore NP209 every pod is meant  # <- NP902
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes:
        - Ingress
    ```

    ```yaml fixed
    # netpol: ignore[NP209] every pod is meant
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes:
        - Ingress
    ```

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      ingress:
        # netpol: ignore[NP1050] SCTP is meant  # <- NP902
        - ports:
            - protocol: SCTP
              port: 80
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      ingress:
        - ports:
            - port: 8_080  # netpol: ignore[NP006] as in the other files
    ```
    """
    return iter(())
