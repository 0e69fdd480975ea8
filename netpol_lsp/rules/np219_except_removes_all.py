"""NP219 except-removes-all."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.net.address_set import address_set
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.networkpolicy.peer import IPBlock


@policy_rule("NP219", category="intent", severity=Severity.WARNING, on_partial=True, needs=Trigger.IP_BLOCKS)
def except_removes_all(ctx: PolicyContext) -> Diagnostics:
    """The exceptions of an ipBlock leave nothing of its range.

    ## Why
    Each exception must be smaller than the range, but together they may take away all of it: `10.0.0.0/8` without
    `10.0.0.0/9` and `10.128.0.0/9` is nothing, so the peer matches no one.

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
    for block in ctx.policy.ip_blocks:
        if block.excepts and block.cidr is not None and block.node.origin is None and _is_empty(block):
            assert block.except_entry is not None
            message = f"nothing is left of `{block.cidr.value}`: the exceptions cover all of it"
            yield ctx.finding(
                block.except_entry.key,
                message,
                label="cover the whole range",
                related=[ctx.related(block.cidr, "the range")],
            )


def _is_empty(block: IPBlock) -> bool:
    """Whether several exceptions, each smaller than the range, take away all of it."""
    values = tuple(field.value for field in block.excepts if field.value is not None)
    cidr = block.cidr.value if block.cidr is not None else None
    if cidr is None or len(values) < len(block.excepts):
        return False
    left = address_set(cidr, values)
    if left is None or not left.is_empty:
        return False
    # One that covers all of the range alone is an error, NP113.
    return not any((rest := address_set(cidr, (value,))) is not None and rest.is_empty for value in values)
