"""Whole policies and parts of policies to start from, as values that are rendered in the document's style.

`${1:text}` marks a place for the user to fill in; plain clients get the text alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from netpol_lsp.lint.dns import DNS_RULE
from netpol_lsp.policies.kinds import API_VERSION, NETWORK_POLICY

KUBE_DNS = DNS_RULE["to"][0]

_PLACE = re.compile(r"\$\{\d+:([^}]*)\}|\$\d+")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A whole policy: `name` to type, `summary` in a few words, `doc` on what it does, `value` as plain data."""

    name: str
    summary: str
    doc: str
    value: dict[str, Any]


def _policy(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": "${1:" + name + "}", "namespace": "${2:default}"}
    return {"apiVersion": API_VERSION, "kind": NETWORK_POLICY, "metadata": metadata, "spec": spec}


_APP = {"matchLabels": {"${3:app}": "${4:web}"}}

POLICIES = (
    Snippet(
        "deny-all",
        "nothing in, nothing out",
        "Isolates every pod of the namespace: nothing may come in or go out, not even DNS, until other policies allow it.",
        _policy("deny-all", {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}),
    ),
    Snippet(
        "deny-ingress",
        "nothing in",
        "Every pod of the namespace accepts no connection until other policies allow it.",
        _policy("deny-ingress", {"podSelector": {}, "policyTypes": ["Ingress"]}),
    ),
    Snippet(
        "deny-egress",
        "nothing out",
        "Every pod of the namespace may not connect to anything, not even to DNS, until other policies allow it.",
        _policy("deny-egress", {"podSelector": {}, "policyTypes": ["Egress"]}),
    ),
    Snippet(
        "allow-dns",
        "DNS for every pod",
        "Every pod of the namespace may ask the cluster's DNS. It isolates egress, so other connections need policies of their own.",
        _policy("allow-dns", {"podSelector": {}, "policyTypes": ["Egress"], "egress": [DNS_RULE]}),
    ),
    Snippet(
        "allow-same-namespace",
        "from pods of the same namespace",
        "Every pod of the namespace accepts connections from the other pods of the namespace, and from no one else.",
        _policy(
            "allow-same-namespace",
            {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {}}]}]},
        ),
    ),
    Snippet(
        "allow-from-namespace",
        "from another namespace",
        "The selected pods accept connections from all pods of one other namespace.",
        _policy(
            "allow-from-namespace",
            {
                "podSelector": _APP,
                "policyTypes": ["Ingress"],
                "ingress": [
                    {"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "${5:other}"}}}]}
                ],
            },
        ),
    ),
    Snippet(
        "allow-from-pods",
        "from certain pods on a port",
        "The selected pods accept connections on one port from certain pods of the same namespace.",
        _policy(
            "allow-from-pods",
            {
                "podSelector": _APP,
                "policyTypes": ["Ingress"],
                "ingress": [
                    {
                        "from": [{"podSelector": {"matchLabels": {"${5:app}": "${6:client}"}}}],
                        "ports": [{"protocol": "TCP", "port": "${7:8080}"}],
                    }
                ],
            },
        ),
    ),
    Snippet(
        "allow-all-ingress",
        "everything in",
        "The selected pods accept every connection, whatever other policies say.",
        _policy("allow-all-ingress", {"podSelector": _APP, "policyTypes": ["Ingress"], "ingress": [{}]}),
    ),
    Snippet(
        "allow-all-egress",
        "everything out",
        "The selected pods may connect to everything, whatever other policies say.",
        _policy("allow-all-egress", {"podSelector": _APP, "policyTypes": ["Egress"], "egress": [{}]}),
    ),
    Snippet(
        "allow-to-internet",
        "out to addresses outside the cluster, and DNS",
        "The selected pods may connect to public IPv4 addresses and ask DNS; private ranges and the cloud's metadata service stay closed.",
        _policy(
            "allow-to-internet",
            {
                "podSelector": _APP,
                "policyTypes": ["Egress"],
                "egress": [
                    DNS_RULE,
                    {
                        "to": [
                            {
                                "ipBlock": {
                                    "cidr": "0.0.0.0/0",
                                    "except": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"],
                                }
                            }
                        ]
                    },
                ],
            },
        ),
    ),
)

Part = tuple[str, str, Any]
"""An item of a list: name, summary, value."""

_PEERS: tuple[Part, ...] = (
    ("podSelector", "pods of this namespace", {"podSelector": {"matchLabels": {"${1:app}": "${2:web}"}}}),
    (
        "namespaceSelector",
        "all pods of a namespace",
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "${1:default}"}}},
    ),
    (
        "namespaceSelector AND podSelector",
        "certain pods of a namespace",
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "${1:default}"}},
            "podSelector": {"matchLabels": {"${2:app}": "${3:web}"}},
        },
    ),
    ("ipBlock", "addresses outside the cluster", {"ipBlock": {"cidr": "${1:192.0.2.0/24}"}}),
)

PARTS: dict[str, tuple[Part, ...]] = {
    "from": _PEERS,
    "to": (*_PEERS, ("kube-dns", "the cluster's DNS pods", KUBE_DNS)),
    "ports": (
        ("port", "one port", {"protocol": "${1:TCP}", "port": "${2:80}"}),
        ("port range", "a range of ports", {"protocol": "${1:TCP}", "port": "${2:8000}", "endPort": "${3:8080}"}),
    ),
    "egress": (("allow DNS", "the cluster's DNS on port 53", DNS_RULE),),
    "matchExpressions": (
        ("In", "the label has one of the values", {"key": "${1:app}", "operator": "In", "values": ["${2:web}"]}),
        ("NotIn", "the label has none of the values", {"key": "${1:app}", "operator": "NotIn", "values": ["${2:web}"]}),
        ("Exists", "the label is there", {"key": "${1:app}", "operator": "Exists"}),
        ("DoesNotExist", "the label is missing", {"key": "${1:app}", "operator": "DoesNotExist"}),
    ),
}
"""Items for the lists of a policy, by the list's field."""


def plain(text: str) -> str:
    """A snippet's text for a client without snippets: each place has its example."""
    return _PLACE.sub(lambda match: match.group(1) or "", text).replace("\\$", "$").replace("\\}", "}")
