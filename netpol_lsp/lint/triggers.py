"""What must be there before a rule can find anything: rules that cannot are not run, which is most of them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy

if TYPE_CHECKING:
    from netpol_lsp.lint.analysis import DocumentAnalysis


class Needs(StrEnum):
    """The first two are for rules about documents, the next five for rules about policies."""

    PROBLEMS = "problems"
    """Something that YAML itself refuses."""
    VIOLATIONS = "violations"
    """Something that the schemas refuse."""
    RULES = "rules"
    """An item of `ingress` or `egress`."""
    PEERS = "peers"
    """An item of `from` or `to` that is a mapping."""
    PORTS = "ports"
    """An item of `ports`."""
    IP_BLOCKS = "ipBlocks"
    """A peer with an `ipBlock`."""
    CONDITIONS = "conditions"
    """An item of `matchExpressions` that is a mapping."""
    NEVER = "never"
    """Others find it, and not by looking at a manifest."""


def there_in_document(analysis: DocumentAnalysis) -> frozenset[Needs]:
    """What a document has of it."""
    found = []
    if analysis.problems:
        found.append(Needs.PROBLEMS)
    if analysis.schema:
        found.append(Needs.VIOLATIONS)
    return frozenset(found)


def there_in_policy(policy: NetworkPolicy) -> frozenset[Needs]:
    """What a policy has of it."""
    found = []
    if policy.all_rules:
        found.append(Needs.RULES)
    if policy.peers:
        found.append(Needs.PEERS)
    if policy.ports:
        found.append(Needs.PORTS)
    if policy.ip_blocks:
        found.append(Needs.IP_BLOCKS)
    if policy.requirements:
        found.append(Needs.CONDITIONS)
    return frozenset(found)
