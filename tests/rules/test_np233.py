"""NP233 policy-without-effect."""

import pytest

from tests.builders import flow_policy as policy

SOME = "{from: [{podSelector: {matchLabels: {a: b}}}]}"


@pytest.mark.parametrize(
    ("spec", "directions"),
    [
        (f"ingress: [{SOME}, {{}}]", "ingress"),
        (f"ingress: [null, {SOME}]", "ingress"),
        (f"ingress: [{SOME}, {{from: [], ports: []}}]", "ingress"),
        (f"policyTypes: [Ingress, Egress], ingress: [{SOME}, {{}}], egress: [{{}}]", "ingress and egress"),
    ],
)
def test_message(find, spec, directions):
    text = policy("podSelector: {}, " + spec)
    (found,) = find("NP233", text)
    assert found.message == (
        f"the policy restricts nothing: a rule without peers and ports allows all {directions}, whatever its other rules say"
    )
    assert len(found.related) == len(directions.split(" and "))


@pytest.mark.parametrize(
    "spec",
    [
        "ingress: [{}]",
        "ingress: [{}, {}]",
        "ingress: []",
        f"ingress: [{SOME}]",
        f"policyTypes: [Ingress, Egress], ingress: [{SOME}, {{}}]",  # egress is restricted
        f"policyTypes: [Ingress], ingress: [{{}}], egress: [{SOME}]",  # NP202's
        f"ingress: [{SOME}, {{ports: [{{port: 80}}]}}]",
        f"policyTypes: [$TYPE], ingress: [{SOME}, {{}}]",
        f"ingress: [{SOME}, $RULE]",
    ],
)
def test_silent(find, spec):
    assert find("NP233", policy("podSelector: {}, " + spec)) == []


def test_silent_when_the_name_says_so(find):
    spec = f"podSelector: {{}}, ingress: [{SOME}, {{}}]"
    assert find("NP233", policy(spec, "default-allow-all")) == []
    assert len(find("NP233", policy(spec, "allow-web"))) == 1
