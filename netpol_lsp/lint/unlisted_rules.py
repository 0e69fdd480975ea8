"""Rules of a direction that policyTypes does not list: what NP202 and NP203 have in common."""

from __future__ import annotations

from netpol_lsp.capabilities.fact import Support
from netpol_lsp.findings.diagnostic import Tag
from netpol_lsp.lint.context import PolicyContext
from netpol_lsp.lint.policy_fixes import add_policy_type, remove_rules
from netpol_lsp.lint.rule import Diagnostics
from netpol_lsp.policies.direction import Direction


def find_unlisted_rules(ctx: PolicyContext, direction: Direction) -> Diagnostics:
    """The finding, if there are such rules: without effect by the API, though some network plugins enforce them."""
    policy, rules = ctx.policy, ctx.policy.rules_field(direction)
    if not policy.declares_types or policy.has_unknown_types or direction in policy.effective_types:
        return
    if rules is None or rules.value is None or rules.entry is None:
        return
    key, listed = direction.rules_key, next(other for other in Direction if other is not direction)
    capabilities = ctx.settings.capabilities
    fact = capabilities.policy_types
    is_enforced = (
        bool(rules.value)
        and fact.support is Support.NO
        and capabilities.enforces(direction.value).support is not Support.NO
    )
    if is_enforced:
        message = (
            f"`policyTypes` lists only `{listed}`, but {capabilities.label} enforces these {key} rules: {fact.text}"
        )
    elif rules.value:
        message = f"these {key} rules have no effect: `policyTypes` lists only `{listed}`"
    else:
        message = f"`{key}: []` denies nothing: `policyTypes` lists only `{listed}`, so all {key} stays allowed"
    yield ctx.finding(
        rules.entry.key,
        message,
        label="enforced all the same" if is_enforced else "no effect",
        related=[ctx.related(policy.policy_types_field, f"`{direction}` is not listed")]
        if policy.policy_types_field
        else [],
        fixes=lambda: [
            add_policy_type(ctx.document, policy, direction),
            remove_rules(ctx.document, policy, rules),
        ],
        tags=[] if is_enforced else [Tag.UNNECESSARY],
    )
