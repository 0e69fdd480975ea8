"""NP208 empty-from-allows-all."""

from __future__ import annotations

import re
from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.typed_field import Field
from netpol_lsp.lint.policy_fixes import remove_empty_rule
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.name_intent import intent_of_name
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.policies.networkpolicy.prose import ports_words
from netpol_lsp.policies.networkpolicy.semantics_reader import rule_semantics
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.edit.items import has_anchor, has_comment
from netpol_lsp.yaml.edit.mappings import remove_entry
from netpol_lsp.yaml.nodes import Mapping, Node


@policy_rule("NP208", category="intent", severity=Severity.WARNING, needs=Trigger.RULES, has_facts=True, is_local=True)
def empty_from_allows_all(ctx: PolicyContext) -> Diagnostics:
    """`from: []` or `to: []` means everyone, not no one.

    ## Why
    An empty list of peers is read as if it were missing, and a rule without peers allows everyone. This is the opposite
    of `ingress: []` and `egress: []`, where an empty list of rules allows nothing.

    With `ports` beside it, it is nearly always meant: anyone, on these ports. So that is an information in the profile
    `strict` only, and so is a policy whose name says that it allows everybody (`allow-all`, `allow-external`).

    ## Fix safety
    Unsafe: the first fix leaves the empty list out, which keeps what the rule does and shows it, but may not be what was
    wanted. Where the rule has no ports, the second fix removes it, so that it allows no one.

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
        - from: []  # <- NP208
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
        - {}
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - ports:
            - port: 80
    ```
    """
    policy = ctx.policy
    for rule in policy.all_rules:
        if not policy.has_unknown_types and rule.direction not in policy.effective_types:
            continue
        peers = rule.peers_field
        if peers is None or peers.value is None or peers.value or peers.entry is None or rule.has_unread_fields:
            continue
        is_meant = not rule.allows_every_port or _is_meant(policy)
        if is_meant and not ctx.wants_facts:
            continue
        who = "anyone" if rule.direction is Direction.INGRESS else "anywhere"
        preposition = "from" if rule.direction is Direction.INGRESS else "to"
        ports = ports_words(rule_semantics(rule).ports)
        message = f"`{peers.entry.name}: []` allows {rule.direction.rules_key} {preposition} {who}, on {ports}"
        yield ctx.finding(
            peers.entry.key,
            message,
            severity=Severity.INFO if is_meant else None,
            label="means everyone",
            fixes=partial(_fixes, ctx, policy, rule, peers),
        )


_EVERYBODY = re.compile(r"all|any|anyone|everyone|external|internet|public|world|open", re.IGNORECASE)


def _is_meant(policy: NetworkPolicy) -> bool:
    """Whether the name says that the policy allows everybody."""
    words = re.split(r"[^A-Za-z]+", policy.object.name or "")
    return intent_of_name(policy.object).allows and any(map(_EVERYBODY.fullmatch, words))


def _fixes(ctx: PolicyContext, policy: NetworkPolicy, rule: TrafficRule, peers: Field[list[Node]]) -> list[Fix | None]:
    no_one = _allow_no_one(ctx, policy, rule) if rule.allows_every_port else None
    return [_leave_out(ctx, rule, peers), no_one]


def _allow_no_one(ctx: PolicyContext, policy: NetworkPolicy, rule: TrafficRule) -> Fix | None:
    rules = policy.rules(rule.direction)
    following = rules[rules.index(rule) + 1 :][:1]
    if following and _is_empty(following[0]):
        return None  # that one goes first: it would take this one's place in the list
    return remove_empty_rule(ctx.document, policy, rule, "Allow no one")


def _is_empty(rule: TrafficRule) -> bool:
    return rule.peers_field is not None and rule.peers_field.value == []


def _leave_out(ctx: PolicyContext, rule: TrafficRule, peers: Field[list[Node]]) -> Fix | None:
    """Without the key the rule means the same, and shows it."""
    lines = ctx.source.lines
    line = lines.line_of(peers.span.start)
    if peers.entry is None or not isinstance(rule.node, Mapping) or has_anchor(rule.node):
        return None
    if has_comment(ctx.document, Span(lines.line_start(line), lines.line_end(line))):
        return None
    edits: tuple[TextEdit, ...] | None
    if len(rule.node.entries) < 2:
        is_written_here = rule.node.origin is None and peers.entry in rule.node.entries
        edits = (TextEdit(rule.node.span, "{}"),) if is_written_here else None
    else:
        edits = remove_entry(ctx.document, rule.node, peers.entry)
    return (
        Fix(f"Leave `{peers.entry.name}` out, which means everyone, too", edits, Applicability.UNSAFE)
        if edits
        else None
    )
