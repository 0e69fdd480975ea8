"""NP201 policy-types-missing."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.workspace.snapshot import isolates_direction, selects_all_of
from netpol_lsp.workspace.ternary import Ternary
from netpol_lsp.yaml.edit.mappings import Edits, insert_entry, set_value


@policy_rule("NP201", category="intent", severity=Severity.WARNING, uses_workspace=True, has_facts=True)
def policy_types_missing(ctx: PolicyContext) -> Diagnostics:
    """The policy does not list its policyTypes, and the API server fills them in.

    ## Why
    Without `policyTypes` (or with an empty list) the API server writes `Ingress`, and adds `Egress` only when there is
    at least one egress rule. So a policy with nothing but egress rules denies all ingress as well, and `egress: []`
    alone does not restrict egress at all. These two are warnings. Where the defaults are what the rules show, the list
    is only a matter of style: a hint in the profile `strict`.

    Silent where a default deny, or another policy that selects the same pods, isolates them for ingress anyway. Silent while
    the policy has a key that is misspelled or in a wrong place: it may be this one.

    ## Fix safety
    Safe: writes the list that the API server would fill in. Listing `Egress` where `egress` has no rule is offered as
    unsafe: it denies all egress.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:  # <- NP201
      podSelector: {}
      egress:
        - to:
            - podSelector:
                matchLabels:
                  app: db
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes:
        - Ingress
        - Egress
      egress:
        - to:
            - podSelector:
                matchLabels:
                  app: db
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
            - podSelector:
                matchLabels:
                  app: db
    ```
    """
    policy = ctx.policy
    written = policy.policy_types_field
    if policy.declares_types or policy.spec is None or policy.spec_field is None or not policy.spec.entries:
        return
    is_surprising = _is_surprising(policy) and not (policy.egress and _is_closed_anyway(ctx))
    if not is_surprising and not ctx.wants_facts:
        return
    if written is not None and (written.is_unknown or (written.value is None and not written.is_null)):
        return
    fields = (policy.rules_field(direction) for direction in DIRECTIONS)
    if any(field is not None and field.value is None and not field.is_null for field in fields):
        return  # of a wrong type, or a placeholder: no one knows what will be filled in
    if ctx.has_unknown_fields:
        return
    at = written.key_span if written is not None else policy.spec_field.key_span
    yield ctx.finding(
        at,
        _message(policy),
        label="no policy types",
        severity=None if is_surprising else Severity.HINT,
        fixes=lambda: [_fix(ctx, policy, _effective(policy)), _isolate_egress(ctx, policy)],
        field=ctx.field_in(policy.spec, "policyTypes"),
    )


def _is_surprising(policy: NetworkPolicy) -> bool:
    """Whether the defaults are not what the rules seem to say."""
    if policy.egress_field is None:
        return False
    return not policy.egress or policy.ingress_field is None


def _is_closed_anyway(ctx: PolicyContext) -> bool:
    """Whether another policy, such as a default deny, isolates all of the pods for ingress: then this one changes nothing there."""
    return any(
        isolates_direction(other.policy, Direction.INGRESS) is Ternary.YES
        and selects_all_of(other, ctx.located) is Ternary.YES
        for other in ctx.workspace.wider_neighbours(ctx.located)
    )


def _effective(policy: NetworkPolicy) -> list[str]:
    return [direction.value for direction in DIRECTIONS if direction in policy.effective_types]


def _message(policy: NetworkPolicy) -> str:
    how = "is missing" if policy.policy_types_field is None else "is empty"
    filled = " and ".join(f"`{name}`" for name in _effective(policy))
    message = f"`policyTypes` {how}, so the API server fills in {filled}"
    if policy.egress:
        return message if policy.ingress else f"{message}: all ingress is denied, too"
    if policy.egress_field is not None:
        message += ", and `egress` without a rule does not restrict egress"
    return message if policy.ingress or policy.egress_field is not None else f"{message}: all ingress is denied"


def _fix(ctx: PolicyContext, policy: NetworkPolicy, types: list[str]) -> Fix | None:
    edits = _edits(ctx, policy, types)
    listed = " and ".join(f"`{name}`" for name in types)
    return ctx.fix(f"List {listed} in `policyTypes`, as the API server will", edits)


def _isolate_egress(ctx: PolicyContext, policy: NetworkPolicy) -> Fix | None:
    """What the author of an empty `egress` probably meant."""
    if policy.egress_field is None or policy.egress:
        return None
    edits = _edits(ctx, policy, [direction.value for direction in DIRECTIONS])
    return ctx.fix("List `Egress` as well, to deny all egress", edits, Applicability.UNSAFE)


def _edits(ctx: PolicyContext, policy: NetworkPolicy, types: list[str]) -> Edits | None:
    if policy.policy_types_field is not None and policy.policy_types_field.entry is not None:
        return set_value(ctx.document, policy.policy_types_field.entry, types)
    assert policy.spec is not None
    selector = policy.pod_selector_field.entry if policy.pod_selector_field else None
    after = selector if selector in policy.spec.entries else None
    return insert_entry(ctx.document, policy.spec, "policyTypes", types, after=after)
