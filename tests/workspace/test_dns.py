"""Whether DNS is left open: the cases that people get right and wrong."""

from __future__ import annotations

import pytest

from netpol_lsp.kube.objects import objects_of
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.policies.networkpolicy.semantics_reader import semantics_of
from netpol_lsp.workspace.dns import DnsSetup, names_dns_ports, policy_allows_dns, selects_dns_pods
from netpol_lsp.workspace.dns_coverage import is_dns_denied
from netpol_lsp.workspace.snapshot import EMPTY, LocatedPolicy, WorkspaceSnapshot
from netpol_lsp.workspace.ternary import Ternary
from netpol_lsp.yaml.documents import parse_document

KUBE_SYSTEM = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}"
KUBE_DNS = "podSelector: {matchLabels: {k8s-app: kube-dns}}"
PORT_53 = "ports: [{port: 53, protocol: UDP}]"


def policy(egress: str, selector: str = "{}", name: str = "p", namespace: str = "shop") -> LocatedPolicy:
    spec = f"{{podSelector: {selector}, policyTypes: [Egress], egress: {egress}}}"
    text = f"kind: NetworkPolicy\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {spec}\n"
    root = parse_document(text).root
    return LocatedPolicy(semantics_of(NetworkPolicy(next(iter(objects_of(root))))), "file:///p.yaml")


PLAIN = DnsSetup()


def allows(located: LocatedPolicy, setup: DnsSetup = PLAIN, protocol: str = "UDP") -> Ternary:
    return policy_allows_dns(located.policy, setup, protocol)


@pytest.mark.parametrize(
    ("egress", "answer"),
    [
        ("[]", Ternary.NO),
        ("[{}]", Ternary.YES),
        (f"[{{{PORT_53}}}]", Ternary.YES),
        ("[{ports: [{port: 53}]}]", Ternary.NO),
        ("[{ports: [{protocol: UDP}]}]", Ternary.YES),
        ("[{ports: [{port: 50, endPort: 60, protocol: UDP}]}]", Ternary.YES),
        (f"[{{to: [{{{KUBE_SYSTEM}, {KUBE_DNS}}}], {PORT_53}}}]", Ternary.YES),
        (f"[{{to: [{{{KUBE_SYSTEM}, {KUBE_DNS}}}], ports: [{{port: dns, protocol: UDP}}]}}]", Ternary.YES),
        (f"[{{to: [{{{KUBE_SYSTEM}}}], {PORT_53}}}]", Ternary.YES),
        (f"[{{to: [{{namespaceSelector: {{}}}}], {PORT_53}}}]", Ternary.YES),
        (
            f"[{{to: [{{namespaceSelector: {{}}, podSelector: {{matchLabels: {{k8s-app: coredns}}}}}}], {PORT_53}}}]",
            Ternary.YES,
        ),
        (
            f"[{{to: [{{namespaceSelector: {{matchLabels: {{name: kube-system}}}}, {KUBE_DNS}}}], {PORT_53}}}]",
            Ternary.UNKNOWN,
        ),
        (f"[{{to: [{{{KUBE_SYSTEM}, podSelector: {{matchLabels: {{app: dns}}}}}}], {PORT_53}}}]", Ternary.UNKNOWN),
        # The namespaceSelector was forgotten: these pods are in another namespace.
        (f"[{{to: [{{{KUBE_DNS}}}], {PORT_53}}}]", Ternary.NO),
        (f"[{{to: [{{podSelector: {{}}}}], {PORT_53}}}]", Ternary.NO),
        ("[{to: [{podSelector: {}}]}]", Ternary.NO),
        # A resolver of one's own.
        (f"[{{to: [{{podSelector: {{matchLabels: {{app: my-dns}}}}}}], {PORT_53}}}]", Ternary.UNKNOWN),
        (f"[{{to: [{{ipBlock: {{cidr: 8.8.8.8/32}}}}], {PORT_53}}}]", Ternary.UNKNOWN),
        (f"[{{to: [{{ipBlock: {{cidr: 169.254.20.10/32}}}}], {PORT_53}}}]", Ternary.UNKNOWN),
        ("[{to: [{namespaceSelector: {}}], ports: [{port: 5353, protocol: UDP}]}]", Ternary.YES),
        (f"[{{to: [{{{KUBE_SYSTEM}}}], ports: [{{port: 5353, protocol: UDP}}]}}]", Ternary.UNKNOWN),
        # Whether an ipBlock means pods is up to the CNI.
        ("[{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]", Ternary.UNKNOWN),
        ("[{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]", Ternary.UNKNOWN),
        ("[{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16]}}]}]", Ternary.NO),
        ("[{to: [{ipBlock: {cidr: 203.0.113.0/24}}]}]", Ternary.NO),
        ("[{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 443}]}]", Ternary.NO),
        ("[{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 5432}]}]", Ternary.NO),
        ("[{to: [{ipBlock: {cidr: $DNS}}]}]", Ternary.UNKNOWN),
        ("$RULES", Ternary.UNKNOWN),
    ],
)
def test_one_policy(egress, answer):
    assert allows(policy(egress)) is answer


def test_inside_kube_system_no_namespace_selector_is_needed():
    assert allows(policy(f"[{{to: [{{{KUBE_DNS}}}]}}]", namespace="kube-system")) is Ternary.YES
    assert allows(policy(f"[{{to: [{{{KUBE_DNS}}}]}}]", namespace="")) is Ternary.NO
    assert allows(policy(f"[{{to: [{{{KUBE_DNS}}}]}}]", namespace="$NS")) is Ternary.NO


def test_openshift_listens_on_another_port():
    namespace = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: openshift-dns}}"
    assert allows(policy(f"[{{to: [{{{namespace}}}], ports: [{{port: 5353, protocol: UDP}}]}}]")) is Ternary.YES
    assert allows(policy(f"[{{to: [{{{namespace}}}], ports: [{{port: 80, protocol: UDP}}]}}]")) is Ternary.NO


def test_the_configuration_may_say_more():
    local = policy("[{to: [{ipBlock: {cidr: 169.254.20.10/32}}], ports: [{port: 53, protocol: UDP}]}]")
    assert allows(local, DnsSetup(node_local="169.254.20.10")) is Ternary.YES
    assert allows(local, DnsSetup(node_local="nonsense")) is Ternary.UNKNOWN
    other_port = policy(f"[{{to: [{{{KUBE_SYSTEM}}}], ports: [{{port: 1053, protocol: UDP}}]}}]")
    assert allows(other_port) is Ternary.NO
    assert allows(other_port, DnsSetup(ports=(53, 1053))) is Ternary.YES
    private = policy("[{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]")
    assert allows(private, DnsSetup(cluster_cidrs=("100.64.0.0/10",))) is Ternary.NO
    assert allows(private, DnsSetup(cluster_cidrs=("10.8.0.0/16", "nonsense"))) is Ternary.UNKNOWN


def test_protocols_are_apart():
    udp = policy(f"[{{{PORT_53}}}]")
    assert allows(udp, protocol="TCP") is Ternary.NO
    both = policy("[{ports: [{port: 53, protocol: UDP}, {port: 53}]}]")
    assert allows(both, protocol="TCP") is Ternary.YES


def test_a_separate_allow_dns_policy_counts():
    deny, dns = policy("[]", name="deny"), policy(f"[{{{PORT_53}}}]", name="dns")
    web = policy("[]", selector="{matchLabels: {app: web}}", name="web")
    view = WorkspaceSnapshot.of([deny, dns, web])
    assert not is_dns_denied(view, deny, DnsSetup(), "UDP")
    assert is_dns_denied(view, deny, DnsSetup(), "TCP")
    assert not is_dns_denied(view, web, DnsSetup(), "UDP", "TCP")
    assert is_dns_denied(WorkspaceSnapshot.of([deny, web]), web, DnsSetup(), "UDP", "TCP")
    assert is_dns_denied(EMPTY, deny, DnsSetup(), "UDP", "TCP")


def test_nodelocal_dnscache_is_asked_instead_of_the_pods():
    setup = DnsSetup(node_local="169.254.20.10")
    assert allows(policy(f"[{{to: [{{{KUBE_SYSTEM}, {KUBE_DNS}}}], {PORT_53}}}]"), setup) is Ternary.NO
    assert allows(policy(f"[{{to: [{{namespaceSelector: {{}}}}], {PORT_53}}}]"), setup) is Ternary.NO
    assert allows(policy(f"[{{{PORT_53}}}]"), setup) is Ternary.YES
    assert allows(policy(f"[{{to: [{{ipBlock: {{cidr: 169.254.0.0/16}}}}], {PORT_53}}}]"), setup) is Ternary.YES
    assert allows(policy(f"[{{to: [{{ipBlock: {{cidr: 8.8.8.8/32}}}}], {PORT_53}}}]"), setup) is Ternary.UNKNOWN
    assert (
        allows(policy(f"[{{to: [{{podSelector: {{matchLabels: {{app: my}}}}}}], {PORT_53}}}]"), setup)
        is Ternary.UNKNOWN
    )
    assert (
        allows(policy(f"[{{to: [{{ipBlock: {{cidr: 'fd00::a/128'}}}}], {PORT_53}}}]"), DnsSetup(node_local="fd00::a"))
        is Ternary.YES
    )


@pytest.mark.parametrize(
    ("selector", "namespace", "expected"),
    [
        ("{matchLabels: {k8s-app: kube-dns}}", "kube-system", True),
        ("{matchLabels: {k8s-app: coredns, tier: x}}", "", True),
        ("{matchExpressions: [{key: k8s-app, operator: In, values: [kube-dns]}]}", "kube-system", True),
        ("{matchLabels: {dns.operator.openshift.io/daemonset-dns: default}}", "openshift-dns", True),
        ("{matchLabels: {k8s-app: kube-dns}}", "shop", False),
        ("{}", "kube-system", False),
        ("{matchExpressions: [{key: k8s-app, operator: In, values: [kube-dns, other]}]}", "kube-system", False),
    ],
)
def test_the_dns_pods_themselves(selector, namespace, expected):
    assert selects_dns_pods(policy("[]", selector, namespace=namespace).policy) is expected


@pytest.mark.parametrize(
    ("ports", "protocol", "expected"),
    [
        ("[{port: 53, protocol: UDP}]", "UDP", True),
        ("[{port: 53, protocol: UDP}]", "TCP", False),
        ("[{port: 53}, {port: 5353, protocol: UDP}]", "UDP", True),
        ("[{port: 53, protocol: UDP}, {port: 443}]", "UDP", False),
        ("[{port: dns, protocol: UDP}]", "UDP", True),
        ("[{port: http, protocol: UDP}]", "UDP", False),
        ("[{protocol: UDP}]", "UDP", False),
        ("[]", "UDP", False),
    ],
)
def test_rules_made_for_dns(ports, protocol, expected):
    rule = policy(f"[{{ports: {ports}}}]").policy.egress[0]
    assert names_dns_ports(rule, DnsSetup(), protocol) is expected
