"""NP211 pod-selector-own-namespace."""

import pytest

from tests.builders import flow_policy as policy


def peers(items: str) -> str:
    return policy(f"podSelector: {{}}, ingress: [{{from: [{items}]}}]")


def test_the_namespace_is_named(find):
    (found,) = find("NP211", peers("{podSelector: {matchLabels: {access: 'true'}}}"))
    assert found.severity.value == "info"
    assert (
        found.message
        == "without a `namespaceSelector` this means pods with `access=true` in the policy's own namespace `shop` only"
    )


def test_the_namespace_of_the_configuration_is_named(find):
    text = peers("{podSelector: {matchLabels: {access: 'true'}}}").replace(", namespace: shop", "")
    assert [found.message[-23:] for found in find("NP211", text, default_namespace="team-a")] == [
        "own namespace `team-a` only"[-23:]
    ]
    assert [found.message[-18:] for found in find("NP211", text)] == ["own namespace only"]


@pytest.mark.parametrize(
    "items",
    [
        "{podSelector: {}}",  # NP209's
        "{podSelector: {matchLabels: {a: b}}, namespaceSelector: {}}",
        "{podSelector: {matchLabels: {a: b}}, namespaceSelector: }",  # NP236's
        "{podSelector: {matchLabels: {a: b}}, namespaceSelector: $NAMESPACES}",
        "{podSelector: {matchLabels: {a: b}}, ipBlock: {cidr: 10.0.0.0/8}}",  # NP114's
        "{namespaceSelector: {matchLabels: {team: a}}}, {podSelector: {matchLabels: {a: b}}}",  # NP210's
        "$PEER",
    ],
)
def test_silent(find, items):
    assert find("NP211", peers(items)) == []


def test_rules_that_are_not_in_force(find):
    text = peers("{podSelector: {matchLabels: {a: b}}}")
    assert find("NP211", text.replace("ingress:", "policyTypes: [Egress], ingress:")) == []
    assert len(find("NP211", text)) == 1


def test_the_way_out_is_only_shown(find, mend):
    text = peers("{podSelector: {matchLabels: {a: b}}}")
    (found,) = find("NP211", text)
    assert [fix.applicability.value for fix in found.fixes] == ["display"]
    assert mend("NP211", text) == peers(
        "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}, podSelector: {matchLabels: {a: b}}}"
    )
