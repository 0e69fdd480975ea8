"""What users stumble over, continued: values, labels, addresses, DNS. The mistake gives just its finding, the twin none."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from netpol_lsp.config.config import default_file_config
from netpol_lsp.config.settings import Settings
from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.engine import lint_text

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {name}\n  namespace: shop\nspec:\n"
WEB = "  podSelector:\n    matchLabels:\n      app: web\n"
IN = WEB + "  policyTypes: [Ingress]\n  ingress:\n"
OUT = WEB + "  policyTypes: [Egress]\n  egress:\n"
GATEWAY = (
    "    - from:\n        - namespaceSelector:\n            matchLabels:\n"
    "              kubernetes.io/metadata.name: gateway\n"
)
DNS = (
    "    - to:\n        - namespaceSelector:\n            matchLabels:\n              kubernetes.io/metadata.name: kube-system\n"
    "          podSelector:\n            matchLabels:\n              k8s-app: kube-dns\n"
    "      ports:\n        - {protocol: UDP, port: 53}\n        - {protocol: TCP, port: 53}\n"
)
UDP_DNS = DNS.replace("        - {protocol: TCP, port: 53}\n", "")
TO_DB = "    - to:\n        - podSelector:\n            matchLabels:\n              app: db\n      ports:\n        - {protocol: TCP, port: 5432}\n"
TO_API = "    - to:\n        - ipBlock:\n            cidr: 203.0.113.7/32\n      ports:\n        - {protocol: TCP, port: 443}\n"


def block(cidr: str, ports: str = "      ports:\n        - {protocol: TCP, port: 443}\n") -> str:
    return f"    - to:\n        - ipBlock:\n            cidr: {cidr}\n{ports}"


@dataclass(frozen=True)
class Case:
    """`bad` and `good` stand behind the head; `code` is the one finding of `bad` at `level` or worse. `facts`: those of this rule count."""

    bad: str
    good: str
    code: str
    says: str
    level: Severity = Severity.WARNING
    settings: dict[str, Any] = field(default_factory=dict)
    name: str = "web"
    facts: bool = False


CASES = {
    "1: a default deny kills DNS": Case(
        "  podSelector: {}\n  policyTypes: [Egress]\n",
        "  podSelector: {}\n  policyTypes: [Egress]\n  egress:\n" + DNS,
        "NP216",
        "all egress is denied, including DNS",
        level=Severity.INFO,
        name="default-deny",
        facts=True,
    ),
    "1: egress to one place and no DNS": Case(
        OUT + TO_DB, OUT + TO_DB + DNS, "NP216", "no policy lets these pods query DNS"
    ),
    "1: DNS over UDP only": Case(OUT + UDP_DNS, OUT + DNS, "NP217", "over UDP only"),
    "4: namespaces have no label name": Case(
        OUT
        + DNS
        + TO_API.replace(
            "ipBlock:\n            cidr: 203.0.113.7/32",
            "namespaceSelector:\n            matchLabels: {name: kube-system}",
        ),
        OUT
        + DNS
        + TO_API.replace(
            "ipBlock:\n            cidr: 203.0.113.7/32",
            "namespaceSelector:\n            matchLabels: {kubernetes.io/metadata.name: kube-system}",
        ),
        "NP226",
        "`kubernetes.io/metadata.name` is always there",
    ),
    "8: an ipBlock of service addresses": Case(
        OUT + DNS + block("10.96.3.7/32"),
        OUT + DNS + TO_API,
        "NP221",
        "service addresses",
        settings={"service_cidrs": ("10.96.0.0/12",)},
    ),
    "15: ICMP cannot be expressed": Case(
        IN + GATEWAY + "      ports:\n        - {protocol: ICMP}\n", IN + GATEWAY, "NP105", "cannot express `ICMP`"
    ),
    "16: an ipBlock of pod addresses": Case(
        OUT + DNS + block("10.244.1.0/24"),
        OUT + DNS + TO_API,
        "NP221",
        "pod addresses",
        settings={"pod_cidrs": ("10.244.0.0/16",)},
    ),
    "19: replies need no rule": Case(
        IN.replace("[Ingress]", "[Ingress, Egress]")
        + GATEWAY
        + "  egress:\n"
        + DNS
        + GATEWAY.replace("from:", "to:")
        + "      ports:\n        - {protocol: TCP, port: 32768, endPort: 60999}\n",
        IN + GATEWAY,
        "NP230",
        "replies need no rule",
        level=Severity.INFO,
    ),
    "23: an unquoted label value": Case(
        WEB.replace("app: web", "app: true") + "  policyTypes: [Ingress]\n  ingress:\n" + GATEWAY,
        IN + GATEWAY,
        "NP103",
        "`true` is a boolean",
    ),
    "24: a key that stands twice": Case(
        WEB + "      app: api\n  policyTypes: [Ingress]\n  ingress:\n" + GATEWAY, IN + GATEWAY, "NP002", "twice"
    ),
    "25: lower-case protocol": Case(
        IN + GATEWAY + "      ports:\n        - {protocol: tcp, port: 80}\n",
        IN + GATEWAY + "      ports:\n        - {protocol: TCP, port: 80}\n",
        "NP105",
        "`tcp`",
    ),
    "25: port 0": Case(
        IN + GATEWAY + "      ports:\n        - {protocol: TCP, port: 0}\n",
        IN + GATEWAY + "      ports:\n        - {protocol: TCP, port: 80}\n",
        "NP110",
        "not between 1 and 65535",
    ),
    "26: a label that changes with every release": Case(
        WEB + "      helm.sh/chart: web-1.2.3\n  policyTypes: [Ingress]\n  ingress:\n" + GATEWAY,
        IN + GATEWAY,
        "NP228",
        "helm.sh/chart",
    ),
    "29: NodeLocal DNSCache is no DNS pod": Case(
        OUT + DNS,
        OUT + DNS.replace("      ports", "        - ipBlock:\n            cidr: 169.254.20.10/32\n      ports"),
        "NP216",
        "does not reach NodeLocal DNSCache at `169.254.20.10`",
        settings={"node_local_dns": "169.254.20.10"},
    ),
    "33: IPv4 only": Case(
        OUT + DNS + block("0.0.0.0/0"),
        OUT + DNS + block('0.0.0.0/0\n        - ipBlock:\n            cidr: "::/0"'),
        "NP220",
        "no IPv6 address",
        level=Severity.INFO,
        facts=True,
    ),
    "34: the metadata service": Case(
        OUT + DNS + block('0.0.0.0/0\n        - ipBlock:\n            cidr: "2000::/3"', ""),
        OUT + DNS + block("0.0.0.0/0"),
        "NP401",
        "169.254.169.254",
        settings={"cloud": "aws"},
    ),
    "35: a domain in cidr": Case(OUT + DNS + block("api.example.com"), OUT + DNS + TO_API, "NP112", "host name"),
    "a near miss of a well-known label": Case(
        IN + GATEWAY.replace("metadata.name", "metadata-name"), IN + GATEWAY, "NP227", "kubernetes.io/metadata.name"
    ),
    "a selector that excludes itself": Case(
        WEB
        + "    matchExpressions:\n      - {key: app, operator: DoesNotExist}\n  policyTypes: [Ingress]\n  ingress:\n"
        + GATEWAY,
        IN + GATEWAY,
        "NP212",
        "matches nothing",
    ),
    "exceptions that leave nothing": Case(
        OUT + DNS + block("192.0.2.0/24\n            except: [192.0.2.0/25, 192.0.2.128/25]"),
        OUT + DNS + block("192.0.2.0/24\n            except: [192.0.2.0/25]"),
        "NP219",
        "nothing is left",
    ),
    "a named port towards addresses": Case(
        OUT + DNS + block("203.0.113.7/32", "      ports:\n        - {protocol: TCP, port: https}\n"),
        OUT + DNS + TO_API,
        "NP222",
        "cannot be resolved",
    ),
}


def findings(text: str, level: Severity, settings: dict[str, Any], code: str = "") -> dict[str, str]:
    config = replace(default_file_config(), settings=Settings(**settings))
    config = replace(config, quiet=config.quiet - {code})
    return {d.code: d.message for d in lint_text(text, config=config).diagnostics if d.severity.at_least(level)}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_mistake_is_found(case: Case) -> None:
    found = findings(HEAD.format(name=case.name) + case.bad, case.level, case.settings, case.code if case.facts else "")
    assert list(found) == [case.code]
    assert case.says in found[case.code]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_corrected_twin_is_clean(case: Case) -> None:
    assert findings(HEAD.format(name=case.name) + case.good, case.level, case.settings) == {}
