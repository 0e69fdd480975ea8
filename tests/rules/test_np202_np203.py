"""NP202 and NP203: rules of a direction that policyTypes does not list."""

import pytest

from tests.builders import flow_policy as policy

CASES = [("NP202", "Egress", "Ingress", "to"), ("NP203", "Ingress", "Egress", "from")]


@pytest.mark.parametrize(("code", "direction", "other", "peers"), CASES)
def test_message_and_fixes(find, mend, code, direction, other, peers):
    key = direction.lower()
    text = policy(f"podSelector: {{}}, policyTypes: [{other}], {key}: [{{{peers}: [{{podSelector: {{}}}}]}}]")
    (found,) = find(code, text)
    assert found.message == f"these {key} rules have no effect: `policyTypes` lists only `{other}`"
    assert text[found.span.start : found.span.end] == key
    assert [text[item.span.start : item.span.end] for item in found.related] == [f"[{other}]"]
    assert [fix.applicability.value for fix in found.fixes] == ["unsafe", "unsafe"]
    assert mend(code, text) == text.replace(f"[{other}]", f"[{other}, {direction}]")
    assert mend(code, text, "Remove") == policy(f"podSelector: {{}}, policyTypes: [{other}]")


@pytest.mark.parametrize(("code", "direction", "other", "peers"), CASES)
def test_an_empty_list_denies_nothing(find, code, direction, other, peers):
    key = direction.lower()
    (found,) = find(code, policy(f"podSelector: {{}}, policyTypes: [{other}], {key}: []"))
    assert (
        found.message == f"`{key}: []` denies nothing: `policyTypes` lists only `{other}`, so all {key} stays allowed"
    )


@pytest.mark.parametrize(("code", "direction", "other", "peers"), CASES)
@pytest.mark.parametrize(
    "spec",
    [
        "policyTypes: [Ingress, Egress], {key}: [{{}}]",
        "policyTypes: [{direction}], {key}: [{{}}]",
        "{key}: [{{}}]",  # NP201's
        "policyTypes: [], {key}: [{{}}]",
        "policyTypes: [{other}], {key}: null",  # NP206's
        "policyTypes: [{other}], {key}: {{}}",  # NP102's
        "policyTypes: [{other}, $TYPE], {key}: [{{}}]",
        "policyTypes: [{other}, nonsense], {key}: [{{}}]",  # NP105's
        "policyTypes: [{other}]",
    ],
)
def test_silent(find, code, direction, other, peers, spec):
    text = policy("podSelector: {}, " + spec.format(direction=direction, other=other, key=direction.lower()))
    assert find(code, text) == []


def test_the_same_type_twice_is_replaced_not_made_three(mend):
    text = policy("podSelector: {}, policyTypes: [Egress, Egress], ingress: [{}]")
    assert mend("NP203", text) == text.replace("[Egress, Egress]", "[Egress, Ingress]")


BLOCK = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
spec:
  podSelector: {}
  policyTypes:
  - Ingress
  egress:
  - to:
    # the database
    - podSelector: {}
"""


def test_rules_with_comments_are_not_removed(mend):
    assert mend("NP202", BLOCK) == BLOCK.replace("  - Ingress\n", "  - Ingress\n  - Egress\n")
    assert mend("NP202", BLOCK, "Remove") is None
    without = BLOCK.replace("    # the database\n", "")
    assert mend("NP202", without, "Remove") == without[: without.index("  egress")]


def test_what_an_alias_needs_is_not_touched(mend):
    anchored = BLOCK.replace("    # the database\n", "").replace("    - podSelector: {}", "    - podSelector: &all {}")
    assert mend("NP202", anchored, "Remove") is None
    aliased = BLOCK.replace("  name: web\n", "  name: web\n  finalizers: &types [Ingress]\n").replace(
        ":\n  - Ingress\n", ": *types\n"
    )
    assert mend("NP202", aliased, "Add") is None
