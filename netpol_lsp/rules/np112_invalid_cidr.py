"""NP112 invalid-cidr."""

from __future__ import annotations

import re

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.net.cidr import CidrProblem, CidrReason, parse_cidr
from netpol_lsp.kube.typed_field import Field
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.text.edits import Applicability
from netpol_lsp.yaml.edit.mappings import replace_scalar


@policy_rule("NP112", category="api", severity=Severity.ERROR, on_partial=True, needs=Trigger.IP_BLOCKS)
def invalid_cidr(ctx: PolicyContext) -> Diagnostics:
    """An ipBlock has something that is not an address range.

    ## Why
    `cidr` and the items of `except` are address ranges with a prefix length, as in `192.168.1.0/24`,
    `203.0.113.7/32` for one address, or `2001:db8::/64`. Host names, netmasks and single addresses are refused.
    NetworkPolicy cannot name a domain; Cilium, Calico Enterprise and others have policies of their own that can.

    ## Fix safety
    Safe where one reading fits: a single address gets `/32` (`/128` for IPv6), a netmask its prefix length.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      egress:
        - to:
            - ipBlock:
                cidr: 203.0.113.7  # <- NP112
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      egress:
        - to:
            - ipBlock:
                cidr: 203.0.113.7/32
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      egress:
        - to:
            - ipBlock:
                cidr: 203.0.113.7/32
    ```
    """
    for block in ctx.policy.ip_blocks:
        if block.cidr is not None and block.cidr.value:
            yield from _check(ctx, block.cidr)
            # As long as `cidr` itself cannot be read, the API server does not look at the exceptions.
            if isinstance(parse_cidr(block.cidr.value), CidrProblem):
                continue
        for field in block.excepts:
            yield from _check(ctx, field)


def _check(ctx: PolicyContext, field: Field[str]) -> Diagnostics:
    text = "" if field.is_null else field.value
    if text is None:
        return
    parsed = parse_cidr(text)
    if not isinstance(parsed, CidrProblem):
        return
    message = f"`{text}` {parsed.reason.value}"
    if parsed.reason is CidrReason.BAD_ADDRESS and re.fullmatch(r"[\w*-]+(\.[\w-]+)*\.[A-Za-z]{2,}(/\d+)?", text):
        message = f"`{text}` is a host name: NetworkPolicy knows addresses only"
    fix = None
    if parsed.suggestion is not None:
        edits = replace_scalar(ctx.document, field.node, parsed.suggestion)
        fix = ctx.fix(f"Write `{parsed.suggestion}`", edits, Applicability.SAFE)
    yield ctx.finding(field, message, label="not an address range", fixes=[fix])
