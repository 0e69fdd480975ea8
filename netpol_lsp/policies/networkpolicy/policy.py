"""The typed NetworkPolicy (networking.k8s.io/v1).

Tolerant: what has the wrong shape is None or left out and the schema reports it once, so that rules
run on incomplete files. Follows the API reference of NetworkPolicy v1 and, for defaults,
pkg/apis/networking/v1/defaults.go of Kubernetes.
"""

from __future__ import annotations

from netpol_lsp.kube.objects import KubeObject, TextMap
from netpol_lsp.kube.selector_syntax import Requirement, Selector
from netpol_lsp.kube.typed_field import Field, content_size, hidden_field, mapping_of, string_of
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.peer import IPBlock, Peer, Port
from netpol_lsp.policies.networkpolicy.semantics import RuleSemantics
from netpol_lsp.text.lazy import lazy
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence, is_null, is_open
from netpol_lsp.yaml.templates.masking import is_unknown

_DIRECTIONS = frozenset(direction.value for direction in DIRECTIONS)


class TrafficRule:
    """One item of `ingress` or `egress`.

    `peers_field` and `ports_field` hold the lists as written (None when the key is missing); `peers` and
    `ports` their items that have the right shape. A null item is the empty rule. `index` is its place in the list as
    written. `has_unread_fields`: something is written that a rule does not have; it was meant to say who, or which port.
    `meaning` is kept by `netpol_lsp.policies.networkpolicy.semantics_reader.rule_semantics`, which alone sets it.
    """

    def __init__(self, node: Node, direction: Direction, index: int) -> None:
        self.node = node
        self.direction = direction
        self.index = index
        self.meaning: RuleSemantics | None = None
        self.peers_field: Field[list[Node]] | None = None
        self.ports_field: Field[list[Node]] | None = None
        self.has_unread_fields = False
        if not isinstance(node, Mapping):
            return
        # In one pass: thousands are made.
        peers_key = direction.peers_key
        for entry in node.all_entries():
            if entry.name == peers_key:
                self.peers_field = _list_of(entry)
            elif entry.name == "ports":
                self.ports_field = _list_of(entry)
            else:
                self.has_unread_fields = True
        if node.is_open:
            self.peers_field = self.peers_field or hidden_field(node)
            self.ports_field = self.ports_field or hidden_field(node)

    @lazy
    def peers(self) -> tuple[Peer, ...]:
        """The peers in the order of the text."""
        items = (self.peers_field.value or ()) if self.peers_field else ()
        return tuple([Peer(item) for item in items if isinstance(item, Mapping)])

    @lazy
    def ports(self) -> tuple[Port, ...]:
        """The ports in the order of the text; a null item is every TCP port."""
        items = (self.ports_field.value or ()) if self.ports_field else ()
        return tuple([Port(item) for item in items if isinstance(item, Mapping) or is_null(item)])

    @lazy
    def allows_every_peer(self) -> bool:
        """Whether `from`/`to` is missing, null or empty, which means everyone; not where a stray key may have meant it."""
        return not self.has_unread_fields and _is_absent(self.node, self.peers_field)

    @lazy
    def allows_every_port(self) -> bool:
        """Whether `ports` is missing, null or empty, which means all ports of all protocols; as for peers."""
        return not self.has_unread_fields and _is_absent(self.node, self.ports_field)

    @property
    def span(self) -> Span:
        """The item's place."""
        return self.node.span


class NetworkPolicy:
    """A NetworkPolicy as it is written, with what the API server makes of it."""

    def __init__(self, kube_object: KubeObject) -> None:
        self.object = kube_object
        self.spec_field = _mapping_field(kube_object.node, "spec")
        self.spec = self.spec_field.value if self.spec_field else None
        self.pod_selector_field = _mapping_field(self.spec, "podSelector")
        self.policy_types_field = _list_field(self.spec, "policyTypes")
        self.ingress_field = _list_field(self.spec, "ingress")
        self.egress_field = _list_field(self.spec, "egress")

    @lazy
    def pod_selector(self) -> Selector | None:
        """spec.podSelector; None when it is missing or null (every pod is selected then) or misshapen."""
        return _selector(self.spec, "podSelector") if self.spec else None

    @lazy
    def policy_types(self) -> tuple[Field[str], ...]:
        """The items of policyTypes as written."""
        items = (self.policy_types_field.value or ()) if self.policy_types_field else ()
        return tuple(string_of(item) for item in items)

    def rules_field(self, direction: Direction) -> Field[list[Node]] | None:
        """The list `ingress` or `egress` as written."""
        return self.ingress_field if direction is Direction.INGRESS else self.egress_field

    @lazy
    def ingress(self) -> tuple[TrafficRule, ...]:
        """The ingress rules."""
        return _rules(self.ingress_field, Direction.INGRESS)

    @lazy
    def egress(self) -> tuple[TrafficRule, ...]:
        """The egress rules."""
        return _rules(self.egress_field, Direction.EGRESS)

    def rules(self, direction: Direction) -> tuple[TrafficRule, ...]:
        """The rules of a direction."""
        return self.ingress if direction is Direction.INGRESS else self.egress

    @lazy
    def all_rules(self) -> tuple[TrafficRule, ...]:
        """Ingress rules, then egress rules."""
        return self.ingress + self.egress

    @lazy
    def peers(self) -> tuple[Peer, ...]:
        """The peers of all rules."""
        return tuple([peer for rule in self.all_rules for peer in rule.peers])

    @lazy
    def ports(self) -> tuple[Port, ...]:
        """The ports of all rules."""
        return tuple([port for rule in self.all_rules for port in rule.ports])

    @lazy
    def ip_blocks(self) -> tuple[IPBlock, ...]:
        """The ipBlocks of all peers."""
        return tuple([peer.ip_block for peer in self.peers if peer.ip_block is not None])

    @lazy
    def selectors(self) -> tuple[Selector, ...]:
        """Every selector, the policy's own first."""
        found = [] if self.pod_selector is None else [self.pod_selector]
        for peer in self.peers:
            if peer.pod_selector is not None:
                found.append(peer.pod_selector)
            if peer.namespace_selector is not None:
                found.append(peer.namespace_selector)
        return tuple(found)

    @lazy
    def requirements(self) -> tuple[Requirement, ...]:
        """The conditions in the matchExpressions of all selectors."""
        return tuple([one for selector in self.selectors if selector.items for one in selector.requirements])

    @lazy
    def text_maps(self) -> tuple[TextMap, ...]:
        """metadata.labels, metadata.annotations and every matchLabels."""
        return self.object.text_maps + tuple(
            [found for selector in self.selectors if (found := selector.label_map) is not None]
        )

    @property
    def key_texts(self) -> frozenset[str]:
        """What is written as a key in a text map or matchExpressions: to see at a glance that nothing is odd there.

        A text with a tag has a NUL in front.
        """
        return self._written_texts[0]

    @property
    def value_texts(self) -> frozenset[str]:
        """What is written as a value of a label or in matchExpressions; see `key_texts`. Annotations are left out."""
        return self._written_texts[1]

    @lazy
    def _written_texts(self) -> tuple[frozenset[str], frozenset[str]]:
        """`key_texts` and `value_texts`, in one pass."""
        keys: set[str] = set()
        values: set[str] = set()
        for texts in self.text_maps:
            is_annotations = texts.kind == "annotations"
            for entry in texts.mapping.all_entries():
                key, value = entry.key, entry.value
                if isinstance(key, Scalar):
                    keys.add(key.value if key.tag is None else f"\0{key.value}")
                if not is_annotations and isinstance(value, Scalar):
                    values.add(value.value if value.tag is None else f"\0{value.value}")
        for one in self.requirements:
            keys |= _texts([one.key.node] if one.key is not None else [])
            values |= _texts([field.node for field in one.values])
        return frozenset(keys), frozenset(values)

    @lazy
    def declares_types(self) -> bool:
        """Whether policyTypes is written with at least one item: null and `[]` count as absent."""
        return self.policy_types_field is not None and bool(content_size(self.policy_types_field.node))

    @lazy
    def effective_types(self) -> frozenset[Direction]:
        """The directions that the policy isolates once the API server has filled in its defaults.

        Without policyTypes: Ingress, and Egress when there is at least one egress rule.
        """
        if self.declares_types:
            written = {field.value for field in self.policy_types}
            return frozenset(direction for direction in DIRECTIONS if direction.value in written)
        return frozenset(Direction) if self.egress else frozenset({Direction.INGRESS})

    @lazy
    def has_unknown_types(self) -> bool:
        """Whether a template or a mistake hides which directions are listed."""
        field = self.policy_types_field
        if field is not None and (
            field.is_unknown or is_open(field.node) or (field.value is None and not field.is_null)
        ):
            return True
        return any(field.value not in _DIRECTIONS for field in self.policy_types)

    def surely_isolates(self, direction: Direction) -> bool:
        """Whether the policy isolates a direction, whatever a template or a mistake makes of the rest of policyTypes."""
        return direction in self.effective_types and (bool(self.policy_types) or not self.has_unknown_types)

    def surely_leaves_open(self, direction: Direction) -> bool:
        """Whether the policy does not isolate a direction, whatever a template or a mistake hides."""
        return direction not in self.effective_types and not self.has_unknown_types

    @property
    def span(self) -> Span:
        """Where a finding about the whole policy points."""
        return self.object.span


def _texts(nodes: list[Node]) -> frozenset[str]:
    scalars = [node for node in nodes if isinstance(node, Scalar)]
    return frozenset([node.value if node.tag is None else f"\0{node.value}" for node in scalars])


def _is_absent(rule: Node, field: Field[list[Node]] | None) -> bool:
    if not (isinstance(rule, Mapping) or is_null(rule)):
        return False
    return field is None or not content_size(field.node)


def _mapping_field(parent: Mapping | None, name: str) -> Field[Mapping] | None:
    entry = parent.get(name) if parent is not None else None
    if entry is None:
        return hidden_field(parent)
    node = entry.value
    return Field(mapping_of(node), node, entry, is_unknown=is_unknown(node))


def _list_field(parent: Mapping | None, name: str) -> Field[list[Node]] | None:
    entry = parent.get(name) if parent is not None else None
    if entry is None:
        return hidden_field(parent)
    return _list_of(entry)


def _list_of(entry: Entry) -> Field[list[Node]]:
    node = entry.value
    return Field(node.items if isinstance(node, Sequence) else None, node, entry, is_unknown=is_unknown(node))


def _selector(parent: Mapping, name: str) -> Selector | None:
    entry = parent.get(name)
    return Selector(entry.value, entry) if entry is not None and isinstance(entry.value, Mapping) else None


def _rules(field: Field[list[Node]] | None, direction: Direction) -> tuple[TrafficRule, ...]:
    if field is None:
        return ()
    return tuple(
        TrafficRule(item, direction, index)
        for index, item in enumerate(field.value or ())
        if isinstance(item, Mapping) or is_null(item)
    )


def every_address(rule: TrafficRule) -> list[Field[str]]:
    """The peers `0.0.0.0/0` and `::/0` of a rule, exceptions or not."""
    cidrs = [peer.ip_block.cidr for peer in rule.peers if peer.ip_block is not None and peer.ip_block.cidr is not None]
    return [cidr for cidr in cidrs if cidr.value in ("0.0.0.0/0", "::/0")]
