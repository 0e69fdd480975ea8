"""NP219 except-removes-all."""

from __future__ import annotations

from netpol_lsp.lint.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.model.network import address_set


@policy_rule("NP219", category="intent", severity=Severity.WARNING, on_partial=True)
def except_removes_all(ctx: PolicyContext) -> Diagnostics:
    """The exceptions of an ipBlock leave nothing of its range.

    ## Why
    Each exception must be smaller than the range, but together they may take away all of it: `10.0.0.0/8` without
    `10.0.0.0/9` and `10.128.0.0/9` is nothing, so the peer matches nobody.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Egress]
      egress:
        - to:
            - ipBlock:
                cidr: 192.168.0.0/16
                except:  # <- NP219
                  - 192.168.0.0/17
                  - 192.168.128.0/17
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Egress]
      egress:
        - to:
            - ipBlock:
                cidr: 192.168.0.0/16
                except:
                  - 192.168.0.0/17
    ```
    """
    for rule in ctx.policy.all_rules:
        for peer in rule.peers:
            block = peer.ip_block
            if block is None or block.except_entry is None or block.cidr is None or not block.cidr.value:
                continue
            values = tuple(field.value for field in block.excepts if field.value is not None)
            left = address_set(block.cidr.value, values) if len(values) == len(block.excepts) else None
            if left is not None and values and left.is_empty:
                message = f"nothing is left of `{block.cidr.value}`: the exceptions cover all of it"
                yield ctx.finding(block.except_entry.key, message, related=[ctx.related(block.cidr, "the range")])
