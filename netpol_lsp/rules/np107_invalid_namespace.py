"""NP107 invalid-namespace."""

from __future__ import annotations

import re

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.names import dns_label_problem
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.text.edits import Applicability
from netpol_lsp.yaml.edit.mappings import replace_scalar


@policy_rule("NP107", category="api", severity=Severity.ERROR, on_partial=True)
def invalid_namespace(ctx: PolicyContext) -> Diagnostics:
    """The namespace is not one that Kubernetes takes.

    ## Why
    Namespaces are DNS labels: lower-case letters, digits and `-`, at most 63 characters, no dots. The API server
    refuses anything else.

    ## Fix safety
    Unsafe: whether the namespace with the corrected name is the one that was meant is not known.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: Shop  # <- NP107
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
    ```
    """
    namespace = ctx.policy.object.namespace_field
    if namespace is None or not namespace.value:
        return
    problem = dns_label_problem(namespace.value)
    if problem is None:
        return
    corrected = re.sub(r"[^a-z0-9]+", "-", namespace.value.lower()).strip("-")
    edits = replace_scalar(ctx.document, namespace.node, corrected) if not dns_label_problem(corrected) else None
    fix = ctx.fix(f"Change the namespace to `{corrected}`", edits, Applicability.UNSAFE)
    yield ctx.finding(namespace, f"namespace `{namespace.value}` {problem}", label="not a namespace", fixes=[fix])
