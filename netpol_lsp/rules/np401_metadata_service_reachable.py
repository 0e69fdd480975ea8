"""NP401 metadata-service-reachable."""

from __future__ import annotations

from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.net.address_set import address_set
from netpol_lsp.kube.net.port_set import PortSet, port_range
from netpol_lsp.kube.well_known import METADATA_SERVICES
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.ir import Direction
from netpol_lsp.policies.networkpolicy.name_intent import intent_of_name
from netpol_lsp.policies.networkpolicy.peer import IPBlock
from netpol_lsp.policies.networkpolicy.semantics import rule_semantics
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.yaml.edit.mappings import insert_entry, insert_item
from netpol_lsp.yaml.nodes import Sequence


@policy_rule("NP401", category="security", severity=Severity.WARNING, needs=Trigger.IP_BLOCKS)
def metadata_service_reachable(ctx: PolicyContext) -> Diagnostics:
    """Egress reaches the cloud's metadata service.

    ## Why
    On most clouds 169.254.169.254 (and fd00:ec2::254) hands credentials of the node to whoever asks over HTTP. A broad
    range such as `0.0.0.0/0` includes it; an `except` takes it out. A rule whose ports leave out TCP 80 is fine. A policy
    that is called `allow-all` or the like says that it means everything, and gives an information only.

    ## Fix safety
    Unsafe: the address is excepted, which breaks pods that do need the metadata service.

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
                cidr: 0.0.0.0/0  # <- NP401
    ```

    ```yaml fixed
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
                cidr: 0.0.0.0/0
                except:
                  - 169.254.169.254/32
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
                cidr: 0.0.0.0/0
                except:
                  - 169.254.169.254/32
    ```
    """
    if not ctx.policy.ip_blocks or Direction.EGRESS not in ctx.policy.effective_types:
        return
    for rule in ctx.policy.egress:
        blocks = [peer.ip_block for peer in rule.peers if peer.ip_block is not None]
        if not blocks or not rule_semantics(rule).ports.may_intersect(_HTTP):
            continue
        for block in blocks:
            reached = _reached(block)
            if reached is not None and block.cidr is not None:
                claim = intent_of_name(ctx.policy.object)
                address = reached.partition("/")[0]
                message = f"`{block.cidr.value}` includes {address}, where clouds hand out the node's credentials"
                yield ctx.finding(
                    block.cidr,
                    message,
                    severity=Severity.INFO if claim.allows and claim.is_total else None,
                    fixes=partial(_fix, ctx, block, reached),
                )


_HTTP: PortSet = port_range("TCP", 80, 80)


def _reached(block: IPBlock) -> str | None:
    """The metadata service that a range includes and whose address it does not name outright."""
    cidr = block.cidr.value if block.cidr else None
    # Whoever writes the single address, or its neighbours, means it.
    if not cidr or any(field.value is None for field in block.excepts) or not _is_broad(cidr):
        return None
    addresses = address_set(cidr, tuple(field.value or "" for field in block.excepts))
    for family in (4, 6):
        service = METADATA_SERVICES[family][0]
        wanted = address_set(service)
        if addresses is not None and wanted is not None and addresses.covers(wanted):
            return service
    return None


def _is_broad(cidr: str) -> bool:
    prefix = cidr.partition("/")[2]
    return prefix.isdecimal() and len(prefix) <= 3 and int(prefix) < (48 if ":" in cidr else 16)


def _fix(ctx: PolicyContext, block: IPBlock, service: str) -> Fix | None:
    entry = block.except_entry
    if entry is not None and isinstance(entry.value, Sequence):
        edits = insert_item(ctx.document, entry.value, service)
    elif entry is None:
        edits = insert_entry(ctx.document, block.node, "except", [service])
    else:
        edits = None
    return ctx.fix(f"Except `{service}`", edits, Applicability.UNSAFE)
