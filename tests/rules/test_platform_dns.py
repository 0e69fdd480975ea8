"""NP216 and NP217 follow the platform: where DNS is, and what reaches it."""

import pytest

from netpol_lsp.config.config import Config, FileConfig, Layer, Setting
from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.text.edits import apply_edits

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - to:
        - podSelector: {}
      ports:
        - port: 5432
"""
PORTS = "ports: [{protocol: UDP, port: %s}, {protocol: TCP, port: %s}]"
KUBE_DNS = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}"
OPENSHIFT_DNS = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: openshift-dns}}"


def config(**said: object) -> FileConfig:
    settings = {key.replace("__", ".").replace("_", "-"): Setting(value) for key, value in said.items()}
    return Config([Layer(settings)]).for_file()


def found(text: str, settings: FileConfig, code: str = "NP216") -> list[Diagnostic]:
    return [d for d in lint_text(text, config=settings).diagnostics if d.code == code]


def with_dns(peer: str | None, port: int = 53) -> str:
    to = f"to: [{{{peer}}}], " if peer else ""
    return POLICY + f"    - {{{to}{PORTS % (port, port)}}}\n"


@pytest.mark.parametrize(
    ("settings", "peer", "port", "is_reached"),
    [
        ({}, KUBE_DNS, 53, True),
        ({"platform": "eks"}, KUBE_DNS, 53, True),
        ({"platform": "eks-auto"}, KUBE_DNS, 53, False),
        ({"platform": "eks-auto"}, "namespaceSelector: {}", 53, False),
        ({"platform": "eks-auto"}, None, 53, True),
        ({"platform": "eks-auto"}, "ipBlock: {cidr: 172.20.0.10/32}", 53, True),
        ({"platform": "eks-auto"}, "ipBlock: {cidr: 0.0.0.0/0}", 53, True),
        ({"platform": "eks-auto", "dns__on_node": False}, KUBE_DNS, 53, True),
        ({"platform": "openshift"}, KUBE_DNS, 53, False),
        ({"platform": "openshift"}, OPENSHIFT_DNS, 53, False),  # the port of the Service, which policies do not see
        ({"platform": "openshift"}, OPENSHIFT_DNS, 5353, True),
        ({"platform": "k3s"}, KUBE_DNS, 53, True),
        ({"platform": "eks", "dns__node_local_address": "169.254.20.10"}, KUBE_DNS, 53, False),
        (
            {"platform": "eks", "dns__node_local_address": "169.254.20.10"},
            "ipBlock: {cidr: 169.254.20.10/32}",
            53,
            True,
        ),
    ],
)
def test_what_reaches_dns(settings: dict[str, object], peer: str | None, port: int, is_reached: bool) -> None:
    assert (found(with_dns(peer, port), config(**settings)) == []) is is_reached


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({}, ["kube-system", "k8s-app: kube-dns", "port: 53"]),
        ({"platform": "gke"}, ["kube-system", "k8s-app: kube-dns", "port: 53"]),
        (
            {"platform": "openshift"},
            ["openshift-dns", "dns.operator.openshift.io/daemonset-dns: default", "port: 5353"],
        ),
        (
            {"platform": "eks", "dns__node_local_address": "169.254.20.10"},
            ["k8s-app: kube-dns", "cidr: 169.254.20.10/32"],
        ),
        ({"platform": "eks-auto", "service_cidrs": ("172.20.0.0/16",)}, ["cidr: 172.20.0.10/32", "port: 53"]),
        (
            {"dns__namespace": "dns", "dns__labels": ("app=unbound",)},
            ["kubernetes.io/metadata.name: dns", "app: unbound"],
        ),
    ],
)
def test_the_fix_allows_dns_where_it_is(settings: dict[str, object], rule: list[str]) -> None:
    (finding,) = found(POLICY, config(**settings))
    fixed = apply_edits(POLICY, finding.fixes[0].edits)
    added = fixed.replace(POLICY, "")
    assert all(part in added for part in rule), added
    assert found(fixed, config(**settings)) == []
    assert found(fixed, config(**settings), "NP217") == []


def test_where_the_address_is_not_known_the_fix_opens_the_ports() -> None:
    (finding,) = found(POLICY, config(platform="eks-auto"))
    assert "the cluster's DNS, a service of the node" in finding.message
    fixed = apply_edits(POLICY, finding.fixes[0].edits)
    added = " ".join(fixed.removeprefix(POLICY).split())
    assert added == "- ports: - protocol: UDP port: 53 - protocol: TCP port: 53"
    assert found(fixed, config(platform="eks-auto")) == []


@pytest.mark.parametrize(("cni", "is_reached"), [(None, True), ("calico", True), ("cilium", False), ("gke-dpv2", True)])
def test_every_address_is_not_every_pod_on_some_plugins(cni: str | None, is_reached: bool) -> None:
    text = POLICY.replace(
        "        - podSelector: {}\n      ports:\n        - port: 5432\n", "        - ipBlock: {cidr: 0.0.0.0/0}\n"
    )
    settings = config(cni=cni) if cni else config()
    assert (found(text, settings) == []) is is_reached


def test_a_range_of_services_alone_does_not_say_where_pods_are() -> None:
    text = POLICY.replace(
        "        - podSelector: {}\n      ports:\n        - port: 5432\n", "        - ipBlock: {cidr: 192.168.0.0/16}\n"
    )
    for platform in ("eks", "k3s", "openshift"):
        assert found(text, config(platform=platform)) == []
