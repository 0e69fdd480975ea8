"""NP105 unsupported-value."""

from __future__ import annotations

from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Context, Diagnostics, Trigger, document_rule
from netpol_lsp.lint.schema import SchemaFinding
from netpol_lsp.text.edit_distance import closest
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.yaml.edit.mappings import replace_scalar

_WHAT = {"protocol": "protocol", "operator": "operator", "policyTypes": "policy type"}


@document_rule("NP105", category="api", severity=Severity.ERROR, on_partial=True, needs=Trigger.VIOLATIONS)
def unsupported_value(ctx: Context) -> Diagnostics:
    """A field has a value that the API does not know.

    ## Why
    `protocol` is TCP, UDP or SCTP; `policyTypes` lists Ingress and Egress; `operator` is In, NotIn, Exists or
    DoesNotExist. All are case sensitive, and the API server refuses anything else.

    NetworkPolicy cannot express ICMP (ping): a rule without `ports` allows it together with everything else.
    Calico and Cilium have policies of their own that can.

    ## Fix safety
    Safe when only upper and lower case differ; a nearby word is offered as unsafe.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes:
        - ingress  # <- NP105
      ingress:
        - ports:
            - protocol: tcp  # <- NP105
              port: 80
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes:
        - Ingress
      ingress:
        - ports:
            - protocol: TCP
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
      policyTypes: [Ingress]
      ingress:
        - ports:
            - protocol: TCP
              port: 80
    ```
    """
    for found in ctx.schema:
        if found.keyword != "enum" or not isinstance(found.value, str):
            continue  # a value of another type is NP102's
        allowed = [value for value in found.detail if value is not None]
        field = next((step for step in reversed(found.path) if isinstance(step, str)), "")
        written = found.value
        message = f"{_WHAT.get(field, 'value')} `{written}` is not supported: use {_listed(allowed)}"
        if field == "protocol" and written.upper().startswith("ICMP"):
            message = f"NetworkPolicy cannot express `{written}`: its protocols are TCP, UDP and SCTP"
        yield ctx.finding(found, message, label="not supported", fixes=partial(_fixes, ctx, found, written, allowed))


def _listed(words: list[str]) -> str:
    return ", ".join(words[:-1]) + " or " + words[-1]


def _fixes(ctx: Context, found: SchemaFinding, written: str, allowed: list[str]) -> list[Fix]:
    same = [value for value in allowed if value.lower() == written.strip().lower()]
    fixes = []
    for value in same or closest(written, allowed):
        edits = replace_scalar(ctx.document, found.node, value)
        if edits:
            fixes.append(Fix(f"Write `{value}`", edits, Applicability.SAFE if same else Applicability.UNSAFE))
    return fixes
