"""Words in the notation of other tools: what they stand for, where NP101 and NP102 say so, and the fixes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netpol_lsp.config.config import default_file_config
from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.lint.fixer import fix_source
from netpol_lsp.lint.notations import read_notation
from netpol_lsp.lint.refusals import refusing_codes
from netpol_lsp.lint.schema import shape
from netpol_lsp.text.edits import Applicability
from netpol_lsp.text.source import make_source
from netpol_lsp.yaml.manifests import parse_manifest
from netpol_lsp.yaml.nodes import Mapping, Node
from netpol_lsp.yaml.paths import Path
from netpol_lsp.yaml.placement import shape_at

HEAD = """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  policyTypes: [Ingress]
"""
PODS = "  podSelector: {}\n"
PLACES: dict[str, Path] = {
    "podSelector": ("spec", "podSelector"),
    "namespaceSelector": ("spec", "ingress", 0, "from", 0, "namespaceSelector"),
    "matchLabels": ("spec", "podSelector", "matchLabels"),
    "matchExpressions": ("spec", "podSelector", "matchExpressions", 0),
    "ipBlock": ("spec", "egress", 0, "to", 0, "ipBlock"),
    "from": ("spec", "ingress", 0, "from", 0),
    "ports": ("spec", "ingress", 0, "ports", 0),
}


def _node(written: str) -> Node:
    root = parse_manifest(f"value: {written}\n").root
    assert isinstance(root, Mapping)
    return root.entries[0].value


@pytest.mark.parametrize(
    ("name", "written", "values", "is_certain"),
    [
        ("podSelector", "app=web", ({"matchLabels": {"app": "web"}},), True),
        ("podSelector", "app==web,tier=", ({"matchLabels": {"app": "web", "tier": ""}},), True),
        ("podSelector", '"app: web"', ({"matchLabels": {"app": "web"}},), True),
        (
            "podSelector",
            "app=web,tier in (a, b)",
            (
                {
                    "matchLabels": {"app": "web"},
                    "matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "b"]}],
                },
            ),
            True,
        ),
        (
            "podSelector",
            '"!old,app!=web,new"',
            (
                {
                    "matchExpressions": [
                        {"key": "old", "operator": "DoesNotExist"},
                        {"key": "app", "operator": "NotIn", "values": ["web"]},
                        {"key": "new", "operator": "Exists"},
                    ]
                },
            ),
            True,
        ),
        ("podSelector", '"*"', ({},), False),
        ("podSelector", "all", ({},), False),
        ("namespaceSelector", "prod", ({"matchLabels": {"kubernetes.io/metadata.name": "prod"}},), False),
        ("matchLabels", "app=web,tier=front", ({"app": "web", "tier": "front"},), True),
        ("matchLabels", "app:web", ({"app": "web"},), True),
        (
            "matchExpressions",
            "tier NotIn (a,b)",
            ({"key": "tier", "operator": "NotIn", "values": ["a", "b"]},),
            True,
        ),
        ("ipBlock", "10.0.0.0/8", ({"cidr": "10.0.0.0/8"},), True),
        ("ipBlock", "10.1.2.3", ({"cidr": "10.1.2.3/32"},), True),
        ("from", "fd00::/8", ({"ipBlock": {"cidr": "fd00::/8"}},), True),
        ("from", "app=web", ({"podSelector": {"matchLabels": {"app": "web"}}},), False),
        ("ports", "80", ({"port": 80},), True),
        ("ports", "0x50", ({"port": 80},), True),
        ("ports", "http", ({"port": "http"},), True),
        ("ports", "UDP", ({"protocol": "UDP"},), True),
        ("ports", "53/udp", ({"protocol": "UDP", "port": 53},), True),
        ("ports", '"80,443"', ({"port": 80}, {"port": 443}), True),
        ("ports", "8000-9000", ({"port": 8000, "endPort": 9000},), True),
        ("ports", '"8000:9000"', ({"port": 8000, "endPort": 9000},), False),
        ("ports", "web server", ({"port": "web"}, {"port": "server"}), False),
    ],
)
def test_words_stand_for_values(name: str, written: str, values: tuple[object, ...], is_certain: bool) -> None:
    notation = read_notation(_node(written), shape_at(shape(), PLACES[name]), name)
    assert notation is not None
    assert (notation.values, notation.is_certain) == (values, is_certain)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("podSelector", "web"),
        ("podSelector", "true"),
        ("podSelector", "the pods of the shop"),
        ("podSelector", "app=a,app=b"),
        ("podSelector", "app in (a"),
        ("podSelector", "app=a,,b=c"),
        ("namespaceSelector", "Prod_1"),
        ("matchLabels", "app in (a)"),
        ("ipBlock", "example.com"),
        ("from", "everything"),
        ("ports", "1.5"),
        ("ports", "'*'"),
        ("ports", "99999-1"),
        ("ports", "0"),
        ("ports", "99999"),
        pytest.param("ports", "9" * 5000, id="more digits than Python reads"),
    ],
)
def test_other_words_stand_for_nothing(name: str, written: str) -> None:
    assert read_notation(_node(written), shape_at(shape(), PLACES[name]), name) is None


def _errors(text: str) -> list[Diagnostic]:
    return [one for one in lint_text(text).diagnostics if one.is_refused]


def _fixed(text: str) -> str:
    config = replace(default_file_config(), enabled=refusing_codes())
    return fix_source(make_source("policy.yaml", text), config).source.text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "  podSelector: app=web  # the shop\n",
            "  podSelector:  # the shop\n    matchLabels:\n      app: web\n",
            id="selector",
        ),
        pytest.param(
            PODS + "  ingress:\n  - from:\n    # office\n    - 10.0.0.0/8  # vpn\n    - 10.9.0.1\n",
            PODS + "  ingress:\n  - from:\n    # office\n    - ipBlock:  # vpn\n        cidr: 10.0.0.0/8\n"
            "    - ipBlock:\n        cidr: 10.9.0.1/32\n",
            id="peers, their comments",
        ),
        pytest.param(
            PODS + "  ingress:\n  - from: 10.0.0.0/8\n",
            PODS + "  ingress:\n  - from:\n    - ipBlock:\n        cidr: 10.0.0.0/8\n",
            id="a peer without a list",
        ),
        pytest.param(
            PODS + "  ingress:\n  - ports:\n    - 80,443 # both\n    - 53/udp\n",
            PODS
            + "  ingress:\n  - ports:\n    - port: 80 # both\n    - port: 443\n    - protocol: UDP\n      port: 53\n",
            id="several ports",
        ),
        pytest.param(
            PODS + "  ingress:\n  - ports: [80, http]\n",
            PODS + "  ingress:\n  - ports: [{port: 80}, {port: http}]\n",
            id="brackets stay",
        ),
        pytest.param(
            PODS + "  ingress:\n  - from:\n    - podSelector: {}\n      ports:\n      - 80\n",
            PODS + "  ingress:\n  - from:\n    - podSelector: {}\n    ports:\n    - port: 80\n",
            id="moved and written out",
        ),
        pytest.param(
            PODS + "  ingress:\n  - ports:\n    - TCP: 80\n    - udp: 53 # DNS\n    - TCP: [81, 82]\n",
            PODS
            + "  ingress:\n  - ports:\n    - protocol: TCP\n      port: 80\n    - protocol: UDP # DNS\n      port: 53\n"
            "    - protocol: TCP\n      port: 81\n    - protocol: TCP\n      port: 82\n",
            id="protocols as keys",
        ),
        pytest.param(
            PODS + "  ingress:\n  - from:\n    - ipBlock:\n      - cidr: 10.0.0.0/8\n      - cidr: 11.0.0.0/8\n",
            PODS
            + "  ingress:\n  - from:\n    - ipBlock:\n        cidr: 10.0.0.0/8\n    - ipBlock:\n        cidr: 11.0.0.0/8\n",
            id="two blocks in one",
        ),
        pytest.param(
            "  podSelector:\n    matchExpressions:\n    - tier in (a, b)\n",
            "  podSelector:\n    matchExpressions:\n    - key: tier\n      operator: In\n      values: [a, b]\n",
            id="condition",
        ),
    ],
)
def test_safe_fixes_write_it_out(before: str, after: str) -> None:
    assert _errors(HEAD + before)
    assert _fixed(HEAD + before) == HEAD + after
    assert not _errors(HEAD + after)


def test_what_may_mean_something_else_is_unsafe() -> None:
    (found,) = _errors(HEAD + PODS + "  ingress:\n  - from:\n    - namespaceSelector: prod\n")
    assert [fix.applicability for fix in found.fixes] == [Applicability.UNSAFE]


def test_ports_among_peers_are_told_their_place_in_any_notation() -> None:
    (found,) = _errors(HEAD + PODS + "  ingress:\n  - from:\n    - podSelector: {}\n      ports: 80/tcp\n")
    assert "it belongs beside `from`" in found.message


def test_json_keeps_its_quotes() -> None:
    text = (
        '{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "a", "namespace": "b"}, '
        '"spec": {"podSelector": %s, "policyTypes": ["Ingress"], "ingress": [{"ports": %s}]}}\n'
    )
    assert _fixed(text % ('"app=web"', '[80, "http"]')) == text % (
        '{"matchLabels": {"app": "web"}}',
        '[{"port": 80}, {"port": "http"}]',
    )
