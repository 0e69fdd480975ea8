"""NP239 foreign-key, NP240 dns-peer-too-narrow, NP241 namespaces-are-not-the-internet, NP242 hbone-open."""

import pytest

from netpol_lsp.text.edits import apply_edits
from tests.builders import policy_text

DNS_PORTS = "ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]"
KUBE_SYSTEM = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}"


def policy(spec: str, name: str = "web", namespace: str = "shop") -> str:
    return policy_text(f"{{{spec}}}", name, namespace)


def egress(*rules: str) -> str:
    return f"podSelector: {{}}, policyTypes: [Egress], egress: [{', '.join(rules)}]"


@pytest.mark.parametrize(
    "key",
    [
        "io.kubernetes.pod.namespace",
        '"k8s:app"',
        '"k8s:io.kubernetes.pod.namespace"',
        "io.cilium.k8s.policy.cluster",
        "projectcalico.org/namespace",
        '"reserved:host"',
    ],
)
def test_keys_that_only_other_policies_know(find, key):
    text = policy(f"podSelector: {{}}, ingress: [{{from: [{{podSelector: {{matchLabels: {{{key}: web}}}}}}]}}]")
    (found,) = find("NP239", text)
    assert found.message.startswith(f"no pods carry the label `{key.strip(chr(34))}`")


@pytest.mark.parametrize(
    "key", ["app", "k8s-app", "io.kompose.service", "kubernetes.io/metadata.name", "cilium.io/app"]
)
def test_keys_that_pods_do_carry(find, key):
    assert find("NP239", policy(f"podSelector: {{matchLabels: {{{key}: web}}}}")) == []


def test_the_key_of_a_condition(find):
    condition = "matchExpressions: [{key: io.kubernetes.pod.namespace, operator: In, values: [a]}]"
    text = policy(f"podSelector: {{}}, ingress: [{{from: [{{namespaceSelector: {{{condition}}}}}]}}]")
    (found,) = find("NP239", text)
    (fix,) = found.fixes
    assert find("NP239", apply_edits(text, fix.edits)) == []
    assert "kubernetes.io/metadata.name, operator: In" in apply_edits(text, fix.edits)


@pytest.mark.parametrize("label", ["kubernetes.io/cluster-service: 'true'", "kubernetes.io/name: CoreDNS"])
def test_a_label_of_the_service_is_not_on_the_pods(find, label):
    text = policy(egress(f"{{to: [{{{KUBE_SYSTEM}, podSelector: {{matchLabels: {{{label}}}}}}}], {DNS_PORTS}}}"))
    (found,) = find("NP240", text)
    assert "a label of the Service" in found.message
    assert find("NP227", text) == []
    assert find("NP240", text.replace(DNS_PORTS, "ports: [{port: 443}]")) == []


ANYWHERE = "{to: [{namespaceSelector: {}}]}"


@pytest.mark.parametrize(
    "peer",
    [
        "{podSelector: {}}",
        "{podSelector: {matchLabels: {k8s-app: kube-dns}}}",
        "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}",
    ],
)
def test_no_dns_there(find, peer):
    rule = f"{{to: [{peer}], {DNS_PORTS}}}"
    (found,) = find("NP240", policy(egress(rule, ANYWHERE)))
    assert "where no DNS is known to run" in found.message
    # Without another rule it may be NP216 that tells, and then it tells alone.
    assert len(find("NP240", policy(egress(rule)))) + len(find("NP216", policy(egress(rule)))) == 1


@pytest.mark.parametrize(
    "peer",
    [
        "{podSelector: {matchLabels: {app: my-dns}}}",
        "{podSelector: {matchLabels: {app.kubernetes.io/name: pihole}}}",
        "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: adguard}}}",
        "{namespaceSelector: {matchLabels: {team: network}}}",
        "{namespaceSelector: {}}",
        "{ipBlock: {cidr: 10.96.0.10/32}}",
        f"{{{KUBE_SYSTEM}}}",
        "{podSelector: {matchLabels: $LABELS}}",
    ],
)
def test_dns_may_be_there(find, peer):
    assert find("NP240", policy(egress(f"{{to: [{peer}], {DNS_PORTS}}}", ANYWHERE))) == []


def test_the_dns_of_kube_system_itself(find):
    text = policy(egress(f"{{to: [{{podSelector: {{}}}}], {DNS_PORTS}}}", ANYWHERE), namespace="kube-system")
    assert find("NP240", text) == []


SCRAPER = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: scraper
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    # external HTTPS
    - to:
        - namespaceSelector: {}
      ports:
        - {protocol: TCP, port: 443}
"""


@pytest.mark.parametrize(
    ("comment", "port", "word"),
    [
        ("external HTTPS", 443, "external"),
        ("Kubernetes API", 6443, "Kubernetes API"),
        ("SMTP relay", 587, "SMTP"),
        ("AWS S3 and friends", 443, "AWS"),
        ("images from Docker Hub", 443, "Docker Hub"),
        ("the Internet", 80, "Internet"),
    ],
)
def test_outside_is_not_a_namespace(find, comment, port, word):
    text = SCRAPER.replace("external HTTPS", comment).replace("443", str(port))
    (found,) = find("NP241", text)
    assert found.message == (
        f"`{word}` suggests destinations that are not pods, but this rule allows TCP {port} to pods only: "
        "every pod of every namespace"
    )
    (fix,) = found.fixes
    assert find("NP241", apply_edits(text, fix.edits)) == []


def test_one_of_the_ports_is_enough_where_the_comment_is_plain(find):
    two = SCRAPER.replace("port: 443}", "port: 443}\n        - {protocol: TCP, port: 9000}")
    assert len(find("NP241", two)) == 1
    assert find("NP241", two.replace("external HTTPS", "S3 of AWS")) == []
    assert find("NP241", two.replace("    # external HTTPS\n", "").replace("name: scraper", "name: external")) == []


@pytest.mark.parametrize(
    "change",
    [
        ("external HTTPS", "HTTPS to the other services"),
        ("    # external HTTPS\n", ""),
        ("external HTTPS", "in-cluster traffic instead of external"),
        ("443", "8443"),
        ("namespaceSelector: {}", "namespaceSelector: {matchLabels: {team: proxy}}"),
        ("namespaceSelector: {}", "ipBlock: {cidr: 0.0.0.0/0}"),
        ("  egress:\n", "  egress:\n    - to: [{ipBlock: {cidr: 0.0.0.0/0}}]\n      ports: [{port: 443}]\n"),
        ("  egress:\n", "  egress:\n    - ports: [{port: 443}]\n"),
        (
            "        - namespaceSelector: {}\n",
            "        - namespaceSelector: {}\n        - ipBlock: {cidr: 10.0.0.0/8}\n",
        ),
    ],
)
def test_what_is_not_told(find, change):
    assert change[0] in SCRAPER
    assert find("NP241", SCRAPER.replace(*change)) == []


BALANCED = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
    # from external load balancers
    - from:
        - namespaceSelector: {}
      ports:
        - {protocol: TCP, port: 8443}
"""


@pytest.mark.parametrize(
    ("comment", "word"),
    [
        ("from external load balancers", "external"),
        ("let in the cloud's load balancer", "load balancer"),
        ("clients on the internet", "internet"),
        ("anyone outside the cluster", "outside the cluster"),
        ("NodePort", "NodePort"),
    ],
)
def test_clients_from_outside_are_not_pods(find, comment, word):
    text = BALANCED.replace("from external load balancers", comment)
    (found,) = find("NP241", text)
    assert found.message == (
        f"`{word}` suggests clients that are not pods, but this rule allows TCP 8443 from pods only: every pod of every namespace"
    )
    (fix,) = found.fixes
    fixed = apply_edits(text, fix.edits)
    assert "        - ipBlock: {cidr: 0.0.0.0/0}\n" in fixed
    assert find("NP241", fixed) == []


@pytest.mark.parametrize(
    "change",
    [
        ("from external load balancers", "from the ingress controller behind the load balancer"),
        ("from external load balancers", "external traffic by way of the gateway"),
        ("from external load balancers", "nginx takes in external clients"),
        ("from external load balancers", "external namespaces, too"),
        ("from external load balancers", "from external-dns"),
        ("from external load balancers", "public API"),
        ("    # from external load balancers\n", ""),
        ("namespaceSelector: {}", "namespaceSelector: {matchLabels: {team: edge}}"),
        ("namespaceSelector: {}", "ipBlock: {cidr: 203.0.113.0/24}"),
        ("  ingress:\n", "  ingress:\n    - ports: [{protocol: TCP, port: 8443}]\n"),
        ("policyTypes: [Ingress]", "policyTypes: [Egress]"),
    ],
)
def test_clients_that_may_be_pods(find, change):
    assert change[0] in BALANCED
    assert find("NP241", BALANCED.replace(*change)) == []


def test_the_name_says_it(find):
    text = SCRAPER.replace("    # external HTTPS\n", "").replace("name: scraper", "name: allow-external-egress")
    assert len(find("NP241", text)) == 1
    assert len(find("NP241", text.replace("namespaceSelector", "podSelector"))) == 1


def test_another_policy_opens_it(find):
    other = SCRAPER.replace("namespaceSelector: {}", "ipBlock: {cidr: 0.0.0.0/0}").replace("scraper", "world")
    assert find("NP241", f"{SCRAPER}---\n{other}") == []
    assert len(find("NP241", f"{SCRAPER}---\n{other.replace('443', '8443')}")) == 1


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        ("{ports: [{port: 15008}]}", 1),
        ("{from: [{namespaceSelector: {}}], ports: [{protocol: TCP, port: 15008}]}", 1),
        ("{from: [{podSelector: {}}], ports: [{port: 15008}]}", 0),
        ("{ports: [{protocol: UDP, port: 15008}]}", 0),
        ("{ports: [{port: 15000, endPort: 16000}]}", 0),
    ],
)
def test_the_tunnel_of_a_mesh(find, rule, count):
    assert len(find("NP242", policy(f"podSelector: {{}}, policyTypes: [Ingress], ingress: [{rule}]"))) == count
