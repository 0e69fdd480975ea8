"""Policies that a namespace often lacks: a default deny, and DNS for all pods."""

from __future__ import annotations

from typing import Any

from netpol_lsp.config.settings import Settings
from netpol_lsp.ide.new_policy import NewPolicy, NewRule
from netpol_lsp.lint.dns import dns_rule_data, dns_setup, usual_dns
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, RuleSemantics
from netpol_lsp.workspace.dns import DnsSetup, policy_allows_dns
from netpol_lsp.workspace.pods import Place
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from netpol_lsp.workspace.ternary import Ternary, all_of

_BOTH = (Direction.INGRESS.value, Direction.EGRESS.value)


def dns_of(view: WorkspaceSnapshot, settings: Settings, namespace: str | None) -> tuple[DnsSetup, RuleSemantics | None]:
    """Where the pods of a namespace ask DNS, and the rule that other policies have for it."""
    return usual_dns(view, dns_setup(settings), (one.policy for one in view.policies_in(namespace)))


def dns_for(view: WorkspaceSnapshot, settings: Settings, namespace: str | None) -> dict[str, list[dict[str, Any]]]:
    """The egress rule for DNS, as plain data."""
    return dns_rule_data(*dns_of(view, settings, namespace))


def default_deny(view: WorkspaceSnapshot, where: Place, namespace: str | None) -> NewPolicy | None:
    """A policy that denies everything in a namespace; None where one is there. `namespace`: as it is to be written."""
    if where.is_unknown or any(_denies_all(one.policy) for one in view.policies_in(where.namespace)):
        return None
    return NewPolicy("default-deny", namespace, {}, _BOTH)


def _denies_all(policy: NetworkPolicySemantics) -> bool:
    return (
        policy.pod_selector.selects_everything
        and policy.types == frozenset(Direction)
        and not policy.ingress
        and not policy.egress
        and not policy.unknown
    )


def allow_dns(view: WorkspaceSnapshot, where: Place, namespace: str | None, settings: Settings) -> NewPolicy | None:
    """A policy that lets all pods of a namespace ask DNS; None where one does, or where not all have their egress isolated."""
    setup = dns_setup(settings)
    for_all = [one.policy for one in view.policies_in(where.namespace) if one.policy.pod_selector.selects_everything]
    is_isolated = any(Direction.EGRESS in policy.types and not policy.unknown for policy in for_all)
    if where.is_unknown or not is_isolated or any(allows_dns(policy, setup) for policy in for_all):
        return None
    rule = NewRule(dns_for(view, settings, where.namespace))
    return NewPolicy("allow-dns", namespace, {}, (Direction.EGRESS.value,), egress=(rule,))


def allows_dns(policy: NetworkPolicySemantics, setup: DnsSetup) -> bool:
    """Whether a policy surely lets its pods ask DNS over both protocols."""
    answers = (policy_allows_dns(policy, setup, protocol) for protocol in ("UDP", "TCP"))
    return Direction.EGRESS in policy.types and all_of(answers) is Ternary.YES
