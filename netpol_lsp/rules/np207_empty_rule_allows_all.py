"""NP207 empty-rule-allows-all."""

from __future__ import annotations

from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.policy_fixes import remove_empty_rule
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.name_intent import intent_of_name
from netpol_lsp.policies.networkpolicy.peer import Port
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.edit.items import has_comment
from netpol_lsp.yaml.edit.mappings import remove_item
from netpol_lsp.yaml.nodes import Mapping, Node, Sequence, is_null
from netpol_lsp.yaml.templates.masking import is_unknown


@policy_rule("NP207", category="intent", severity=Severity.WARNING, needs=Trigger.RULES, has_facts=True, is_local=True)
def empty_rule_allows_all(ctx: PolicyContext) -> Diagnostics:
    """An empty rule allows everyone on every port.

    ## Why
    A rule that says neither who nor which port allows everything in its direction: `ingress: [{}]` is the opposite of
    `ingress: []`, which allows nothing.

    A warning where it contradicts what else is written: the name says deny or restrict, or other rules of the direction
    name peers or ports, which make no difference any more. A bare dash is null, and the API server reads it as `{}`,
    too; that is a warning as well, since it is more likely a slip than a wish to open everything. The same holds for a
    bare dash in `ports`, which is every TCP port. Otherwise `- {}` is meant: a fact, told in the profile `strict`.

    ## Fix safety
    Unsafe: a bare dash is removed, which closes what it opened. If it was meant, write `- {}`.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector: {}
        -  # <- NP207
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector: {}
    ```

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: open
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress, Egress]
      ingress:
        - {}  # <- NP207
      egress:
        - ports:
            - {}  # <- NP207
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: closed
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress: []
    ```
    """
    policy = ctx.policy
    has_empty_ports = any(_is_empty(port.node) for port in policy.ports)
    for rule in policy.all_rules:
        if not policy.has_unknown_types and rule.direction not in policy.effective_types:
            continue
        is_slip = _is_empty(rule.node) and (is_null(rule.node) or _contradicts(policy, rule))
        if _is_empty(rule.node) and (is_slip or ctx.wants_facts):
            who = "from anyone" if rule.direction is Direction.INGRESS else "to anywhere"
            what = "an item without a value" if is_null(rule.node) else "an empty rule"
            message = f"{what} allows all {rule.direction.rules_key}, {who} on every port"
            yield ctx.finding(
                _place(ctx, rule.node),
                message,
                severity=None if is_slip else Severity.INFO,
                label="allows everything",
                fixes=partial(_fix, ctx, rule),
            )
        if has_empty_ports:
            yield from _ports(ctx, rule)


def _ports(ctx: PolicyContext, rule: TrafficRule) -> Diagnostics:
    for port in rule.ports:
        if is_null(port.node) or (_is_empty(port.node) and ctx.wants_facts):
            what = "an item without a value" if is_null(port.node) else "an empty item"
            yield ctx.finding(
                _place(ctx, port.node),
                f"{what} of `ports` allows every TCP port",
                severity=None if is_null(port.node) else Severity.INFO,
                label="every TCP port",
                fixes=partial(_port_fix, ctx, rule, port),
            )


def _contradicts(policy: NetworkPolicy, rule: TrafficRule) -> bool:
    """Whether the name, or another rule of the direction, says that not everything is to be allowed."""
    claim = intent_of_name(policy.object)
    if (claim.denies or claim.is_restrictive) and claim.concerns(rule.direction):
        return True
    if claim.allows and claim.is_total:
        return False
    others = (other for other in policy.rules(rule.direction) if other is not rule)
    return any(not (other.allows_every_peer and other.allows_every_port) for other in others)


def _is_empty(node: Node) -> bool:
    if isinstance(node, Mapping):
        return not node.all_entries()
    return is_null(node) and not is_unknown(node)


def _place(ctx: PolicyContext, node: Node) -> Span:
    """The item; its dash where nothing is written after it."""
    if node.end > node.start:
        return node.span
    dash = max(ctx.document.text.rfind("-", 0, node.start), 0)
    return Span(dash, dash + 1)


def _fix(ctx: PolicyContext, rule: TrafficRule) -> Fix | None:
    """For a bare dash: what was written on purpose stays."""
    rules = ctx.policy.rules(rule.direction)
    following = rules[rules.index(rule) + 1 :][:1]
    if not is_null(rule.node) or (following and _is_empty(following[0].node)):
        return None  # the one after goes first: it would take this one's place in the list
    return remove_empty_rule(ctx.document, ctx.policy, rule, "Allow nothing")


def _port_fix(ctx: PolicyContext, rule: TrafficRule, port: Port) -> Fix | None:
    """An only item stays: without it, `ports` would mean every port of every protocol."""
    items = rule.ports_field.node if rule.ports_field else None
    if not is_null(port.node) or not isinstance(items, Sequence) or len(items.items) < 2:
        return None
    number = items.items.index(port.node)
    if any(_is_empty(item) for item in items.items[number + 1 : number + 2]):
        return None
    lines = ctx.source.lines
    line = lines.line_of(port.node.start)
    if has_comment(ctx.document, Span(lines.line_start(line), lines.line_end(line))):
        return None
    edits = remove_item(ctx.document, items, port.node)
    return ctx.fix("Remove the empty item", edits, Applicability.UNSAFE)
