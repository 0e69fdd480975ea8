"""NP901 unused-suppression: found where suppressions are applied, in lint.suppress; its page is here."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.findings.tool_codes import UNUSED_SUPPRESSION
from netpol_lsp.lint.rule import Context, Diagnostics, Trigger, document_rule


@document_rule(UNUSED_SUPPRESSION, category="tool", severity=Severity.WARNING, needs=Trigger.NEVER)
def unused_suppression(_ctx: Context) -> Diagnostics:
    """A suppression that suppresses nothing.

    ## Why
    A suppression that is left over when its finding is gone would hide the next finding of that rule at the same
    place.

    ## Fix safety
    Unsafe: the comment is deleted, with its line when it has one of its own. A comment that says more than the code is
    left to you, since the reason may be worth keeping, and so is one that names several rules.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      ingress:
        # netpol: ignore[NP105] SCTP is meant  # <- NP901
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
            - protocol: SCTP
              port: 80
    ```
    """
    return iter(())
