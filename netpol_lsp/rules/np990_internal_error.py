"""NP990 internal-error: made by the engine when a rule raises; its page is here."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.findings.tool_codes import INTERNAL_ERROR
from netpol_lsp.lint.rule import Context, Diagnostics, Trigger, document_rule


@document_rule(INTERNAL_ERROR, category="tool", severity=Severity.ERROR, needs=Trigger.NEVER)
def internal_error(_ctx: Context) -> Diagnostics:
    """A rule failed, which is a mistake in netpol-lint, or a file could not be read.

    ## Why
    A file that cannot be read (a link that leads to itself, one without permission, bytes that are no text) was not linted; all
    others were. Formats that programs read have this finding for it, and the exit code is 2.

    When a rule raises an error, its findings for this document are missing, and no one should take their absence for a
    good sign. The other rules are not affected. Please report it with the manifest, or the smallest part of it that
    shows the error. There is no example, since none is known.

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
    return iter(())
