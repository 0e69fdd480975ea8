"""A policy that is written for the user: as a value, and as a YAML document in the style of its file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.policies.kinds import API_VERSION, NETWORK_POLICY
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, RuleSemantics
from netpol_lsp.policies.networkpolicy.subsumption import rule_covers
from netpol_lsp.text.source import make_source
from netpol_lsp.workspace.pods import Place
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from netpol_lsp.yaml.style import Style, render_block, render_entry

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_LONGEST_NAME = 63


@dataclass(frozen=True, slots=True)
class NewRule:
    """An item of `ingress` or `egress` as plain data, and a comment that says where it comes from ("": none)."""

    value: dict[str, Any]
    note: str = ""


@dataclass(frozen=True, slots=True)
class NewPolicy:
    """A policy to be written. `namespace` None: it names none. Rules of None: the field is not written."""

    name: str
    namespace: str | None
    pod_selector: dict[str, Any]
    types: tuple[str, ...]
    ingress: tuple[NewRule, ...] | None = None
    egress: tuple[NewRule, ...] | None = None

    def named(self, taken: Iterable[str]) -> NewPolicy:
        """The policy under a name that no other one of its namespace has."""
        names = set(taken)
        if self.name not in names:
            return self
        number = next(number for number in range(2, len(names) + 3) if f"{self.name}-{number}" not in names)
        return replace(self, name=f"{self.name}-{number}")

    def render(self, style: Style) -> str:
        """Its YAML document, without `---`, with a line ending at the end."""
        metadata = {"name": self.name} | ({"namespace": self.namespace} if self.namespace else {})
        head = {"apiVersion": API_VERSION, "kind": NETWORK_POLICY, "metadata": metadata}
        lines = [*render_block(head, 0, style), "spec:"]
        lines += render_entry("podSelector", self.pod_selector, style.step, style)
        lines += render_entry("policyTypes", list(self.types), style.step, style)
        for key, rules in (("ingress", self.ingress), ("egress", self.egress)):
            if rules is not None:
                lines += _rules(key, rules, style)
        return style.newline.join(lines) + style.newline


def meaning(policy: NewPolicy) -> NetworkPolicySemantics:
    """What a policy means."""
    analysis = analyse(make_source("", policy.render(Style()))).parts[0].analysis
    assert analysis is not None
    return analysis.semantics(analysis.policies[0], None)


def without_covered_rules(policy: NewPolicy) -> NewPolicy:
    """The policy without the rules that another one of its rules contains."""
    means = meaning(policy)
    kept = {
        name: None if written is None else _uncovered(written, rules, policy.namespace)
        for name, written, rules in (
            ("ingress", policy.ingress, means.ingress),
            ("egress", policy.egress, means.egress),
        )
    }
    return replace(policy, ingress=kept["ingress"], egress=kept["egress"])


def _uncovered(
    written: tuple[NewRule, ...], rules: tuple[RuleSemantics, ...], namespace: str | None
) -> tuple[NewRule, ...]:
    def is_covered(number: int) -> bool:
        return any(
            rule_covers(other, rules[number], namespace)
            and (place < number or not rule_covers(rules[number], other, namespace))
            for place, other in enumerate(rules)
            if place != number
        )

    return tuple(rule for number, rule in enumerate(written) if not is_covered(number))


def _rules(key: str, rules: tuple[NewRule, ...], style: Style) -> list[str]:
    if not rules:
        return render_entry(key, [], style.step, style)
    column = style.step * 2 if style.indents_items else style.step
    lines = [f"{' ' * style.step}{key}:"]
    for rule in rules:
        if rule.note:
            lines.append(f"{' ' * column}# {rule.note}")
        lines += render_block([rule.value], column, style)
    return lines


def name_of(*parts: str) -> str:
    """Words as the name of an object."""
    name = _NOT_IN_NAMES.sub("-", "-".join(parts).lower()).strip("-")
    return name[:_LONGEST_NAME].rstrip("-") or "policy"


def namespace_peer(name: str) -> dict[str, Any]:
    """What a peer says of a namespace by its name."""
    return {"namespaceSelector": {"matchLabels": {METADATA_NAME: name}}}


def names_in(view: WorkspaceSnapshot, where: Place) -> list[str]:
    """The names of the policies in the namespace of a place."""
    return [one.policy.name for one in view.policies_in(where.namespace) if one.policy.name]
