"""NP106 invalid-name."""

from __future__ import annotations

import re

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.names import generate_name_problem, subdomain_problem
from netpol_lsp.kube.typed_field import string_field
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.text.edits import Applicability
from netpol_lsp.yaml.edit.mappings import replace_scalar


@policy_rule("NP106", category="api", severity=Severity.ERROR, on_partial=True)
def invalid_name(ctx: PolicyContext) -> Diagnostics:
    """The name of a policy is not one that Kubernetes takes.

    ## Why
    Names are DNS subdomains: lower-case letters, digits, `-` and `.`, at most 253 characters, a letter or digit
    first and last. The API server refuses anything else.

    ## Fix safety
    Unsafe: a policy of another name is another object, and the one with the old name stays.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: Allow_Web  # <- NP106
      namespace: shop
    spec:
      podSelector: {}
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: allow-web
      namespace: shop
    spec:
      podSelector: {}
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: allow-web.v2
      namespace: shop
    spec:
      podSelector: {}
    ```
    """
    found = ctx.policy.object
    name = found.name_field
    if name is not None and name.value and (problem := subdomain_problem(name.value)):
        corrected = re.sub(r"[^a-z0-9.]+", "-", name.value.lower()).strip("-.")
        edits = replace_scalar(ctx.document, name.node, corrected) if not subdomain_problem(corrected) else None
        fix = ctx.fix(f"Rename the policy to `{corrected}`", edits, Applicability.UNSAFE)
        yield ctx.finding(name, f"name `{name.value}` {problem}", label="not a name", fixes=[fix])
    prefix = string_field(found.metadata.get("generateName")) if found.metadata else None
    if prefix is not None and prefix.value and (problem := generate_name_problem(prefix.value)):
        yield ctx.finding(prefix, f"generateName `{prefix.value}` {problem}", label="not the start of a name")
