"""From a requirement of a selector back to where it is written, and edits there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netpol_lsp.kube.label_selector import LabelRequirement
from netpol_lsp.kube.selector_syntax import Label, Requirement, Selector
from netpol_lsp.kube.selectors import written_parts
from netpol_lsp.lint.context import PolicyContext
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.edit.mappings import replace_scalar

if TYPE_CHECKING:
    from netpol_lsp.workspace.near_miss import NearMiss


def part_of(selector: Selector, requirement: LabelRequirement) -> Label | Requirement | None:
    """The entry of matchLabels or item of matchExpressions that a requirement comes from."""
    parts = written_parts(selector)
    return parts[requirement.index] if requirement.index < len(parts) else None


def span_of(selector: Selector, requirement: LabelRequirement) -> Span:
    """Where a requirement is written: its value in matchLabels, the item in matchExpressions."""
    part = part_of(selector, requirement)
    if isinstance(part, Label):
        return part.value.span
    return part.key.span if part is not None and part.key is not None else selector.span


def near_miss_fix(ctx: PolicyContext, selector: Selector, found: NearMiss) -> Fix | None:
    """Write the label that the pods have; it changes which pods are meant."""
    part = part_of(selector, found.requirement)
    if part is None or part.key is None:
        return None
    if found.value is not None:
        values = [part.value] if isinstance(part, Label) else list(part.values)
        edits = replace_scalar(ctx.document, values[0].node, found.value) if len(values) == 1 else None
        return ctx.fix(f"Write `{found.value}`, as the pods have it", edits, Applicability.UNSAFE)
    if found.key is not None:
        edits = replace_scalar(ctx.document, part.key.node, found.key)
        return ctx.fix(f"Write `{found.key}`, as the pods have it", edits, Applicability.UNSAFE)
    return None
