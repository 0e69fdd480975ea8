"""What a policy does, in plain English: for `netpol-lint explain` and for hovers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lsp.kube.selectors import read_selector
from netpol_lsp.kube.typed_field import Field
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.peer import Peer
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.policies.networkpolicy.prose import (
    directions_words,
    own_namespace_words,
    peer_words,
    plain,
    rule_words,
    selected_words,
    unknown_types_words,
)
from netpol_lsp.text.markup import markdown_text
from netpol_lsp.text.visible import visible
from netpol_lsp.yaml.nodes import Mapping, Node, Scalar, is_null, is_open
from netpol_lsp.yaml.templates.masking import is_decided_later

DECIDED_LATER = "decided by the template"


@dataclass(frozen=True, slots=True)
class DirectionWords:
    """One direction: `summary` is a sentence; `rules` are the alternatives, each a part of a sentence."""

    direction: Direction
    summary: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A policy in words. `title` names it, `summary` is a sentence, `notes` are sentences on what may surprise.

    Values stand in backticks. `is_partial`: a template or a mistake hides some of it.
    """

    title: str
    summary: str
    directions: tuple[DirectionWords, ...]
    notes: tuple[str, ...]
    is_partial: bool = False

    def markdown(self) -> str:
        """As Markdown, without a heading of its own."""
        parts = [f"**{markdown_text(self.title)}** {markdown_text(self.summary)}"]
        for words in self.directions:
            text = f"**{words.direction.value}:** {markdown_text(words.summary)}"
            rules = [f"- {markdown_text(rule)}" for rule in words.rules]
            parts.append("\n".join([text, "", *rules]) if rules else text)
        if self.notes:
            parts.append("\n".join(["Notes:", "", *(f"- {markdown_text(note)}" for note in self.notes)]))
        return "\n\n".join(parts) + "\n"

    def text(self) -> str:
        """For a terminal: no markup, rules and notes indented."""
        lines = [f"{self.title} {self.summary}"]
        for words in self.directions:
            lines.append(f"  {words.direction.value}: {words.summary}")
            lines += [f"    {'or ' if number else ''}{rule}" for number, rule in enumerate(words.rules)]
        if self.notes:
            lines.append("  Notes:")
            lines += [f"    - {note}" for note in self.notes]
        return "\n".join(plain(visible(line)) for line in lines) + "\n"


def explain_policy(
    policy: NetworkPolicy, default_namespace: str | None = None, *, is_partial: bool = False
) -> Explanation:
    """A policy in words; `default_namespace` is what a missing namespace means, None when no one said."""
    namespace = policy.object.namespace or default_namespace
    written = policy.object.name_field
    is_later = written is not None and written.is_unknown
    name = policy.object.name or (f"(name {DECIDED_LATER})" if is_later else "(no name)")
    if policy.object.name is None:
        title = f"NetworkPolicy {name}" + (f" in namespace `{namespace}`" if namespace else "")
    else:
        title = f"NetworkPolicy `{namespace}/{name}`" if namespace else f"NetworkPolicy `{name}`"
    isolated = directions_words(one for one in Direction if policy.surely_isolates(one))
    summary = f"selects {selected_words(policy, namespace)}"
    if isolated:
        summary += f" and isolates them for {isolated}."
    else:
        summary += "." if policy.has_unknown_types else " and isolates nothing."
    if policy.has_unknown_types:
        summary += f" {unknown_types_words(policy)}"
    elif _may_isolate_egress(policy):
        summary += f" Whether egress is restricted is {DECIDED_LATER}."
    return Explanation(
        title=title,
        summary=summary,
        directions=tuple(_direction(policy, direction, namespace) for direction in DIRECTIONS),
        notes=tuple(_notes(policy, namespace, default_namespace, is_partial=is_partial)),
        is_partial=is_partial,
    )


def _direction(policy: NetworkPolicy, direction: Direction, namespace: str | None) -> DirectionWords:
    verb = "accept" if direction is Direction.INGRESS else "open"
    rules = policy.rules(direction)
    field = policy.rules_field(direction)
    is_later = _has_further_rules(field)
    is_decided = is_later and field is not None and is_decided_later(field.node)
    further = DECIDED_LATER if is_decided else "not known"
    is_open_question = direction is Direction.EGRESS and _may_isolate_egress(policy)
    if is_open_question or (not policy.surely_isolates(direction) and not policy.surely_leaves_open(direction)):
        words = tuple(rule_words(rule, namespace) for rule in rules)
        if is_later:
            words = (*words, f"{'by further rules, which' if words else 'by rules that'} are {further}")
        what = "connections" if words else "no connection."
        return DirectionWords(
            direction, f"whether it is restricted is not known; if it is, the pods {verb} {what}", words
        )
    if direction not in policy.effective_types:
        summary = "not restricted by this policy."
        if rules:
            summary += (
                f" Its {direction.rules_key} rules have no effect, since policyTypes does not list {direction.value}."
            )
        return DirectionWords(direction, summary, ())
    if not rules and is_later:
        return DirectionWords(direction, f"its rules are {further}.", ())
    if not rules:
        return DirectionWords(
            direction,
            f"nothing is allowed by this policy: the pods {verb} no connection unless another one allows it.",
            (),
        )
    if any(rule.allows_every_peer and rule.allows_every_port for rule in rules):
        return DirectionWords(direction, "everything is allowed: one rule names neither peers nor ports.", ())
    words = tuple(rule_words(rule, namespace) for rule in rules)
    if is_later:
        words = (*words, f"by further rules, which are {further}")
    return DirectionWords(direction, f"the pods {verb} connections", words)


def _notes(
    policy: NetworkPolicy, namespace: str | None, default_namespace: str | None, *, is_partial: bool
) -> Iterator[str]:
    if is_partial:
        yield "A template or a mistake hides part of this policy, so this may not be all."
    namespace_field = policy.object.namespace_field
    if policy.object.namespace is None and (namespace_field is None or not namespace_field.is_unknown):
        meant = f", taken to be `{default_namespace}` here" if default_namespace else ""
        yield f"No namespace is written: the policy lands in the current namespace when it is applied{meant}."
    if policy.pod_selector is None and not _is_selector_unknown(policy):
        yield "There is no podSelector, which selects every pod of the namespace."
    if not policy.declares_types and not policy.has_unknown_types and not _may_isolate_egress(policy):
        filled = ", ".join(direction.value for direction in DIRECTIONS if direction in policy.effective_types)
        yield f"policyTypes is not written: the API server fills in {filled}."
    yield from _peer_notes(policy, namespace)
    if any(rule.allows_every_port for rule in policy.all_rules if not rule.allows_every_peer):
        yield "A rule without ports allows every port of every protocol, ICMP (ping) included."
    if Direction.EGRESS in policy.effective_types and not policy.egress and not _are_rules_unknown(policy.egress_field):
        yield "Egress covers DNS too: without another policy that allows it, the pods cannot look up names."
    yield "Policies add up: another one that selects the same pods may allow more, and none can take away."
    yield "Replies to an allowed connection are always allowed, and so are probes from the pod's own node."


def _is_selector_unknown(policy: NetworkPolicy) -> bool:
    """Whether a podSelector is there, or may be, without being known."""
    field = policy.pod_selector_field if policy.spec is not None else policy.spec_field
    return field is not None and field.value is None and not field.is_null


def _are_rules_unknown(field: Field[list[Node]] | None) -> bool:
    return field is not None and field.value is None and not field.is_null


def _has_further_rules(field: Field[list[Node]] | None) -> bool:
    """Whether there are rules, or may be, that are not read."""
    if field is None or field.is_null:
        return False
    return (
        field.value is None
        or is_open(field.node)
        or any(isinstance(item, Scalar) and not is_null(item) for item in field.value)
    )


def _may_isolate_egress(policy: NetworkPolicy) -> bool:
    """Whether the API server fills in policyTypes according to egress rules that are not known."""
    return not policy.declares_types and _are_rules_unknown(policy.egress_field)


def _peer_notes(policy: NetworkPolicy, namespace: str | None) -> Iterator[str]:
    """What surprises in the peers: own namespace only, AND inside an item, OR between items, dropped selectors."""
    peers = [peer for rule in policy.all_rules for peer in rule.peers]
    if any(peer.pod_selector and not peer.namespace_selector and not peer.ip_block for peer in peers):
        yield f"A podSelector without a namespaceSelector reaches {own_namespace_words(namespace)} only."
    if any(peer.namespace_selector is not None and peer.namespace_selector.is_empty for peer in peers):
        yield "`namespaceSelector: {}` means pods of every namespace, future ones included, and no address outside the cluster."
    if any(_is_own_pods(peer, policy) for peer in peers):
        yield "A peer names the policy's own pods: it is for replicas that talk to each other."
    families = {block.cidr.value for block in policy.ip_blocks if block.cidr is not None} & {"0.0.0.0/0", "::/0"}
    if len(families) == 1:
        given, other = ("IPv4", "IPv6") if "0.0.0.0/0" in families else ("IPv6", "IPv4")
        yield f"Every {given} address is named, and not every {other} address."
    if any(peer.pod_selector and peer.namespace_selector for peer in peers):
        yield "Selectors in one item are ANDed: these pods in these namespaces."
    for rule in policy.all_rules:
        readings = dict.fromkeys(peer_words(peer, namespace) for peer in rule.peers)
        if len(readings) > 1:
            yield f"Items of `{rule.direction.peers_key}` are ORed: {' OR '.join(readings)}."
    for peer in peers:
        if dropped := _dropped(peer):
            yield f"`{dropped}` without a value is dropped by the API server; `{dropped}: {{}}` would select all."


def _is_own_pods(peer: Peer, policy: NetworkPolicy) -> bool:
    """Whether a peer asks for just what the policy itself selects, in its own namespace."""
    own, asked = policy.pod_selector, peer.pod_selector
    if own is None or own.is_empty or asked is None or peer.namespace_selector is not None:
        return False
    return read_selector(own) == read_selector(asked) and not read_selector(own).is_partial


def _dropped(peer: Peer) -> str | None:
    """The selector of a peer that is null beside another one."""
    if not isinstance(peer.node, Mapping) or (peer.pod_selector is None and peer.namespace_selector is None):
        return None
    for name in ("podSelector", "namespaceSelector"):
        entry = peer.node.get(name)
        if entry is not None and is_null(entry.value):
            return name
    return None
