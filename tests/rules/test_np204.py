"""NP204 direction-denied: what is said of a direction without rules, and when nothing is."""

import pytest

from tests.builders import flow_policy as policy


def seen(findings):
    return [(found.severity.value, found.message) for found in findings]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            "podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress], ingress: [{}]",
            "no rule for egress: all of it is denied for pods with `app=web` in namespace `shop`",
        ),
        (
            "podSelector: {}, policyTypes: [Egress]",
            "no rule for egress: all of it is denied for every pod of namespace `shop`",
        ),
        (
            "podSelector: {}, policyTypes: [Ingress, Egress], ingress: [], egress: null",
            "no rule for ingress and egress: all of it is denied for every pod of namespace `shop`",
        ),
    ],
)
def test_information(find, spec, message):
    assert seen(find("NP204", policy(spec))) == [("info", message)]


@pytest.mark.parametrize("name", ["default-deny", "deny-all-egress", "isolate-db", "default", "block-web", "lockdown"])
def test_a_policy_that_denies_by_name_is_left_alone(find, name):
    assert find("NP204", policy("podSelector: {}, policyTypes: [Ingress, Egress]", name)) == []


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("allow-frontend", "warning"),
        ("allow-egress", "warning"),
        ("allow-all", "info"),  # NP229 says that
        ("permit-outbound", "warning"),
        ("allow-ingress", "info"),  # it is the ingress that it speaks of
        ("allow-only-frontend", "info"),
        ("deny-all-allow-frontend", "info"),
        ("allowlist", "info"),
        ("web", "info"),
    ],
)
def test_a_name_that_says_allow(find, name, severity):
    (found,) = find("NP204", policy("podSelector: {}, policyTypes: [Egress]", name))
    assert found.severity.value == severity
    assert found.field == "spec.policyTypes[0]"
    assert ("says allow" in found.message) == (severity == "warning")


def test_a_name_that_allows_where_everything_is_denied_is_np229s(find):
    (found,) = find("NP204", policy("podSelector: {}, policyTypes: [Ingress, Egress]", "allow-all"))
    assert found.severity.value == "info"


@pytest.mark.parametrize(
    ("annotation", "severities"),
    [
        ("description: allows all egress of the shop", ["warning", "info"]),
        ("description: allows ingress from the frontend", ["warning", "info"]),
        ("description: egress is not allowed", ["info"]),
        ("description: deny egress and ingress", ["info"]),
        ("kubectl.kubernetes.io/last-applied-configuration: allow egress", ["info"]),
        ("description: 12", ["info"]),
    ],
)
def test_annotations(find, annotation, severities):
    text = policy("podSelector: {}, policyTypes: [Ingress, Egress]").replace(
        "{name: web,", f"{{name: web, annotations: {{{annotation}}},"
    )
    assert sorted((found.severity.value for found in find("NP204", text)), reverse=True) == severities


@pytest.mark.parametrize(
    "spec",
    [
        "podSelector: {}",  # NP201's
        "podSelector: {}, policyTypes: [Ingress], ingress: [null]",
        "podSelector: {}, policyTypes: [Ingress], ingress: $RULES",
        "podSelector: {}, policyTypes: [Ingress, $TYPE]",
        "podSelector: {}, policyTypes: [Ingress], ingress: {}",
    ],
)
def test_silent(find, spec):
    assert find("NP204", policy(spec)) == []


def test_silent_in_a_template_that_may_add_rules(find):
    text = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: web\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]\n{{ .Values.rules }}\n"
    assert find("NP204", text) == []
    assert len(find("NP204", text.replace("{{ .Values.rules }}\n", ""))) == 1
