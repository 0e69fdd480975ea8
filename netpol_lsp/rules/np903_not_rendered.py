"""NP903 not-rendered: found where charts and kustomizations are rendered, in project.renderings; its page is here."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.findings.tool_codes import NOT_RENDERED
from netpol_lsp.lint.rule import Context, Diagnostics, Trigger, document_rule


@document_rule(NOT_RENDERED, category="tool", severity=Severity.WARNING, needs=Trigger.NEVER)
def not_rendered(_ctx: Context) -> Diagnostics:
    """A chart or a kustomization was to be rendered, and could not be, or not wholly.

    ## Why
    Rendering was asked for, with `--render` or the key `render`, so that what the API server gets is judged. What is not
    rendered is judged by its templates alone, and what it makes does not count for the policies that select it. The finding
    is at the line that the engine complains about; for a dependency that is not in the folder `charts`, it is an info at its
    line in Chart.yaml.

    ```yaml good
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
    """
    return iter(())
