"""What the cluster's network plugin makes of the field under the pointer."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.capabilities.capabilities import Capabilities
from netpol_lsp.capabilities.fact import Capability, Fact, Support
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.yaml.nodes import Node, Scalar
from netpol_lsp.yaml.paths import Path
from netpol_lsp.yaml.scalars import resolve

_BY_FIELD = {
    "ipBlock": (Capability.IP_BLOCK_MATCHES_PODS, Capability.IP_BLOCK_MATCHES_NODES),
    "cidr": (Capability.IP_BLOCK_MATCHES_PODS, Capability.IP_BLOCK_MATCHES_NODES),
    "except": (Capability.IP_BLOCK_EXCEPT,),
    "endPort": (Capability.END_PORT,),
    "ports": (Capability.PORTS_AFTER_TRANSLATION,),
    "policyTypes": (Capability.POLICY_TYPES,),
    "namespaceSelector": (Capability.NAMESPACE_SELECTOR, Capability.COMBINED_SELECTORS),
    "matchExpressions": (Capability.MATCH_EXPRESSIONS,),
}
_WHOLE = (
    Capability.ESTABLISHED_CONNECTIONS,
    Capability.POD_START,
    Capability.HOST_NETWORK_PODS,
    Capability.STANDALONE_PODS,
)
"""What is worth knowing of a plugin for a policy as a whole."""


def plugin_facts(policy: NetworkPolicy, path: Path, node: Node, capabilities: Capabilities) -> Iterator[str]:
    """A section of Markdown with what is special about the plugin at a place; none where nothing is, or nothing is known."""
    if not capabilities.is_known:
        return
    facts = [fact for fact in _facts(policy, path, node, capabilities) if fact.text]
    if facts:
        lines = [f"- {fact.text} {_links(fact)}".rstrip() for fact in dict.fromkeys(facts)]
        yield f"On **{capabilities.label}**:\n\n" + "\n".join(lines)


def _facts(policy: NetworkPolicy, path: Path, node: Node, capabilities: Capabilities) -> Iterator[Fact]:
    field = next((step for step in reversed(path) if isinstance(step, str)), "")
    if path in (("kind",), ("metadata", "name"), ("spec",)):
        yield from _special(capabilities, *(Capability(one.value.lower()) for one in Direction))
        yield from _told(capabilities, *_WHOLE)
        if Direction.INGRESS in policy.effective_types:
            yield from _told(capabilities, Capability.PROBES)
        return
    if path[:1] != ("spec",):
        return
    if len(path) >= 2 and path[1] in ("ingress", "egress") and capabilities.has(Capability(path[1])) is False:
        yield capabilities.fact(Capability(path[1]))
        return
    value = resolve(node) if isinstance(node, Scalar) else None
    if field == "port" and isinstance(value, str):
        yield from _special(capabilities, Capability.NAMED_PORTS)
    elif field == "protocol" and value == "SCTP":
        yield from _special(capabilities, Capability.SCTP)
    elif field == "cidr" and isinstance(value, str) and ":" in value:
        yield from _special(capabilities, Capability.IPV6)
    yield from _special(capabilities, *_BY_FIELD.get(field, ()))
    if field in ("ipBlock", "cidr") and path[1:2] == ("ingress",):
        yield from _special(capabilities, Capability.CLIENT_ADDRESS)


def _special(capabilities: Capabilities, *wanted: Capability) -> Iterator[Fact]:
    """The facts that are not a plain yes: in these the plugin differs, or its version decides."""
    yield from (fact for one in wanted if (fact := capabilities.fact(one)).support is not Support.YES)


def _told(capabilities: Capabilities, *wanted: Capability) -> Iterator[Fact]:
    """The facts whatever they say: the specification leaves these open."""
    yield from map(capabilities.fact, wanted)


def _links(fact: Fact) -> str:
    return " ".join(f"[{number}]({source})" for number, source in enumerate(fact.sources, 1))
