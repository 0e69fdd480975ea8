"""NP113 except-outside-cidr."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.net.cidr import Cidr, is_strict_subset, parse_cidr
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule


@policy_rule("NP113", category="api", severity=Severity.ERROR, on_partial=True, needs=Trigger.IP_BLOCKS)
def except_outside_cidr(ctx: PolicyContext) -> Diagnostics:
    """An exception does not lie inside the range that it is an exception of.

    ## Why
    Every item of `except` must be a smaller range inside `cidr`, of the same IP family. The API server refuses the
    whole policy otherwise.

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
                cidr: 10.0.0.0/8
                except:
                  - 192.168.0.0/16  # <- NP113
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
                cidr: 10.0.0.0/8
                except:
                  - 10.96.0.0/12
    ```
    """
    for block in ctx.policy.ip_blocks:
        if block.cidr is None or not block.cidr.value:
            continue
        outer = parse_cidr(block.cidr.value)
        if not isinstance(outer, Cidr):
            continue
        for field in block.excepts:
            inner = parse_cidr(field.value) if field.value else None
            if isinstance(inner, Cidr) and not is_strict_subset(outer, inner):
                message = f"exception `{field.value}` {_why(outer, inner)} `{block.cidr.value}`"
                yield ctx.finding(field, message, related=[ctx.related(block.cidr, "the range")])


def _why(outer: Cidr, inner: Cidr) -> str:
    if outer.family != inner.family:
        return "is of another IP family than"
    if (outer.network, outer.prefix) == (inner.network, inner.prefix):
        return "is the whole of"
    if inner.first <= outer.first and outer.last <= inner.last:
        return "is larger than"
    return "is outside"
