"""Refactorings of a policy: other ways to write it, and parts that are often missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lsp.kube.selector_syntax import Selector
from netpol_lsp.kube.typed_field import Field
from netpol_lsp.lint.dns import insert_dns_rule
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.peer import Peer
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.policies.networkpolicy.prose import peer_words, plain
from netpol_lsp.policies.networkpolicy.semantics import RuleSemantics
from netpol_lsp.text.edits import TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.dns import DNS_PORT, DnsSetup
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.edit.entries import replace_entry
from netpol_lsp.yaml.edit.items import join_items, split_item
from netpol_lsp.yaml.edit.mappings import insert_entry, set_value
from netpol_lsp.yaml.nodes import Mapping, Node, Sequence

Edits = tuple[TextEdit, ...]


@dataclass(frozen=True, slots=True)
class Refactoring:
    """`key` names it among those of its place; `title` is in the imperative; `edits` count from the document's start."""

    key: str
    title: str
    edits: Edits


Dns = tuple[DnsSetup, RuleSemantics | None]
"""Where the cluster's DNS is, and the rule that other policies have for it."""
USUAL_DNS: Dns = (DnsSetup(), None)


def refactorings(document: Document, policy: NetworkPolicy, span: Span, dns: Dns = USUAL_DNS) -> Iterator[Refactoring]:
    """What is offered for a span of a document with this policy."""
    for rule in policy.all_rules:
        if rule.peers_field is not None and _whole(rule.peers_field).touches(span):
            yield from _peers(document, policy, rule, span)
    for selector in _selectors(policy):
        if Span(selector.entry.key.start, selector.node.end).touches(span):
            yield from _selector(document, selector)
    if is_on_head(policy, span):
        yield from _policy_types(document, policy)
    if is_on_head(policy, span) or (policy.egress_field is not None and _whole(policy.egress_field).touches(span)):
        yield from _dns(document, policy, dns)


def _peers(document: Document, policy: NetworkPolicy, rule: TrafficRule, span: Span) -> Iterator[Refactoring]:
    """Join neighbours into one item, split an item in two."""
    node = rule.peers_field.node if rule.peers_field is not None else None
    if not isinstance(node, Sequence):
        return
    namespace = policy.object.namespace
    for first, second in zip(node.items, node.items[1:], strict=False):
        one, other = _as_peer(first), _as_peer(second)
        if one is None or other is None or not (_touches(first, span) or _touches(second, span)):
            continue
        if (_is_lone(one, "pod") and _is_lone(other, "namespace")) or (
            _is_lone(one, "namespace") and _is_lone(other, "pod")
        ):
            edits = join_items(document, node, first, second)
            if edits is not None:
                yield Refactoring(f"join:{first.start}", "Join the two items into one: AND instead of OR", edits)
    for item in node.items:
        peer = _as_peer(item)
        if peer is None or not _touches(item, span) or peer.pod_selector is None or peer.namespace_selector is None:
            continue
        entries = (peer.pod_selector.entry, peer.namespace_selector.entry)
        edits = split_item(document, node, item, max(entries, key=lambda entry: entry.key.start))
        if edits is not None:
            title = f"Split into two items: OR instead of AND (now: {plain(peer_words(peer, namespace))})"
            yield Refactoring(f"split:{item.start}", title, edits)


def _selector(document: Document, selector: Selector) -> Iterator[Refactoring]:
    """MatchLabels as matchExpressions and back."""
    labels, expressions = selector.node.get("matchLabels"), selector.node.get("matchExpressions")
    at = selector.node.start
    if labels is not None and expressions is None and selector.labels:
        pairs = [(label.key.value, label.value.value) for label in selector.labels]
        if all(key is not None and value is not None for key, value in pairs):
            value = [{"key": key, "operator": "In", "values": [word]} for key, word in pairs]
            edits = replace_entry(document, selector.node, labels, "matchExpressions", value)
            if edits is not None:
                yield Refactoring(f"expressions:{at}", "Write matchLabels as matchExpressions", edits)
    if expressions is not None and labels is None and selector.requirements:
        words = _as_labels(selector)
        edits = replace_entry(document, selector.node, expressions, "matchLabels", words) if words else None
        if edits is not None:
            yield Refactoring(f"labels:{at}", "Write matchExpressions as matchLabels", edits)


def _as_labels(selector: Selector) -> dict[str, str] | None:
    """The labels that say the same as the expressions; None when some expression says more."""
    found: dict[str, str] = {}
    entry = selector.node.get("matchExpressions")
    items = entry.value.items if entry is not None and isinstance(entry.value, Sequence) else []
    if len(items) != len(selector.requirements):
        return None
    for one in selector.requirements:
        key = one.key.value if one.key is not None else None
        value = one.values[0].value if len(one.values) == 1 else None
        if key is None or value is None or key in found or one.operator is None or one.operator.value != "In":
            return None
        found[key] = value
    return found


def _policy_types(document: Document, policy: NetworkPolicy) -> Iterator[Refactoring]:
    """Write out what the API server fills in."""
    if policy.declares_types or policy.has_unknown_types or policy.spec is None:
        return
    words = [direction.value for direction in DIRECTIONS if direction in policy.effective_types]
    field = policy.policy_types_field
    if field is not None and field.entry is not None:
        edits = set_value(document, field.entry, words)
    else:
        after = policy.pod_selector_field.entry if policy.pod_selector_field is not None else None
        edits = insert_entry(document, policy.spec, "policyTypes", words, after=after)
    if edits is not None:
        yield Refactoring("policy-types", f"Write policyTypes out: {', '.join(words)}", edits)


def _dns(document: Document, policy: NetworkPolicy, dns: Dns) -> Iterator[Refactoring]:
    """An egress rule for DNS, where egress is isolated."""
    if Direction.EGRESS not in policy.effective_types:
        return
    if any((rule.allows_every_peer and rule.allows_every_port) or _names_dns(rule, dns[0]) for rule in policy.egress):
        return
    edits = insert_dns_rule(document, policy, *dns)
    if edits is not None:
        yield Refactoring("dns", "Allow DNS: add the egress rule for the cluster's DNS pods", edits)


def _names_dns(rule: TrafficRule, setup: DnsSetup) -> bool:
    return any(port.number in (DNS_PORT, *setup.ports) for port in rule.ports)


def _selectors(policy: NetworkPolicy) -> Iterator[Selector]:
    if policy.pod_selector is not None:
        yield policy.pod_selector
    for rule in policy.all_rules:
        for peer in rule.peers:
            yield from (one for one in (peer.pod_selector, peer.namespace_selector) if one is not None)


def is_on_head(policy: NetworkPolicy, span: Span) -> bool:
    """Whether a span touches what names the policy: kind, name, namespace, `spec`."""
    kube_object = policy.object
    fields = (kube_object.kind_field, kube_object.name_field, kube_object.namespace_field)
    spans = [_whole(field) for field in fields if field is not None]
    spans += [policy.spec_field.key_span] if policy.spec_field is not None else []
    return any(one.touches(span) for one in spans)


def _as_peer(node: Node) -> Peer | None:
    return Peer(node) if isinstance(node, Mapping) else None


def _is_lone(peer: Peer, which: str) -> bool:
    """Whether the peer has this selector and nothing else."""
    wanted = peer.pod_selector if which == "pod" else peer.namespace_selector
    return wanted is not None and isinstance(peer.node, Mapping) and len(peer.node.entries) == 1


def _touches(node: Node, span: Span) -> bool:
    return node.span.touches(span)


def _whole(field: Field[str] | Field[list[Node]]) -> Span:
    """A key with its value."""
    return Span(field.key_span.start, max(field.key_span.end, field.node.end))
