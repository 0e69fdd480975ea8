"""What the network plugin makes of the field under the pointer."""

import pytest

from netpol_lsp.capabilities.profiles import capabilities_of
from netpol_lsp.ide.plugin_hover import plugin_facts
from netpol_lsp.kube.objects import objects_of
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.yaml.documents import parse_document
from netpol_lsp.yaml.paths import lookup

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress:
    - from: [{ipBlock: {cidr: 203.0.113.0/24}}]
      ports: [{port: http}, {port: 8000, endPort: 8010}, {protocol: SCTP, port: 9}]
  egress:
    - to: [{ipBlock: {cidr: '2001:db8::/32', except: ['2001:db8:1::/48']}}]
"""
FROM, TO = ("spec", "ingress", 0, "from", 0, "ipBlock"), ("spec", "egress", 0, "to", 0, "ipBlock")
PORTS = ("spec", "ingress", 0, "ports")


def said(cni: str | None, *path: str | int) -> str:
    root = parse_document(POLICY).root
    policy = NetworkPolicy(next(objects_of(root)))
    node, _ = lookup(root, path)
    assert node is not None
    return "\n".join(plugin_facts(policy, path, node, capabilities_of(cni)))


@pytest.mark.parametrize(
    ("cni", "path", "words"),
    [
        ("calico", ("kind",), "connections that exist go on after a policy changes"),
        ("ovn-kubernetes", ("metadata", "name"), "a change of policies holds for packets of connections that exist"),
        ("kube-router", ("spec",), "a pod can talk for a moment after its start"),
        ("huawei-cce", ("kind",), "a node always reaches its pods"),
        ("flannel", ("kind",), "enforces no NetworkPolicy"),
        ("romana", ("spec", "egress", 0), "egress rules have no effect"),
        ("romana", TO, "egress rules have no effect"),
        ("cilium", (*FROM, "cidr"), "an `ipBlock` never matches pods"),
        ("weave", (*FROM, "cidr"), "the address of a node"),
        ("aws@1.19", (*TO, "cidr"), "IPv4 or IPv6, never both"),
        ("azure-npm-windows", (*TO, "except"), "`except` is not supported"),
        ("ovn-kubernetes", (*PORTS, 0, "port"), "every port of its protocol is open"),
        ("cilium@1.15", (*PORTS, 1, "endPort"), "only `port` is open"),
        ("cilium", (*PORTS, 1, "endPort"), "it depends on the version"),
        ("cilium", (*PORTS, 2, "protocol"), "`sctp.enabled: true`"),
        ("aws@1.19", PORTS, "the port of a Service must be that of the containers"),
        ("cilium", ("spec", "policyTypes"), "does not look at `policyTypes`"),
    ],
)
def test_facts_of_a_field(cni: str, path: tuple[str | int, ...], words: str) -> None:
    section = said(cni, *path)
    assert section.startswith(f"On **{capabilities_of(cni).label}**:\n\n- ")
    assert words in section
    assert "](https://" in section


@pytest.mark.parametrize(
    ("cni", "path"),
    [
        (None, ("kind",)),
        ("calico", (*PORTS, 1, "endPort")),
        ("calico", (*PORTS, 0, "port")),
        ("calico", ("spec", "policyTypes")),
        ("cilium", (*PORTS, 1, "port")),
        ("weave", (*TO, "cidr")),
        ("cilium", ("metadata",)),
        ("kube-ovn", (*FROM, "cidr")),
    ],
)
def test_nothing_is_said_where_nothing_is_special_or_known(cni: str | None, path: tuple[str | int, ...]) -> None:
    assert said(cni, *path) == ""
