"""Selectors, peers and ports in words."""

import pytest

from netpol_lsp.kube.net.port_set import ALL_PORTS, NO_PORTS, every_port_of, named_port, port_range, union_of
from netpol_lsp.lint.analysis import analyse_document
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.policies.networkpolicy.prose import (
    directions_words,
    join_words,
    peer_words,
    plain,
    ports_words,
    rule_words,
    selected_words,
)
from tests.builders import HEAD


def policy(spec: str) -> NetworkPolicy:
    analysis = analyse_document(HEAD + spec)
    assert analysis is not None
    return analysis.policies[0]


@pytest.mark.parametrize(
    ("peer", "words"),
    [
        ("podSelector: {}", "every pod of the policy's own namespace `shop`"),
        ("podSelector: {matchLabels: {app: web}}", "pods with `app=web` in the policy's own namespace `shop`"),
        ("namespaceSelector: {}", "every pod of every namespace"),
        ("namespaceSelector: {matchLabels: {team: a}}", "every pod of namespaces with `team=a`"),
        (
            "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: x}}, podSelector: {matchLabels: {a: b, c: ''}}",
            'pods with `a=b` and `c=""` in namespace `x`',
        ),
        (
            "namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [p, q]}]}",
            "every pod of namespace `p` or `q`",
        ),
        (
            (
                "podSelector: {matchExpressions: [{key: a, operator: Exists}, {key: b, operator: DoesNotExist}, "
                "{key: c, operator: NotIn, values: [d, e]}]}"
            ),
            "pods with a label `a` and `c not in (d, e)`, without `b` in the policy's own namespace `shop`",
        ),
        (
            "podSelector: {matchLabels: {app: $APP}}",
            "pods with labels decided by the template in the policy's own namespace `shop`",
        ),
        ("ipBlock: {cidr: 0.0.0.0/0}", "every IPv4 address (`0.0.0.0/0`)"),
        ("ipBlock: {cidr: '::/0'}", "every IPv6 address (`::/0`)"),
        (
            "ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.0.0/16]}",
            "addresses in `10.0.0.0/8` except `10.1.0.0/16` and `10.2.0.0/16`",
        ),
        ("ipBlock: {}", "addresses that are not known"),
        ("ipBlock: null", "nobody"),
        ("ipBlock: 10.0.0.0/8", "peers that are not known"),
        ("pods: {}", "peers that are not known"),
        (
            "namespaceSelector: {matchLabels: {team: a}}, podSelector: app",
            "pods with labels that are not known in namespaces with `team=a`",
        ),
        (
            "podSelector: {matchLabels: {app: web}}, namespaceSelektor: {}",
            "pods with `app=web` in namespaces with labels that are not known",
        ),
    ],
)
def test_peer(peer: str, words: str) -> None:
    rule = policy(f"spec: {{podSelector: {{}}, ingress: [{{from: [{{{peer}}}]}}]}}").ingress[0]
    assert peer_words(rule.peers[0], "shop") == words


def test_own_namespace_without_a_name() -> None:
    rule = policy("spec: {podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}").ingress[0]
    assert peer_words(rule.peers[0], None) == "every pod of the policy's own namespace"


def test_ports() -> None:
    ports = union_of(
        [port_range("TCP", 80, 80), port_range("TCP", 8000, 8080), port_range("UDP", 53, 53), named_port("TCP", "http")]
    )
    assert ports_words(ports) == "TCP 80, TCP 8000-8080, the TCP port `http` and UDP 53"
    assert ports_words(ALL_PORTS) == "every port"
    assert ports_words(NO_PORTS) == "no port"
    assert ports_words(every_port_of("SCTP")) == "every SCTP port"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("{}", "from anyone, on every port"),
        ("{from: [{podSelector: {}}, {ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80}]}",
         "from every pod of the policy's own namespace `shop` or addresses in `10.0.0.0/8`, on TCP 80"),
        ("{ports: [{port: 80}, {port: $PORT}]}", "from anyone, on TCP 80 and ports decided by the template"),
    ],
)  # fmt: skip
def test_rule(rule: str, words: str) -> None:
    assert rule_words(policy(f"spec: {{podSelector: {{}}, ingress: [{rule}]}}").ingress[0], "shop") == words


def test_egress_to_anywhere() -> None:
    assert rule_words(policy("spec: {podSelector: {}, egress: [{}]}").egress[0], "shop") == "anywhere, on every port"


def test_selected_pods() -> None:
    assert selected_words(policy("spec: {podSelector: {}}"), "shop") == "every pod of namespace `shop`"
    assert (
        selected_words(policy("spec: {podSelector: {matchLabels: {a: b}}}"), None) == "pods with `a=b` in its namespace"
    )


def test_small_parts() -> None:
    assert [join_words([]), join_words(["a"]), join_words(["a", "b"], "or"), join_words(["a", "b", "c"])] == [
        "",
        "a",
        "a or b",
        "a, b and c",
    ]
    assert directions_words([Direction.EGRESS, Direction.INGRESS]) == "ingress and egress"
    assert plain("pods with `app=web`") == "pods with app=web"
