"""What is at a place of a policy, in words: the selector, peer, rule, address, port or direction there."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.explanations.policy import explain_policy
from netpol_lsp.ide.cidr_prose import cidr_words, except_words, one_except_words, port_words
from netpol_lsp.ide.field_docs import FieldDoc, field_doc, value_doc
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.peer import IPBlock, Peer, Port
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.policies.networkpolicy.prose import (
    directions_words,
    peer_words,
    rule_words,
    selected_words,
    unknown_types_words,
)
from netpol_lsp.text.markup import markdown_text
from netpol_lsp.yaml.nodes import Node, Scalar
from netpol_lsp.yaml.paths import Path

_WHOLE_POLICY = (("kind",), ("metadata",), ("metadata", "name"), ("spec",))


def explain_place(
    policy: NetworkPolicy, path: Path, node: Node, *, on_key: bool, namespace: str | None, is_partial: bool
) -> Iterator[str]:
    """Sections of Markdown on the key or value at `path`, the most concrete first.

    `namespace` is what a missing one means (None: no one said). `is_partial`: some of the policy is not known.
    """
    if path in _WHOLE_POLICY:
        yield explain_policy(policy, namespace, is_partial=is_partial).markdown().strip()
    own = policy.object.namespace or namespace
    if path[:1] == ("spec",):
        yield from _explain_in_spec(policy, path, own)
    if not on_key and isinstance(node, Scalar):
        field = next((step for step in reversed(path) if isinstance(step, str)), "")
        meaning = value_doc(field, node.value)
        if meaning:
            yield f"{markdown_text(f'`{node.value}`')}: {meaning}"
    doc = field_doc(path)
    if doc is not None and doc.description:
        yield render_field(doc)


def render_field(doc: FieldDoc) -> str:
    """A field's documentation."""
    lines = [f"**{doc.name}** ({doc.type})", "", doc.description]
    if doc.values:
        lines += ["", "Values: " + ", ".join(f"`{value}`" for value in doc.values)]
    if doc.default:
        lines += ["", f"Left out: {doc.default}"]
    if doc.since:
        lines += ["", f"Since {doc.since}"]
    if doc.traps:
        lines += ["", *(f"- {trap}" for trap in doc.traps)]
    return "\n".join(lines)


def _explain_in_spec(policy: NetworkPolicy, path: Path, namespace: str | None) -> Iterator[str]:
    """What the part of the spec that a path leads to means."""
    rest = path[1:]
    if rest[:1] == ("podSelector",):
        yield markdown_text(f"Selects {selected_words(policy, namespace)}.")
    elif rest[:1] == ("policyTypes",):
        yield isolation_words(policy)
    elif rest[:1] in (("ingress",), ("egress",)):
        direction = Direction.INGRESS if rest[0] == "ingress" else Direction.EGRESS
        if len(rest) == 1:
            yield direction_words(policy, direction, namespace)
        else:
            yield from _explain_in_rule(policy, direction, rest[1:], namespace)


def isolation_words(policy: NetworkPolicy) -> str:
    """Which directions the policy isolates."""
    if policy.has_unknown_types:
        isolated = directions_words(one for one in Direction if policy.surely_isolates(one))
        known = f"Isolates the selected pods for {isolated}. " if isolated else ""
        return known + unknown_types_words(policy)
    isolated = directions_words(policy.effective_types)
    open_ones = directions_words(frozenset(Direction) - policy.effective_types)
    text = f"Isolates the selected pods for {isolated}." if isolated else "Isolates nothing."
    if not policy.declares_types and not policy.has_unknown_types:
        text += " policyTypes is not written: this is what the API server fills in."
    if open_ones:
        text += f" Does not restrict {open_ones}."
    return text


def direction_words(policy: NetworkPolicy, direction: Direction, namespace: str | None) -> str:
    """What a policy allows in a direction."""
    words = next(one for one in explain_policy(policy, namespace).directions if one.direction is direction)
    rules = [f"- {markdown_text(rule)}" for rule in words.rules]
    return "\n".join([f"**{direction.value}:** {markdown_text(words.summary)}", "", *rules]).strip()


def _explain_in_rule(policy: NetworkPolicy, direction: Direction, rest: Path, namespace: str | None) -> Iterator[str]:
    """`rest` starts with the rule's index."""
    rule = _rule_at(policy, direction, rest[0])
    if rule is None:
        return
    if len(rest) <= 2:
        is_idle = policy.surely_leaves_open(direction)
        note = f" It has no effect: policyTypes does not list {direction.value}." if is_idle else ""
        yield markdown_text(f"Allows connections {rule_words(rule, namespace)}.{note}")
        if rest[1:] == (direction.peers_key,):
            yield from _several_peers(rule, namespace)
    elif rest[1] == direction.peers_key:
        yield from _explain_in_peer(rule, rest[2:], namespace)
    elif rest[1] == "ports":
        yield from _explain_port(rule, rest[2:])


def _rule_at(policy: NetworkPolicy, direction: Direction, index: str | int) -> TrafficRule | None:
    field = policy.rules_field(direction)
    items = field.value if field is not None and field.value is not None else []
    wanted = items[index] if isinstance(index, int) and index < len(items) else None
    return next((rule for rule in policy.rules(direction) if rule.node is wanted), None)


def _several_peers(rule: TrafficRule, namespace: str | None) -> Iterator[str]:
    """The alternatives one by one."""
    if len(rule.peers) > 1:
        lines = [
            f"- {'OR ' if number else ''}{markdown_text(peer_words(peer, namespace))}"
            for number, peer in enumerate(rule.peers)
        ]
        yield "\n".join(["The items are ORed:", "", *lines])


def _explain_in_peer(rule: TrafficRule, rest: Path, namespace: str | None) -> Iterator[str]:
    """`rest` starts with the peer's index."""
    items = rule.peers_field.value if rule.peers_field is not None and rule.peers_field.value is not None else []
    wanted = items[rest[0]] if isinstance(rest[0], int) and rest[0] < len(items) else None
    peer = next((peer for peer in rule.peers if peer.node is wanted), None)
    if peer is None:
        return
    yield markdown_text(f"This item means {peer_words(peer, namespace)}.{_how_joined(peer, rule)}")
    if peer.ip_block is not None and rest[1:2] == ("ipBlock",):
        yield from _explain_block(peer.ip_block, rest[2:])


def _how_joined(peer: Peer, rule: TrafficRule) -> str:
    """AND inside the item, OR between items."""
    text = ""
    if peer.pod_selector is not None and peer.namespace_selector is not None:
        text += " Both selectors are in one item: AND."
    if len(rule.peers) > 1:
        text += f" It is one of {len(rule.peers)} items, any of which is enough: OR."
    return text


def _explain_block(block: IPBlock, rest: Path) -> Iterator[str]:
    cidr = block.cidr.value if block.cidr is not None else None
    excepts = tuple(field.value for field in block.excepts if field.value is not None)
    if cidr is None:
        return
    if rest[:1] == ("except",) and len(rest) == 2:
        index = rest[1]
        written = block.excepts[index].value if isinstance(index, int) and index < len(block.excepts) else None
        if written is not None:
            yield markdown_text(one_except_words(written, cidr) + ".")
        return
    left = except_words(cidr, excepts) if len(excepts) == len(block.excepts) else ""
    yield markdown_text(cidr_words(cidr) + ".") + (f"\n\n{markdown_text(left)}." if left else "")


def _explain_port(rule: TrafficRule, rest: Path) -> Iterator[str]:
    """`rest` starts with the port's index."""
    items = rule.ports_field.value if rule.ports_field is not None and rule.ports_field.value is not None else []
    wanted = items[rest[0]] if isinstance(rest[0], int) and rest[0] < len(items) else None
    port = next((port for port in rule.ports if port.node is wanted), None)
    if port is not None:
        text = one_port_words(port)
        if text:
            yield markdown_text(text + ".")


def one_port_words(port: Port) -> str:
    """One item of ports; empty when there is nothing to add."""
    protocol = port.effective_protocol or "an unknown protocol"
    assumed = " (TCP is assumed where no protocol is written)" if port.protocol is None else ""
    if port.number is not None:
        words = port_words(port.number, port.last)
        return f"{protocol} {words or f'`{port.number}`'}{assumed}"
    if port.name is not None:
        return (
            f"{protocol} port that the destination's pods call `{port.name}`: each pod may mean another number{assumed}"
        )
    return f"Every {protocol} port{assumed}" if port.port is None else ""
