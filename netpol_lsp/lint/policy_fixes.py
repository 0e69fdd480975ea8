"""Fixes that several rules about NetworkPolicies offer."""

from __future__ import annotations

from netpol_lsp.model.fields import Field
from netpol_lsp.model.policy import Direction, NetworkPolicy
from netpol_lsp.syntax.documents import Document
from netpol_lsp.syntax.nodes import Node, Sequence
from netpol_lsp.syntax.rewrite import insert_item, remove_entry
from netpol_lsp.syntax.rewrite_items import has_comment
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.text.span import Span


def add_policy_type(document: Document, policy: NetworkPolicy, direction: Direction) -> Fix | None:
    """List a direction in a policyTypes that has items."""
    types = policy.policy_types_field.node if policy.policy_types_field else None
    if not isinstance(types, Sequence):
        return None
    edits = insert_item(document, types, direction.value)
    return Fix(f"Add `{direction}` to `policyTypes`", edits, Applicability.UNSAFE) if edits else None


def remove_rules(document: Document, policy: NetworkPolicy, rules: Field[list[Node]]) -> Fix | None:
    """Delete `ingress` or `egress`; None where that would delete a comment."""
    if rules.entry is None or policy.spec is None:
        return None
    lines = document.source.lines
    whole = Span(rules.entry.key.start, lines.line_end(lines.line_of(rules.entry.span.end)))
    if has_comment(document, whole):
        return None
    edits = remove_entry(document, policy.spec, rules.entry)
    return Fix(f"Remove `{rules.entry.name}`", edits, Applicability.UNSAFE) if edits else None
