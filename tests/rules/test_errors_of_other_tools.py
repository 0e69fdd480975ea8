"""Wrong results found in other tools, which must not become ours."""

import pytest

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.engine import lint_text
from tests.builders import policy_text


def policy(name: str, spec: str, namespace: str = "shop") -> str:
    return policy_text(spec, name, namespace)


DENY = policy("default-deny", "  podSelector: {}\n  policyTypes: [Ingress, Egress]\n")
DNS_RULE = (
    "  egress:\n  - to:\n    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}\n"
    "      podSelector: {matchLabels: {k8s-app: kube-dns}}\n"
    "    ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]\n"
)
ALLOW_DNS = policy("allow-dns", "  podSelector: {}\n  policyTypes: [Egress]\n" + DNS_RULE)


def codes(text: str, level: Severity = Severity.WARNING) -> list[str]:
    return [d.code for d in lint_text(text).diagnostics if d.severity.at_least(level)]


def test_dns_to_kube_dns_is_dns() -> None:
    """Asked about 8.8.8.8 only, another tool calls this blocked."""
    assert codes(ALLOW_DNS) == []


@pytest.mark.parametrize("order", [[DENY, ALLOW_DNS], [ALLOW_DNS, DENY]])
def test_default_deny_beside_allow_dns(order: list[str]) -> None:
    assert codes("---\n".join(order)) == []


def test_a_gap_is_said_once_for_the_broadest_policy() -> None:
    rule = "  policyTypes: [Egress]\n  egress:\n  - to: [{podSelector: {matchLabels: {app: db}}}]\n    ports: [{protocol: TCP, port: 5432}]\n"
    web = policy("web", "  podSelector: {matchLabels: {app: web}}\n" + rule)
    api = policy("api", "  podSelector: {matchLabels: {app: api}}\n" + rule)
    report = lint_text("---\n".join([web, DENY, api]))
    assert [d.object.name for d in report.diagnostics if d.code == "NP216" and d.object] == ["default-deny"]


def test_allow_dns_in_another_namespace_does_not_help() -> None:
    elsewhere = ALLOW_DNS.replace("namespace: shop", "namespace: other")
    to_db = ALLOW_DNS.replace("name: allow-dns", "name: web").replace("53", "5432")
    assert "NP216" in codes("---\n".join([DENY, to_db, elsewhere]))


def test_allow_dns_for_other_pods_does_not_help() -> None:
    other = ALLOW_DNS.replace("podSelector: {}", "podSelector: {matchLabels: {app: web}}", 1)
    narrow = ALLOW_DNS.replace("podSelector: {}", "podSelector: {matchLabels: {app: db}}", 1).replace("53", "5432")
    narrow = narrow.replace("name: allow-dns", "name: db")
    assert codes("---\n".join([narrow, other])) == ["NP216"]


def test_except_is_checked_for_containment() -> None:
    spec = "  podSelector: {}\n  ingress:\n  - from: [{ipBlock: {cidr: 10.0.0.0/8, except: [192.168.0.0/16]}}]\n"
    assert "NP113" in codes(policy("web", spec))


def test_a_default_deny_is_no_empty_policy() -> None:
    text = policy("default-deny", "  podSelector: {}\n  policyTypes: [Ingress]\n")
    assert codes(text, Severity.INFO) == []


def test_an_external_ip_block_is_fine() -> None:
    rule = "  policyTypes: [Ingress]\n  ingress:\n  - from: [{ipBlock: {cidr: 203.0.113.0/24}}]\n"
    spec = "  podSelector: {matchLabels: {app: web}}\n" + rule + "    ports: [{protocol: TCP, port: 443}]\n"
    assert codes(policy("web", spec), Severity.INFO) == []


def test_misspelt_policy_type_key_is_seen() -> None:
    assert "NP101" in codes(policy("web", "  podSelector: {}\n  policyType: [Ingress]\n"))


def test_any_pod_selector_key_does_not_pass() -> None:
    assert "NP101" in codes(policy("web", "  podSelector: {app: web}\n"))


def test_the_label_name_of_kube_system_is_not_taken_to_exist() -> None:
    text = policy("allow-dns", "  podSelector: {}\n  policyTypes: [Egress]\n" + DNS_RULE).replace(
        "kubernetes.io/metadata.name: kube-system", "name: kube-system"
    )
    assert "NP226" in codes(text)
