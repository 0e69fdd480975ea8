"""NP401 metadata-service-reachable."""

from __future__ import annotations

from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.net.address_set import address_set
from netpol_lsp.kube.well_known import PRIVATE_RANGES
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.name_intent import intent_of_name
from netpol_lsp.policies.networkpolicy.peer import IPBlock
from netpol_lsp.policies.networkpolicy.semantics_reader import rule_semantics
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.workspace.metadata_service import HTTP, metadata_blocks, reached_service, speaks_for_namespace
from netpol_lsp.workspace.other_policies import may_be_denied
from netpol_lsp.yaml.edit.mappings import insert_entry, insert_item
from netpol_lsp.yaml.nodes import Sequence


@policy_rule(
    "NP401", category="security", severity=Severity.WARNING, needs=Trigger.IP_BLOCKS, uses_resources=True, is_local=True
)
def metadata_service_reachable(ctx: PolicyContext) -> Diagnostics:
    """Egress reaches the cloud's metadata service.

    ## Why
    On most clouds 169.254.169.254 (and fd00:ec2::254) hands the node's credentials to whoever asks over HTTP. A broad
    range such as `0.0.0.0/0` includes it; an `except` takes it out. A rule whose ports leave out TCP 80 is fine.
    Beside a rule that allows everything an exception would change nothing, and nothing is said.

    A warning where the configuration says that the cluster is in a cloud (`cloud` or `platform`); an information where
    that is not known, where the private ranges are excepted, and in a policy that is called `allow-all` or the like.
    Silent with `cloud: none`, and beside policies of other kinds (Cilium, Calico, EgressFirewall, AdminNetworkPolicy) that
    may deny it. Reported once a namespace, for the first of its policies.

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
    if not ctx.policy.ip_blocks or not ctx.policy.surely_isolates(Direction.EGRESS) or ctx.settings.cloud == "none":
        return
    if any(rule.allows_everything for rule in ctx.semantics.egress):
        return  # an exception would change nothing: NP207 and NP233 look at the rule that allows everything
    if may_be_denied(ctx.workspace, ctx.located, Direction.EGRESS):
        return
    services = metadata_blocks(ctx.settings.metadata_addresses)
    for rule in ctx.policy.egress:
        blocks = [peer.ip_block for peer in rule.peers if peer.ip_block is not None]
        if not blocks or not rule_semantics(rule).ports.may_intersect(HTTP):
            continue
        for block in blocks:
            reached = _reached(block, services)
            if reached is None or block.cidr is None:
                continue
            if speaks_for_namespace(ctx.workspace, ctx.located, services):
                address = reached.partition("/")[0]
                message = f"`{block.cidr.value}` includes {address}, where clouds hand out the node's credentials"
                severity = None if _is_dangerous(ctx, block) else Severity.INFO
                yield ctx.finding(block.cidr, message, severity=severity, fixes=partial(_fix, ctx, block, reached))
            return  # once is enough


def _is_dangerous(ctx: PolicyContext, block: IPBlock) -> bool:
    """Whether the cluster is known to be in a cloud, and nothing says that the range was thought about."""
    claim = intent_of_name(ctx.policy.object)
    if claim.allows and claim.is_total:
        return False
    return ctx.settings.cloud != "unknown" and not any(field.value in PRIVATE_RANGES for field in block.excepts)


def _reached(block: IPBlock, services: tuple[str, ...]) -> str | None:
    """The metadata service that a range includes and whose address it does not name outright."""
    cidr = block.cidr.value if block.cidr else None
    # Whoever writes the single address, or its neighbours, means it.
    if not cidr or any(field.value is None for field in block.excepts):
        return None
    addresses = address_set(cidr, tuple(field.value or "" for field in block.excepts))
    return reached_service(addresses, services) if addresses is not None else None


def _fix(ctx: PolicyContext, block: IPBlock, service: str) -> Fix | None:
    entry = block.except_entry
    if entry is not None and isinstance(entry.value, Sequence):
        edits = insert_item(ctx.document, entry.value, service)
    elif entry is None:
        edits = insert_entry(ctx.document, block.node, "except", [service])
    else:
        edits = None
    return ctx.fix(f"Except `{service}`", edits, Applicability.UNSAFE)
