"""What must be there before a rule can find anything: rules that cannot are not run, which is most of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netpol_lsp.findings.trigger import Trigger
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy

if TYPE_CHECKING:
    from netpol_lsp.lint.analysis import DocumentAnalysis


def features_of_document(analysis: DocumentAnalysis) -> frozenset[Trigger]:
    """What a document has of it."""
    found = []
    if analysis.problems:
        found.append(Trigger.PROBLEMS)
    if analysis.schema:
        found.append(Trigger.VIOLATIONS)
    return frozenset(found)


def features_of_policy(policy: NetworkPolicy) -> frozenset[Trigger]:
    """What a policy has of it."""
    found = []
    if policy.all_rules:
        found.append(Trigger.RULES)
    if policy.peers:
        found.append(Trigger.PEERS)
    if policy.ports:
        found.append(Trigger.PORTS)
    if policy.ip_blocks:
        found.append(Trigger.IP_BLOCKS)
    if policy.requirements:
        found.append(Trigger.CONDITIONS)
    return frozenset(found)
