"""NP216 egress-without-dns."""

import pytest

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.text.edits import Applicability, apply_edits
from tests.builders import policy_text

WEB = "{matchLabels: {app: web}}"
TO_DB = "{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 5432}]}"
KUBE_SYSTEM = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}"
DNS_PORTS = "ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]"
DNS = f"{{to: [{{{KUBE_SYSTEM}, podSelector: {{matchLabels: {{k8s-app: kube-dns}}}}}}], {DNS_PORTS}}}"
FIX = "Allow DNS: add an egress rule for it"


def policy(egress: str | None, selector: str = WEB, name: str = "web", namespace: str = "shop", types: str = "Egress"):
    rules = "" if egress is None else f"  egress: {egress}\n"
    return policy_text(f"  podSelector: {selector}\n  policyTypes: [{types}]\n{rules}", name, namespace)


DENY = policy(None, "{}", "default-deny")
ALLOW_DNS = policy(f"[{DNS}]", "{}", "allow-dns")


def together(*policies: str) -> str:
    return "---\n".join(policies)


def test_message(find):
    (found,) = find("NP216", policy(f"[{TO_DB}]"))
    assert found.severity is Severity.WARNING
    assert found.message == (
        "egress is restricted, but no policy lets these pods query DNS (UDP and TCP 53 to the cluster's DNS pods), "
        "so names cannot be resolved"
    )
    assert found.field == "spec.policyTypes[0]"
    assert [(fix.title, fix.applicability) for fix in found.fixes] == [(FIX, Applicability.UNSAFE)]


@pytest.mark.parametrize(
    "egress",
    [
        f"[{TO_DB}, {DNS}]",
        "[{}]",
        "[null]",
        f"[{TO_DB}, {{{DNS_PORTS}}}]",
        f"[{{to: [{{{KUBE_SYSTEM}}}]}}]",
        f"[{{to: [{{namespaceSelector: {{}}}}], {DNS_PORTS}}}]",
        # Over one protocol: NP217's.
        "[{ports: [{port: 53, protocol: UDP}]}]",
        # Perhaps the cluster's DNS, or another one.
        "[{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]",
        "[{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]",
        f"[{{to: [{{ipBlock: {{cidr: 10.96.0.10/32}}}}], {DNS_PORTS}}}]",
        f"[{{to: [{{podSelector: {{matchLabels: {{app: my-dns}}}}}}], {DNS_PORTS}}}]",
        f"[{{to: [{{namespaceSelector: {{matchLabels: {{name: kube-system}}}}}}], {DNS_PORTS}}}]",
        # A template may hide it.
        "$RULES",
        f"[{TO_DB}, $MORE]",
        "[{to: [{ipBlock: {cidr: $DNS}}]}]",
        "[{to: [{namespaceSelector: {}}], ports: [{port: $PORT, protocol: UDP}]}]",
    ],
)
def test_silent(find, egress):
    assert find("NP216", policy(egress)) == []


@pytest.mark.parametrize(
    "egress",
    [
        "[{ports: [{port: 443}]}]",
        "[{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16]}}]}]",
        f"[{{to: [{{{KUBE_SYSTEM}}}], ports: [{{port: 443}}]}}]",
        "[{to: [{podSelector: {}}]}]",
    ],
)
def test_a_gap(find, egress):
    assert [found.severity for found in find("NP216", policy(egress))] == [Severity.WARNING]


def test_egress_must_be_isolated(find):
    assert find("NP216", policy(f"[{TO_DB}]", types="Ingress")) == []
    assert find("NP216", policy(f"[{TO_DB}]", types="$TYPE")) == []
    defaulted = policy(f"[{TO_DB}]").replace("  policyTypes: [Egress]\n", "")
    (found,) = find("NP216", defaulted)
    assert found.field == "spec.egress"
    assert find("NP216", defaulted.replace(f"[{TO_DB}]", "[]")) == []


def test_a_default_deny_alone_is_an_information(find):
    (found,) = find("NP216", DENY)
    assert found.severity is Severity.INFO
    assert found.message == "all egress is denied, including DNS, so names cannot be resolved"
    assert [found.severity for found in find("NP216", policy("[]", name="isolate-web"))] == [Severity.INFO]


def test_a_default_deny_matters_once_something_is_allowed(find):
    (found,) = find("NP216", together(DENY, policy(f"[{TO_DB}]")))
    assert found.object.name == "default-deny"
    assert found.severity is Severity.WARNING
    elsewhere = together(DENY, policy(f"[{TO_DB}]", namespace="bank"))
    assert [(one.object.name, one.severity) for one in find("NP216", elsewhere)] == [
        ("default-deny", Severity.INFO),
        ("web", Severity.WARNING),
    ]


def test_a_direction_that_is_denied_by_the_way_is_np204s(find):
    text = policy(None, types="Ingress, Egress")
    assert find("NP216", text) == []
    assert len(find("NP204", text)) == 1


@pytest.mark.parametrize("order", [[DENY, ALLOW_DNS], [ALLOW_DNS, DENY]])
def test_another_policy_of_the_file_may_allow_dns(find, order):
    assert find("NP216", together(*order)) == []
    assert find("NP216", together(*order, policy(f"[{TO_DB}]"))) == []


@pytest.mark.parametrize(
    "helper",
    [
        ALLOW_DNS.replace("shop", "bank"),
        policy(f"[{DNS}]", "{matchLabels: {app: api}}", "allow-dns"),
        policy(f"[{DNS}]", "{matchExpressions: [{key: app, operator: DoesNotExist}]}", "allow-dns"),
        policy(f"[{DNS}]", "{}", "allow-dns", types="Ingress"),
    ],
)
def test_a_policy_for_other_pods_does_not_help(find, helper):
    found = find("NP216", together(policy(f"[{TO_DB}]"), helper))
    assert [one.object.name for one in found] == ["web"]


@pytest.mark.parametrize(
    "helper",
    [
        policy(f"[{DNS}]", "{matchLabels: {dns: allowed}}", "allow-dns"),
        policy(f"[{DNS}]", "{matchLabels: {app: $APP}}", "allow-dns"),
        policy(f"[{DNS}]", "{}", "allow-dns", "$NAMESPACE"),
        policy(f"[{DNS}]", "{}", "allow-dns", "''"),
    ],
)
def test_a_policy_that_may_help_is_enough(find, helper):
    assert find("NP216", together(policy(f"[{TO_DB}]"), helper)) == []


def test_one_finding_for_each_gap(find):
    web, api = policy(f"[{TO_DB}]"), policy(f"[{TO_DB}]", "{matchLabels: {app: api}}", "api")
    assert [one.object.name for one in find("NP216", together(web, api))] == ["web", "api"]
    narrow = policy(f"[{TO_DB}]", "{matchLabels: {app: web, tier: x}}", "narrow")
    assert [one.object.name for one in find("NP216", together(narrow, web))] == ["web"]
    again = policy("[]", WEB, "again")
    assert [one.object.name for one in find("NP216", together(web, again))] == ["again"]


def test_a_rule_that_misses_the_dns_pods_is_pointed_at(find):
    text = policy(f"[{TO_DB}, {{to: [{{podSelector: {{matchLabels: {{k8s-app: kube-dns}}}}}}], {DNS_PORTS}}}]")
    (found,) = find("NP216", text)
    assert found.message == (
        "the egress rule for DNS does not reach the cluster's DNS pods, and no policy lets these pods query DNS: "
        "names cannot be resolved"
    )
    (related,) = found.related
    assert text[related.span.start :].startswith(DNS_PORTS)


def test_the_dns_pods_ask_elsewhere(find):
    text = policy("[{to: [{ipBlock: {cidr: 203.0.113.1/32}}]}]", "{matchLabels: {k8s-app: kube-dns}}", "dns")
    assert find("NP216", text.replace("shop", "kube-system")) == []
    assert len(find("NP216", text)) == 1


def test_settings(find):
    local = "{to: [{ipBlock: {cidr: 169.254.20.10/32}}], " + DNS_PORTS + "}"
    settings = {"node_local_dns": "169.254.20.10"}
    (found,) = find("NP216", policy(f"[{TO_DB}, {DNS}]"), **settings)
    assert "the egress rule for DNS does not reach NodeLocal DNSCache at `169.254.20.10`" in found.message
    assert find("NP216", policy(f"[{TO_DB}, {local}]"), **settings) == []
    (found,) = find("NP216", policy(f"[{TO_DB}]"), **settings)
    assert "(UDP and TCP 53 to NodeLocal DNSCache at `169.254.20.10`)" in found.message
    (found,) = find("NP216", policy(f"[{TO_DB}]"), dns_ports=(53, 1053))
    assert "(UDP and TCP 53 or 1053 to the cluster's DNS pods)" in found.message
    assert find("NP216", policy(f"[{TO_DB}, {{ports: [{{port: 1053}}]}}]"), dns_ports=(53, 1053)) == []
    assert len(find("NP216", policy(None, "{}", "web", "''"), default_namespace="shop")) == 0


def test_a_policy_without_a_namespace_takes_the_default_one(find):
    deny, dns = DENY.replace("shop", "''"), ALLOW_DNS.replace("shop", "bank")
    assert len(find("NP216", together(deny, dns), default_namespace="shop")) == 1
    assert find("NP216", together(deny, dns), default_namespace="bank") == []


FIXED = """\
  egress:
    - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: kube-system
          podSelector:
            matchLabels:
              k8s-app: kube-dns
      ports:
        - protocol: UDP
          port: 53
        - protocol: TCP
          port: 53
"""


@pytest.mark.parametrize("egress", ["", "  egress:\n", "  egress: []\n", "  egress: null\n"])
def test_the_fix_of_a_default_deny(mend, egress):
    assert mend("NP216", DENY + egress) == DENY + FIXED


def mended(find, text: str, **settings: object) -> str:
    (found,) = find("NP216", text, **settings)
    (fix,) = found.fixes
    fixed = apply_edits(text, fix.edits)
    assert find("NP216", fixed, **settings) == find("NP217", fixed, **settings) == []
    assert not [one for one in lint_text(fixed).diagnostics if one.is_refused]
    return fixed


def test_the_fix_keeps_the_style_of_the_file(find):
    text = policy("X").replace("  egress: X\n", "  egress:\n  # the database\n  - to:\n    - podSelector: {}  # all\n")
    assert mended(find, text).startswith(text)
    assert "\n  - to:\n    - namespaceSelector:\n        matchLabels:\n" in mended(find, text)
    crlf = text.replace("\n", "\r\n")
    assert mended(find, crlf) == mended(find, text).replace("\n", "\r\n")
    no_end = text.rstrip("\n")
    assert mended(find, no_end).startswith(no_end)
    assert mended(find, policy(f"[{TO_DB}]")).count("\n") == policy(f"[{TO_DB}]").count("\n")
    json = (
        '{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "a"},\n'
        ' "spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [{"podSelector": {}}]}]}}\n'
    )
    assert '{"protocol": "UDP", "port": 53}' in mended(find, json)


def test_the_fix_follows_the_settings(find):
    text = policy(f"[{TO_DB}]")
    local = mended(find, text, node_local_dns="169.254.20.10")
    assert "{ipBlock: {cidr: 169.254.20.10/32}}" in local
    assert "k8s-app: kube-dns" in local
    assert "fd00::10/128" in mended(find, text, node_local_dns="fd00::10")
    openshift = mended(find, text, dns_ports=(5353,))
    assert "openshift-dns" in openshift
    assert "port: 5353" in openshift
    assert "port: 53}" not in openshift
    both = mended(find, text, dns_ports=(53, 1053))
    assert "port: 1053" in both
    assert "port: 53}" in both


def test_items_of_a_list(find):
    item = "- {{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {}, namespace: shop}}, spec: {}}}\n"
    deny = item.format("default-deny", "{podSelector: {}, policyTypes: [Egress]}")
    dns = item.format("dns", f"{{podSelector: {{}}, policyTypes: [Egress], egress: [{DNS}]}}")
    head = "apiVersion: v1\nkind: List\nitems:\n"
    assert find("NP216", head + deny + dns) == []
    (found,) = find("NP216", head + deny)
    assert found.object.name == "default-deny"


def test_a_half_typed_policy_says_nothing(find):
    assert find("NP216", policy("[]") + "  egre\n") == []
    template = policy(f"[{TO_DB}]").replace("  egress:", "  {{- toYaml .Values.more | nindent 2 }}\n  egress:")
    assert find("NP216", template) == []


@pytest.mark.parametrize(
    "egress",
    [
        "[{to: [{ipBlock: {cidr: 203.0.113.0/24}}]}]",
        "[{to: [{ipBlock: {cidr: '2001:db8::/64'}}], ports: [{port: 443}]}]",
        "[{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: openshift-kube-apiserver}}}]}]",
        "[{to: [{namespaceSelector: {}, podSelector: {matchLabels: {component: kube-apiserver}}}], ports: [{port: 443}]}]",
    ],
)
def test_what_is_reached_by_its_address_needs_no_names(find, egress):
    (found,) = find("NP216", policy(egress))
    assert found.severity is Severity.INFO


@pytest.mark.parametrize("peers", ["", "to: [{namespaceSelector: {}}], ", "to: [{ipBlock: {cidr: 0.0.0.0/0}}], "])
def test_the_api_server_is_known_by_its_address(find, peers):
    (found,) = find("NP216", policy(f"[{{{peers}ports: [{{protocol: TCP, port: 6443}}]}}]"))
    assert found.severity is Severity.INFO
    (found,) = find("NP216", policy(f"[{{{peers}ports: [{{protocol: TCP, port: 6443}}, {{port: 5432}}]}}]"))
    assert found.severity is Severity.WARNING
    (found,) = find("NP216", policy(f"[{{{peers}ports: [{{port: 6443}}]}}, {TO_DB}]"))
    assert found.severity is Severity.WARNING


def test_pods_with_a_label_are_no_api_server(find):
    (found,) = find("NP216", policy("[{to: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 6443}]}]"))
    assert found.severity is Severity.WARNING


def test_a_broad_range_needs_names(find):
    (found,) = find("NP216", policy("[{to: [{ipBlock: {cidr: 203.0.0.0/8}}]}]"))
    assert found.severity is Severity.WARNING


OPENSHIFT = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: openshift-dns}}"


def test_the_service_port_of_openshift_is_not_where_its_pods_listen(find):
    ask = f"{{to: [{{{OPENSHIFT}}}], {DNS_PORTS}}}"
    text = policy(f"[{ask}]")
    (found,) = find("NP216", text)
    assert "listen on 5353" in found.message
    assert found.severity is Severity.WARNING
    (fix,) = found.fixes
    fixed = apply_edits(text, fix.edits)
    assert fixed == text.replace("port: 53,", "port: 5353,")
    assert find("NP216", fixed) == []


def test_both_ports_of_openshift_are_fine(find):
    both = DNS_PORTS.replace("]", ", {port: 5353, protocol: UDP}, {port: 5353, protocol: TCP}]")
    assert find("NP216", policy(f"[{{to: [{{{OPENSHIFT}}}], {both}}}]")) == []


def test_the_fix_copies_what_the_other_policies_do(find):
    own = "{to: [{namespaceSelector: {matchLabels: {team: dns}}, podSelector: {matchExpressions: [{key: app, operator: Exists}]}}], "
    own += "ports: [{port: 5353, protocol: UDP}, {port: 5353, protocol: TCP}]}"
    text = together(policy(f"[{TO_DB}]"), policy(f"[{own}]", "{}", "dns", "other"))
    found, *_ = find("NP216", text)
    fixed = apply_edits(text, next(iter(found.fixes)).edits)
    assert "namespaceSelector: {matchLabels: {team: dns}}" in fixed.split("---")[0]
    assert "kube-system" not in fixed


def test_the_fix_for_openshift(find):
    api = "{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: openshift-kube-apiserver}}}]}"
    text = policy(f"[{api}, {TO_DB}]")
    (found,) = find("NP216", text)
    assert "openshift-dns" in apply_edits(text, next(iter(found.fixes)).edits)


def test_silent_while_a_key_is_misspelled(find):
    assert find("NP216", policy(f"[{{too: [{{podSelector: {{}}}}], ports: [{{port: 80}}]}}, {TO_DB}]")) == []


def test_policies_whose_names_come_from_a_template_are_not_one(find):
    allows = policy("[{ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]}]").replace(
        "name: web", "name: {{ .a }}-dns"
    )
    denies = policy(f"[{TO_DB}]").replace("name: web", "name: {{ .a }}-rest")
    assert len(find("NP216", denies)) == 1
    assert find("NP216", f"{denies}---\n{allows}") == []
