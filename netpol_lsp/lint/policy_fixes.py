"""Fixes that several rules about NetworkPolicies offer."""

from __future__ import annotations

from netpol_lsp.kube.typed_field import Field
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.edit.items import empty_list, has_anchor, has_comment
from netpol_lsp.yaml.edit.mappings import insert_item, remove_entry, remove_item, replace_scalar
from netpol_lsp.yaml.nodes import Node, Sequence


def add_policy_type(document: Document, policy: NetworkPolicy, direction: Direction) -> Fix | None:
    """List a direction in a policyTypes that has items."""
    types = policy.policy_types_field.node if policy.policy_types_field else None
    if not isinstance(types, Sequence):
        return None
    if len(types.items) > 1:  # the same direction twice, and two items are the most there may be
        edits = replace_scalar(document, types.items[-1], direction.value)
    else:
        edits = insert_item(document, types, direction.value)
    return Fix(f"Add `{direction}` to `policyTypes`", edits, Applicability.UNSAFE) if edits else None


def remove_rules(document: Document, policy: NetworkPolicy, rules: Field[list[Node]]) -> Fix | None:
    """Delete `ingress` or `egress`; None where that would delete a comment or an anchor."""
    if rules.entry is None or policy.spec is None:
        return None
    lines = document.source.lines
    whole = Span(rules.entry.key.start, lines.line_end(lines.line_of(rules.entry.span.end)))
    if has_comment(document, whole) or has_anchor(rules.node):
        return None
    edits = remove_entry(document, policy.spec, rules.entry)
    return Fix(f"Remove `{rules.entry.name}`", edits, Applicability.UNSAFE) if edits else None


def remove_empty_rule(document: Document, policy: NetworkPolicy, rule: TrafficRule, title: str) -> Fix | None:
    """Delete a rule that allows too much; the list becomes `[]` when no other is left.

    None where that would delete a comment or an anchor.
    """
    rules = policy.rules_field(rule.direction)
    if rules is None or rules.entry is None or not isinstance(rules.node, Sequence) or has_anchor(rule.node):
        return None
    items = rules.node.items
    if len(items) == 1:
        edits = empty_list(document, rules.entry)
        title = f"{title}: write `{rules.entry.name}: []`"
    else:
        lines = document.source.lines
        whole = Span(lines.line_start(lines.line_of(rule.node.start)), lines.line_end(lines.line_of(rule.node.end)))
        edits = None if has_comment(document, whole) else remove_item(document, rules.node, rule.node)
        title = f"{title}: remove this rule"
    return Fix(title, edits, Applicability.UNSAFE) if edits else None
