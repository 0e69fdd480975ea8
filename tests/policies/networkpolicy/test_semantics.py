"""Policies as facts."""

from __future__ import annotations

import pytest

from netpol_lsp.kube.label_selector import EVERYTHING, UNKNOWN_SELECTOR
from netpol_lsp.kube.net.address_set import address_set
from netpol_lsp.kube.net.port_set import ALL_PORTS, NO_PORTS, every_port_of, named_port, port_range, union_of
from netpol_lsp.kube.objects import objects_of
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics
from netpol_lsp.policies.networkpolicy.semantics_reader import semantics_of
from netpol_lsp.yaml.documents import parse_document

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"


def facts(spec: str, metadata: str = "{name: p, namespace: shop}", **options) -> NetworkPolicySemantics:
    root = parse_document(f"{HEAD}metadata: {metadata}\nspec: {spec}\n").root
    policy = NetworkPolicy(next(iter(objects_of(root))))
    return semantics_of(policy, **options)


def ports(items: str):
    return facts(f"{{ingress: [{{ports: {items}}}]}}").ingress[0]


def test_an_empty_spec_isolates_every_pod_from_ingress():
    for spec in ("", "{}", "{podSelector: }", "{podSelector: {}, egress: [], policyTypes: []}"):
        found = facts(spec)
        assert found.pod_selector == EVERYTHING
        assert found.types == {Direction.INGRESS}
        assert found.ingress == found.egress == ()
        assert not found.unknown


def test_egress_rules_without_types_isolate_both():
    found = facts("{podSelector: {matchLabels: {app: web}}, egress: [{}]}")
    assert found.types == set(Direction)
    assert str(found.pod_selector) == "app=web"
    assert [rule.allows_everything for rule in found.rules(Direction.EGRESS)] == [True]


@pytest.mark.parametrize("rule", ["{}", "~", "{from: [], ports: }", "{from: , ports: []}"])
def test_empty_lists_allow_everything(rule):
    (found,) = facts(f"{{ingress: [{rule}]}}").ingress
    assert found.peers is None
    assert found.ports == ALL_PORTS
    assert found.allows_everything


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ("[{port: 80}]", port_range("TCP", 80, 80)),
        ("[{port: 8e1, protocol: ~}]", port_range("TCP", 80, 80)),
        ("[{port: 0120, protocol: UDP}]", port_range("UDP", 80, 80)),
        ("[{port: 80, endPort: 90}]", port_range("TCP", 80, 90)),
        ("[{port: 80, endPort: ~}]", port_range("TCP", 80, 80)),
        ("[{port: http, protocol: SCTP}]", named_port("SCTP", "http")),
        ("[{}]", every_port_of("TCP")),
        ("[~]", every_port_of("TCP")),
        ("[{protocol: UDP}]", every_port_of("UDP")),
        ("[{port: 53}, {port: 53, protocol: UDP}]", union_of([port_range("TCP", 53, 53), port_range("UDP", 53, 53)])),
    ],
)
def test_ports(items, expected):
    found = ports(items)
    assert found.ports == expected
    assert not found.has_unknown_ports


@pytest.mark.parametrize(
    "item",
    [
        "{port: $PORT}",
        "{port: 80, endPort: $LAST}",
        "{port: true}",
        "{port: '80'}",
        "{endPort: 90}",
        "{port: http, endPort: 90}",
        "{port: 80, protocol: $PROTOCOL}",
        "{port: 80, protocol: ICMP}",
        "http",
    ],
)
def test_ports_that_cannot_be_read_are_unknown(item):
    found = ports(f"[{item}, {{port: 1}}]")
    assert found.ports == port_range("TCP", 1, 1)
    assert found.has_unknown_ports
    assert facts(f"{{ingress: [{{ports: [{item}]}}]}}").unknown


def test_peers():
    (rule,) = facts(
        "{egress: [{to: [{podSelector: {}}, {namespaceSelector: {matchLabels: {team: a}}, podSelector: },"
        "{namespaceSelector: {}, podSelector: {matchLabels: {app: db}}},"
        "{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]}"
    ).egress
    assert rule.peers is not None
    own, team, db, block = rule.peers
    assert (own.pods, own.namespaces) == (EVERYTHING, None)
    assert (team.pods, str(team.namespaces)) == (None, "team=a")
    assert (str(db.pods), db.namespaces) == ("app=db", EVERYTHING)
    assert block.addresses == address_set("10.0.0.0/8", ("10.1.0.0/16",))
    assert [peer.index for peer in rule.peers] == [0, 1, 2, 3]
    assert not any(peer.is_unknown for peer in rule.peers)
    assert not rule.has_unknown_peers


@pytest.mark.parametrize(
    "peer",
    [
        "{}",
        "{ipBlock: {cidr: $CIDR}}",
        "{ipBlock: {cidr: 10.0.0.0}}",
        "{ipBlock: {cidr: 10.0.0.0/8, except: [x.x.x.x/16]}}",
        "{ipBlock: {cidr: 10.0.0.0/8, except: 10.1.0.0/16}}",
        "{ipBlock: {}}",
        "{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}",
        "{podSelector: {}, ports: []}",
        "{podSelector: $SELECTOR}",
    ],
)
def test_peers_that_cannot_be_read_are_unknown(peer):
    (rule,) = facts(f"{{ingress: [{{from: [{peer}]}}]}}").ingress
    assert rule.peers is not None
    assert rule.peers[0].is_unknown
    assert rule.peers[0].addresses is None or rule.peers[0].pods is not None


def test_indexes_count_items_of_a_wrong_shape():
    found = facts("{ingress: [nonsense, {from: [oops, {podSelector: {}}]}]}")
    rule, hidden = found.ingress
    assert rule.index == 1
    assert rule.peers is not None
    assert [peer.index for peer in rule.peers] == [1]
    assert rule.has_unknown_peers
    assert hidden.has_unknown_ports
    assert (hidden.peers, hidden.ports) == ((), NO_PORTS)


@pytest.mark.parametrize("rules", ["$RULES", "{from: []}", "oops"])
def test_rules_of_a_wrong_shape_are_unknown(rules):
    found = facts(f"{{policyTypes: [Ingress], ingress: {rules}}}")
    assert [rule.has_unknown_peers for rule in found.ingress] == [True]
    assert found.unknown


def test_namespaces():
    assert facts("", "{name: p}").namespace is None
    assert facts("", "{name: p}", default_namespace="shop").namespace == "shop"
    assert facts("", "{name: p, namespace: ''}", default_namespace="shop").namespace == "shop"
    assert facts("", "{name: p, namespace: x}", default_namespace="shop").namespace == "x"
    hidden = facts("", "{name: p, namespace: $NS}", default_namespace="shop")
    assert hidden.namespace is None
    assert hidden.is_namespace_unknown
    assert hidden.unknown


def test_unknown_types():
    assert facts("{policyTypes: [Ingress, $TYPE]}").has_unknown_types
    assert facts("{policyTypes: $TYPES}").has_unknown_types
    assert facts("{egress: $RULES}").has_unknown_types
    assert not facts("{policyTypes: [Egress], egress: $RULES}").has_unknown_types
    assert facts("$SPEC").pod_selector == UNKNOWN_SELECTOR


def test_hidden_lines_make_everything_uncertain():
    found = facts("{podSelector: {matchLabels: {app: web}}}", is_partial=True)
    assert found.pod_selector.is_partial
    assert str(found.pod_selector) == "app=web"
    assert found.unknown
    assert facts("", is_partial=True).pod_selector == UNKNOWN_SELECTOR
