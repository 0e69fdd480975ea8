"""NP217 dns-one-protocol."""

import pytest

from netpol_lsp.text.edits import Applicability, apply_edits
from tests.builders import policy_text

KUBE_SYSTEM = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}"
OPENSHIFT = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: openshift-dns}}"


def policy(egress: str, selector: str = "{}", name: str = "web", types: str = "Egress") -> str:
    return policy_text(f"  podSelector: {selector}\n  policyTypes: [{types}]\n  egress: {egress}\n", name)


def dns(ports: str, peer: str = KUBE_SYSTEM) -> str:
    return f"[{{to: [{{{peer}}}], ports: [{ports}]}}]"


@pytest.mark.parametrize(
    ("ports", "message", "port"),
    [
        ("{port: 53, protocol: UDP}", "DNS is allowed over UDP only: long answers come over TCP", "53"),
        ("{port: 53, protocol: TCP}", "DNS is allowed over TCP only: questions are asked over UDP first", "53"),
        ("{port: dns, protocol: UDP}", "DNS is allowed over UDP only: long answers come over TCP", "dns"),
        ("{port: 443}, {port: 53, protocol: UDP}", "DNS is allowed over UDP only: long answers come over TCP", "53"),
        (
            "{port: 53, protocol: UDP}, {port: 5353, protocol: UDP}",
            "DNS is allowed over UDP only: long answers come over TCP",
            "53",
        ),
    ],
)
def test_message(find, ports, message, port):
    text = policy(dns(ports))
    (found,) = find("NP217", text)
    assert found.message == message
    assert text[found.span.start : found.span.end] == port
    assert [fix.applicability for fix in found.fixes] == [Applicability.UNSAFE]
    assert find("NP216", text) == []


@pytest.mark.parametrize(
    "egress",
    [
        dns("{port: 53, protocol: UDP}, {port: 53, protocol: TCP}"),
        dns("{port: 53, protocol: UDP}, {port: 53}"),
        dns("{port: 53, protocol: UDP}, {protocol: TCP}"),
        dns("{port: 53, protocol: UDP}, {port: 1, endPort: 1024}"),
        dns("{port: dns, protocol: UDP}, {port: dns-tcp, protocol: TCP}"),
        f"[{{to: [{{{KUBE_SYSTEM}}}], ports: [{{port: 53, protocol: UDP}}]}}, {{ports: [{{port: 53}}]}}]",
        # Multicast DNS, and a port that only looks like it.
        "[{to: [{ipBlock: {cidr: 224.0.0.251/32}}], ports: [{port: 5353, protocol: UDP}]}]",
        "[{to: [{podSelector: {}}], ports: [{port: 5353, protocol: UDP}]}]",
        "[{to: [{podSelector: {}}], ports: [{port: dns, protocol: UDP}]}]",
        # Ports that are not listed are open or closed for both.
        "[{}]",
        "[]",
        dns("{port: 50, endPort: 60, protocol: UDP}"),
        # Perhaps open elsewhere.
        f"[{{to: [{{{KUBE_SYSTEM}}}], ports: [{{port: 53, protocol: UDP}}]}}, {{to: [{{ipBlock: {{cidr: $DNS}}}}]}}]",
        dns("{port: 53, protocol: $PROTOCOL}"),
        dns("{port: 53, protocol: UDP}, $PORT"),
        # NP224's.
        dns("{port: 53}"),
    ],
)
def test_silent(find, egress):
    assert find("NP217", policy(egress)) == []


def test_egress_must_be_isolated(find):
    assert find("NP217", policy(dns("{port: 53, protocol: UDP}"), types="Ingress")) == []
    assert find("NP217", policy(dns("{port: 53, protocol: UDP}"), types="$TYPE")) == []


def test_a_resolver_of_ones_own(find):
    for peer in ("ipBlock: {cidr: 8.8.8.8/32}", "podSelector: {matchLabels: {app: resolver}}"):
        assert len(find("NP217", policy(dns("{port: 53, protocol: UDP}", peer)))) == 1


def test_the_other_protocol_may_be_in_another_policy(find):
    udp, tcp = policy(dns("{port: 53, protocol: UDP}")), policy(dns("{port: 53, protocol: TCP}"), name="tcp")
    assert find("NP217", f"{udp}---\n{tcp}") == []
    other = policy(dns("{port: 53, protocol: TCP}"), "{matchLabels: {app: db}}", "tcp")
    web = policy(dns("{port: 53, protocol: UDP}"), "{matchLabels: {app: web}}")
    assert [found.object.name for found in find("NP217", f"{web}---\n{other}")] == ["web", "tcp"]


def test_openshift(find):
    text = policy(dns("{port: 5353, protocol: UDP}", OPENSHIFT))
    (found,) = find("NP217", text)
    (fix,) = found.fixes
    assert fix.title == "Allow TCP 5353, too"
    assert "{port: 5353, protocol: UDP}, {protocol: TCP, port: 5353}" in apply_edits(text, fix.edits)


def test_a_port_from_the_settings(find):
    text = policy(dns("{port: 1053, protocol: UDP}"))
    assert find("NP217", text) == []
    assert len(find("NP217", text, dns_ports=(1053,))) == 1


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_fix_in_block_style(mend, newline):
    before = policy("X").replace(
        "egress: X\n",
        "egress:\n  - ports:\n    - port: 53  # DNS\n      protocol: UDP\n    to:\n    - namespaceSelector: {}\n",
    )
    after = before.replace("protocol: UDP\n", "protocol: UDP\n    - protocol: TCP\n      port: 53\n")
    assert mend("NP217", before.replace("\n", newline)) == after.replace("\n", newline)


def test_the_fix_of_a_named_port(mend):
    before = policy(dns("{port: dns, protocol: UDP}"))
    assert "{port: dns, protocol: UDP}, {protocol: TCP, port: dns-tcp}" in mend("NP217", before)


def test_ports_behind_an_alias_have_no_fix(find):
    text = policy(f"[{{to: [{{{KUBE_SYSTEM}}}], ports: &p [{{port: 53, protocol: UDP}}]}}, {{ports: *p}}]")
    assert [bool(found.fixes) for found in find("NP217", text)] == [True, False]


def test_the_dns_pods_ask_elsewhere(find):
    text = policy(dns("{port: 53, protocol: UDP}", "ipBlock: {cidr: 8.8.8.8/32}"), "{matchLabels: {k8s-app: kube-dns}}")
    assert find("NP217", text.replace("shop", "kube-system")) == []
