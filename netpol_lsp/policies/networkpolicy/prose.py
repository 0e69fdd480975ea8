"""Selectors, peers, ports and rules in plain English.

Concrete values are in backticks, as in Markdown; `plain` takes these off. The texts are parts of a
sentence: no capital, no full stop.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from netpol_lsp.kube.label_selector import UNKNOWN_SELECTOR, LabelRequirement, LabelSelector, Operator
from netpol_lsp.kube.net.port_set import EVERY_PORT, PROTOCOLS, PortSet
from netpol_lsp.kube.selectors import read_selector
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.peer import IPBlock, Peer
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.policies.networkpolicy.semantics_reader import rule_semantics
from netpol_lsp.yaml.nodes import Node, is_open
from netpol_lsp.yaml.templates.masking import is_decided_later

_LATER = "decided by the template"
_UNKNOWN_LABELS = "labels that are not known"


def _unknown(what: str, node: Node | None) -> str:
    """What stands for something that cannot be told: whether a template decides it, or nothing is known of it."""
    return f"{what} {_LATER}" if node is not None and is_decided_later(node) else f"{what} that are not known"


def _unknown_labels(selectors: Iterable[LabelSelector | None], node: Node) -> str:
    """As `_unknown`, for the labels of selectors: few have any that cannot be told, and only for those is it looked into."""
    is_asked = any(selector is not None and selector.is_partial for selector in selectors)
    return _unknown("labels", node) if is_asked else _UNKNOWN_LABELS


def plain(text: str) -> str:
    """The text without backticks, for places that show no markup."""
    return text.replace("`", "")


def join_words(parts: Iterable[str], word: str = "and") -> str:
    """As in `a, b and c`; empty for no parts."""
    listed = list(parts)
    if len(listed) < 2:
        return "".join(listed)
    return f"{', '.join(listed[:-1])} {word} {listed[-1]}"


def selector_words(selector: LabelSelector, unknown: str = _UNKNOWN_LABELS) -> str:
    """The conditions: "with `app=web` and `tier in (a, b)`, without `debug`"; empty when there are none.

    `unknown` stands for the conditions that cannot be told.
    """
    with_parts = [_condition(one) for one in selector.requirements if one.operator is not Operator.DOES_NOT_EXIST]
    without = [f"`{one.key}`" for one in selector.requirements if one.operator is Operator.DOES_NOT_EXIST]
    if selector.is_partial:
        with_parts.append(unknown)
    parts = [f"with {join_words(with_parts)}"] if with_parts else []
    if without:
        parts.append(f"without {join_words(without, 'or')}")
    return ", ".join(parts)


def pods_words(selector: LabelSelector | None, unknown: str = _UNKNOWN_LABELS) -> str:
    """Gives "every pod" (also for None), or "pods with `app=web`"."""
    if selector is None or selector.selects_everything:
        return "every pod"
    return f"pods {selector_words(selector, unknown)}"


def namespaces_words(selector: LabelSelector, unknown: str = _UNKNOWN_LABELS) -> str:
    """Gives "every namespace", "namespace `shop`" for the label that every namespace has, or "namespaces with `team=a`"."""
    if selector.selects_everything:
        return "every namespace"
    names = namespace_names(selector)
    if names:
        listed = join_words((f"`{name}`" for name in names), "or")
        return f"namespace {listed}"
    return f"namespaces {selector_words(selector, unknown)}"


def namespace_names(selector: LabelSelector) -> tuple[str, ...]:
    """The names, when the selector picks namespaces by their name alone; else ()."""
    if selector.is_partial or len(selector.requirements) != 1:
        return ()
    (only,) = selector.requirements
    return only.values if only.key == METADATA_NAME and only.operator is Operator.IN else ()


def own_namespace_words(namespace: str | None) -> str:
    """Gives "the policy's own namespace `shop`", without the name where no one gives it."""
    return "the policy's own namespace" + (f" `{namespace}`" if namespace else "")


def pods_in_words(
    pods: LabelSelector | None,
    namespaces: LabelSelector | None,
    namespace: str | None,
    unknown: str = _UNKNOWN_LABELS,
) -> str:
    """Pods and where: `namespaces` None is the policy's own namespace, which is called `namespace` if known."""
    where = own_namespace_words(namespace) if namespaces is None else namespaces_words(namespaces, unknown)
    who = pods_words(pods, unknown)
    return f"{who} {'of' if who == 'every pod' else 'in'} {where}"


def addresses_words(block: IPBlock) -> str:
    """Gives "every IPv4 address (`0.0.0.0/0`)" or "addresses in `10.0.0.0/8` except `10.1.0.0/16`"."""
    cidr = block.cidr.value if block.cidr is not None else None
    if cidr is None:
        return _unknown("addresses", block.node)
    family = {"0.0.0.0/0": "IPv4", "::/0": "IPv6"}.get(cidr)
    words = f"every {family} address (`{cidr}`)" if family else f"addresses in `{cidr}`"
    excepts = [
        f"`{field.value}`" if field.value is not None else _unknown("addresses", field.node) for field in block.excepts
    ]
    if is_open(block.node) or (
        block.except_entry is not None and is_decided_later(block.except_entry.value) and not excepts
    ):
        excepts.append(f"addresses {_LATER}")
    return f"{words} except {join_words(excepts)}" if excepts else words


def peer_words(peer: Peer, namespace: str | None) -> str:
    """Whom one item of `from` or `to` means, in a policy of `namespace` (None: no one knows which)."""
    if peer.pod_selector is None and peer.namespace_selector is None:
        if peer.ip_block is not None:
            return addresses_words(peer.ip_block)
        is_nobody = peer.is_empty and not is_decided_later(peer.node)
        return "nobody" if is_nobody else _unknown("peers", peer.node)
    # What is written in a way that cannot be read may have been meant for the selector that is missing.
    missing = UNKNOWN_SELECTOR if peer.has_mistake else None
    pods = read_selector(peer.pod_selector) if peer.pod_selector is not None else missing
    spaces = read_selector(peer.namespace_selector) if peer.namespace_selector is not None else missing
    return pods_in_words(pods, spaces, namespace, _unknown_labels((pods, spaces), peer.node))


def peers_words(rule: TrafficRule, namespace: str | None) -> str:
    """Whom a rule means: "anyone" or "anywhere" without peers, else its peers joined with "or"."""
    if rule.allows_every_peer:
        return "anyone" if rule.direction is Direction.INGRESS else "anywhere"
    found = [peer_words(peer, namespace) for peer in rule.peers]
    field = rule.peers_field
    if field is not None and (not found or is_open(field.node) or len(found) < len(field.value or ())):
        found.append(_unknown("peers", field.node))
    return join_words(dict.fromkeys(found), "or")


def ports_words(ports: PortSet) -> str:
    """Gives "every port", or "TCP 80, TCP 8000-8080, UDP 53 and the TCP port `http`"."""
    if ports.everything:
        return "every port"
    parts = []
    for protocol in PROTOCOLS:
        numbers = ports.numbers(protocol)
        if numbers == EVERY_PORT:
            parts.append(f"every {protocol} port")
        else:
            parts += [
                f"{protocol} {first}" if first == last else f"{protocol} {first}-{last}" for first, last in numbers
            ]
        parts += [f"the {protocol} port `{name}`" for owner, name in sorted(ports.names) if owner == protocol]
    return join_words(parts) or "no port"


def rule_words(rule: TrafficRule, namespace: str | None) -> str:
    """A rule as in "from pods with `app=web` in namespace `shop`, on TCP 80"."""
    facts = rule_semantics(rule)
    ports = ports_words(facts.ports)
    if facts.has_unknown_ports:
        unknown = _unknown("ports", rule.ports_field.node if rule.ports_field is not None else None)
        ports = unknown if facts.ports.is_empty else f"{ports} and {unknown}"
    preposition = "from" if rule.direction is Direction.INGRESS else "to"
    who = peers_words(rule, namespace)
    if who == "anywhere":
        preposition = ""
    return f"{preposition} {who}, on {ports}".strip()


def selected_words(policy: NetworkPolicy, namespace: str | None) -> str:
    """Which pods a policy selects: "every pod of namespace `shop`" or "pods with `app=web` in namespace `shop`"."""
    selector, field = policy.pod_selector, policy.pod_selector_field or policy.spec_field
    if selector is None and field is not None and field.value is None and not field.is_null:
        who = f"pods {_LATER}" if is_decided_later(field.node) else "pods that are not known"
    elif selector is None:
        who = pods_words(None)
    else:
        wanted = read_selector(selector)
        who = pods_words(wanted, _unknown_labels((wanted,), selector.node))
    written = policy.object.namespace_field
    is_later = namespace is None and written is not None and written.is_unknown
    where = f"namespace `{namespace}`" if namespace else f"a namespace {_LATER}" if is_later else "its namespace"
    return f"{who} {'of' if who == 'every pod' else 'in'} {where}"


def isolation_words(policy: NetworkPolicy) -> str:
    """What a policy isolates, in a few words: as in "isolates ingress and egress"."""
    isolated = directions_words(one for one in Direction if policy.surely_isolates(one))
    if policy.has_unknown_types:
        return f"isolates {isolated}, and what else policyTypes says" if isolated else "isolates what policyTypes says"
    return f"isolates {isolated}" if isolated else "isolates nothing"


def unknown_types_words(policy: NetworkPolicy) -> str:
    """What a template or a mistake in policyTypes leaves open: a sentence."""
    field = policy.policy_types_field
    wrong = [one.value for one in policy.policy_types if one.value is not None and one.value not in list(Direction)]
    left = [one for one in Direction if not policy.surely_isolates(one)]
    if wrong:
        listed = join_words(f"`{value}`" for value in wrong)
        why = f"{listed} in policyTypes {'is not a direction' if len(wrong) == 1 else 'are not directions'}"
    elif field is not None and not field.is_unknown and field.value is None:
        why = "policyTypes is not a list"
    else:
        is_later = field is not None and is_decided_later(field.node)
        why = f"policyTypes is {_LATER}" if is_later else "a mistake hides policyTypes"
    verb = "is" if len(left) == 1 else "are"
    return f"Whether {directions_words(left)} {verb} restricted is not known: {why}."


def directions_words(directions: Iterable[Direction]) -> str:
    """Gives "ingress", "egress" or "ingress and egress"; empty for none."""
    found: Sequence[Direction] = sorted(directions, key=list(Direction).index)
    return join_words(direction.rules_key for direction in found)


def requirement_words(requirement: LabelRequirement) -> str:
    """One condition in words, that a label is missing included."""
    if requirement.operator is Operator.DOES_NOT_EXIST:
        return f"no label `{requirement.key}`"
    return _condition(requirement)


def _condition(requirement: LabelRequirement) -> str:
    """One condition that asks for something: `app=web`, `app in (a, b)`, `app not in (a)`, or that a label is there."""
    if requirement.operator is Operator.EXISTS:
        return f"a label `{requirement.key}`"
    values = [value or '""' for value in requirement.values]
    if requirement.operator is Operator.IN and len(values) == 1:
        return f"`{requirement.key}={values[0]}`"
    word = "in" if requirement.operator is Operator.IN else "not in"
    return f"`{requirement.key} {word} ({', '.join(values)})`"
