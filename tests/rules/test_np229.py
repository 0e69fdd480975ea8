"""NP229 name-contradicts-effect."""

import pytest

from tests.builders import flow_policy as policy

BOTH = "policyTypes: [Ingress, Egress]"


@pytest.mark.parametrize(
    ("name", "spec", "message"),
    [
        ("default-deny", "ingress: [{}]", "deny, but a rule without peers and ports allows all ingress"),
        (
            "default-deny",
            f"{BOTH}, ingress: [{{}}], egress: [null]",
            "deny, but a rule without peers and ports allows all ingress and egress",
        ),
        ("deny-all", f"{BOTH}, egress: [{{}}]", "deny, but a rule without peers and ports allows all egress"),
        ("block-egress", f"{BOTH}, egress: [{{to: []}}]", "deny, but a rule without peers and ports allows all egress"),
        (
            "deny-egress",
            "policyTypes: [Ingress]",
            "deny, but the policy does not restrict egress: `policyTypes` does not list it",
        ),
        (
            "isolate-web",
            "ingress: [{from: [{podSelector: {}}]}, {}]",
            "deny, but a rule without peers and ports allows all ingress",
        ),
        (
            "block-other-namespaces",
            "ingress: [{from: [{podSelector: {}}, {namespaceSelector: {}}]}]",
            "deny, but a rule allows ingress for every pod of every namespace",
        ),
        ("allow-all", BOTH, "allow, but the policy has no rule: all ingress and egress is denied"),
        ("allow-all", "ingress: []", "allow, but the policy has no rule: all ingress is denied"),
        (
            "web-permits-frontend",
            "policyTypes: [Ingress], ingress: , egress: [{}]",
            "allow, but the policy has no rule: all ingress is denied",
        ),
    ],
)
def test_contradiction(find, name, spec, message):
    (found,) = find("NP229", policy("podSelector: {}, " + spec, name))
    assert (found.severity.value, found.message, found.field) == (
        "warning",
        f"`{name}` says {message}",
        "metadata.name",
    )


@pytest.mark.parametrize("rules", ["ingress: []", "policyTypes: [Ingress, Egress], ingress: [], egress: []"])
def test_only_the_name_is_wrong_where_no_rule_is_written_out(find, rules):
    (found,) = find("NP229", policy("podSelector: {}, " + rules, "allow-cainjector"))
    assert found.severity.value == "info"
    (found,) = find("NP229", policy("podSelector: {}, " + rules, "allow-all-cainjector"))
    assert found.severity.value == "warning"


@pytest.mark.parametrize(
    ("name", "spec"),
    [
        ("default-deny", BOTH),
        ("default-deny", f"{BOTH}, egress: [{{}}]"),  # a default deny for ingress
        ("deny-ingress", f"{BOTH}, egress: [{{}}]"),
        ("deny-from-other-namespaces", "ingress: [{from: [{podSelector: {}}]}]"),
        ("deny-external", "ingress: [{from: [{namespaceSelector: {}}]}]"),
        ("deny-all-allow-dns", "policyTypes: [Egress], egress: [{}]"),
        ("no-deny", "ingress: [{}]"),
        ("deny-all-except-web", "ingress: [{}]"),
        ("deny-egress", "egress: []"),  # NP201's
        ("deny-egress", "policyTypes: [Ingress], egress: [{}]"),  # NP202's
        ("allow-all", "ingress: [{}]"),
        ("allow-web", "ingress: [{from: [{podSelector: {}}]}]"),
        ("allow-egress", "policyTypes: [Ingress]"),
        ("allow-nothing", BOTH),
        ("allow-web", BOTH),  # NP204's, which looks at other policies
        ("block-other-namespaces", "ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 80}]}]"),
        ("allowance", BOTH),
        ("web", "ingress: [{}]"),
        ("allow-all", "policyTypes: [Ingress, $TYPE]"),
        ("allow-all", "ingress: $RULES"),
        ("default-deny", "policyTypes: [ingress], ingress: [{}]"),
    ],
)
def test_silent(find, name, spec):
    assert find("NP229", policy("podSelector: {}, " + spec, name)) == []


def test_silent_without_a_name(find):
    assert find("NP229", policy("podSelector: {}, ingress: [{}]", "")) == []
