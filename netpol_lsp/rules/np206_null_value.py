"""NP206 null-value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.typed_field import Field
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.name_intent import intent_of_name
from netpol_lsp.policies.networkpolicy.peer import Port
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.edit.items import has_comment
from netpol_lsp.yaml.edit.mappings import remove_entry, set_value
from netpol_lsp.yaml.item_comments import comment_text, comments_above
from netpol_lsp.yaml.nodes import Entry, Mapping, is_null
from netpol_lsp.yaml.templates.masking import is_unknown


@policy_rule("NP206", category="intent", severity=Severity.WARNING, has_facts=True, redirects=("null-rules",))
def null_value(ctx: PolicyContext) -> Diagnostics:
    """A key of the policy has no value.

    ## Why
    A key without a value is null, and null is read as if the key were not there. That means opposite things:
    `from:`, `to:`, `ports:` and the `port:` of an item without a value restrict nothing and allow everyone, every port,
    or every port of the protocol; `except:` without a value excepts nothing, and `endPort:` makes no range. Often the
    value is not missing but written at the wrong indentation. These are warnings, but for a `to:` without a value in a rule
    for DNS alone, which is usually allowed towards anywhere: a fact for the profile `strict`.

    `ingress:` and `egress:` without a value have no rule and deny everything in their direction, which is mostly what
    was meant: an information, and a fact for the profile `strict` only where the name or a comment says deny.
    `protocol:` without a value is TCP, an information, too.

    ## Fix safety
    Safe where the written form means the same and hides nothing: `ingress: []`, `egress: []`, `protocol: TCP`. For
    `from` and `to` it is `[]`, too (NP208 still says that it means everyone). Unsafe for `ports`, `port`, `except` and
    `endPort`, where it would hide what was forgotten.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: closed
      namespace: shop
    spec:
      podSelector: {}
      policyTypes:
        - Ingress
        - Egress
      ingress:  # <- NP206
      egress:  # <- NP206
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: closed
      namespace: shop
    spec:
      podSelector: {}
      policyTypes:
        - Ingress
        - Egress
      ingress: []
      egress: []
    ```

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
        - from:  # <- NP206
          ports:
            - protocol: TCP
              port:  # <- NP206
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
            - protocol: TCP
              port: 80
    ```
    """
    for null in _nulls(ctx):
        severity = Severity.INFO if null.is_harmless or null.is_meant else None
        if null.is_meant and not ctx.wants_facts:
            continue
        make = partial(_fix, ctx, null)
        yield ctx.finding(null.entry.key, null.message, severity=severity, label="no value", fixes=make)


class _Null(NamedTuple):
    """A key without a value. `value`: what may be written instead; None: the key can go from `owner`.

    `is_harmless`: it does not open anything. `is_meant`: the author says so, or it is what such rules are meant to do.
    """

    entry: Entry
    message: str
    value: Any = None
    applicability: Applicability = Applicability.SAFE
    owner: Mapping | None = None
    is_harmless: bool = False
    is_meant: bool = False


def _nulls(ctx: PolicyContext) -> Iterator[_Null]:
    policy = ctx.policy
    for direction in DIRECTIONS:
        rules = policy.rules_field(direction)
        if rules is not None and rules.value is None and rules.is_null and rules.entry is not None:
            message = _rules_message(policy, direction)
            yield _Null(rules.entry, message, [], is_harmless=True, is_meant=_says_deny(ctx, rules, direction))
    for rule in policy.all_rules:
        peers, ports = rule.peers_field, rule.ports_field
        if peers is not None and peers.value is None and peers.is_null and peers.entry is not None:
            who = "anyone, not no one" if rule.direction is Direction.INGRESS else "anywhere, not nowhere"
            is_meant = rule.direction is Direction.EGRESS and _is_for_dns(rule) and not _hides_peers(ctx, peers.entry)
            yield _Null(peers.entry, f"`{rule.direction.peers_key}` without a value means {who}", [], is_meant=is_meant)
        if ports is not None and ports.value is None and ports.is_null and ports.entry is not None:
            message = "`ports` without a value means every port, not none"
            yield _Null(ports.entry, message, [], Applicability.UNSAFE)
        for port in rule.ports:
            if _has_null(port):
                yield from _nulls_of_port(port)
    for block in policy.ip_blocks:
        entry = block.except_entry
        if entry is not None and is_null(entry.value) and not is_unknown(entry.value):
            message = "`except` without a value excepts nothing"
            yield _Null(entry, message, applicability=Applicability.UNSAFE, owner=block.node)


_DNS_PORTS = (53, 5353)


def _is_for_dns(rule: TrafficRule) -> bool:
    """Whether a rule is for DNS alone: it is usual to allow that towards anywhere."""
    return bool(rule.ports) and all(port.number in _DNS_PORTS for port in rule.ports)


def _hides_peers(ctx: PolicyContext, entry: Entry) -> bool:
    """Whether a comment below a key may be what was its value."""
    lines = ctx.source.lines
    after = lines.line_of(entry.key.start) + 1
    return after < lines.line_count and lines.line_text(after).lstrip()[:1] == "#"


def _has_null(port: Port) -> bool:
    return any(field is not None and field.value is None for field in (port.port, port.end_port, port.protocol))


def _nulls_of_port(port: Port) -> Iterator[_Null]:
    owner = port.node if isinstance(port.node, Mapping) else None
    protocol = port.effective_protocol or "its protocol's"
    number, end, name = port.port, port.end_port, port.protocol
    if number is not None and number.is_null and number.entry is not None:
        message = f"`port` without a value means every {protocol} port"
        yield _Null(number.entry, message, applicability=Applicability.UNSAFE, owner=owner)
    if end is not None and end.is_null and end.entry is not None:
        message = "`endPort` without a value makes no range: only `port` is allowed"
        yield _Null(end.entry, message, applicability=Applicability.UNSAFE, owner=owner)
    if name is not None and name.is_null and name.entry is not None:
        yield _Null(name.entry, "`protocol` without a value means TCP", "TCP", is_harmless=True)


_DENIAL = re.compile(
    r"\b(?:den(?:y|ies|ied)|block(?:s|ed)?|no|none|nothing|nobody|disallow\w*|forbid\w*|drop)\b", re.IGNORECASE
)


def _says_deny(ctx: PolicyContext, rules: Field[Any], direction: Direction) -> bool:
    """Whether the policy's name, or a comment at the key, says that nothing is allowed in the direction."""
    if direction not in ctx.policy.effective_types or rules.entry is None:
        return False
    claim = intent_of_name(ctx.policy.object)
    if (claim.denies or claim.is_baseline) and claim.concerns(direction):
        return True
    return _DENIAL.search(comment_text(comments_above(ctx.document, rules.entry.key))) is not None


def _fix(ctx: PolicyContext, null: _Null) -> Fix | None:
    name, owner = null.entry.name, null.owner
    if null.value is not None:
        edits = set_value(ctx.document, null.entry, null.value)
        title = f"Write `{name}: {null.value}`"
    elif owner is not None and len(owner.entries) > 1:
        lines = ctx.source.lines
        line = lines.line_of(null.entry.key.start)
        if has_comment(ctx.document, Span(lines.line_start(line), lines.line_end(line))):
            return None
        edits, title = remove_entry(ctx.document, owner, null.entry), f"Remove `{name}`, which means the same"
    else:
        return None
    return ctx.fix(title, edits, null.applicability)


def _rules_message(policy: NetworkPolicy, direction: Direction) -> str:
    key = direction.rules_key
    if policy.has_unknown_types:
        return f"`{key}` without a value means that there is no {key} rule"
    if direction in policy.effective_types:
        return f"`{key}` without a value means that there is no rule: all {key} is denied"
    why = f"does not list `{direction}`" if policy.declares_types else "is missing"
    return f"`{key}` without a value denies nothing: `policyTypes` {why}, so all {key} stays allowed"
