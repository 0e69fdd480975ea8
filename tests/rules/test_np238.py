"""NP238 exclusion-cancelled."""

import pytest

from tests.builders import policy_text

NOT_TEST = "{namespaceSelector: {matchExpressions: [{key: team, operator: NotIn, values: [test]}]}}"


def policy(rules: str, direction: str = "ingress") -> str:
    return policy_text(f"{{podSelector: {{}}, policyTypes: [Ingress, Egress], {direction}: {rules}}}")


@pytest.mark.parametrize(
    ("rules", "field", "says"),
    [
        (f"[{{from: [{NOT_TEST}, {{namespaceSelector: {{}}}}]}}]", "from[0]", "every pod of every namespace"),
        (f"[{{from: [{{namespaceSelector: {{}}}}, {NOT_TEST}]}}]", "from[1]", "another item"),
        (
            f"[{{from: [{NOT_TEST}], ports: [{{port: 80}}]}}, {{ports: [{{port: 80}}, {{port: 81}}]}}]",
            "from[0]",
            "another rule takes in everyone",
        ),
        (
            "[{from: [{podSelector: {matchExpressions: [{key: test, operator: DoesNotExist}]}}, {podSelector: {}}]}]",
            "from[0]",
            "`DoesNotExist` excludes nothing",
        ),
        (
            "[{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}, {ipBlock: {cidr: 0.0.0.0/0}}]}]",
            "from[0]",
            "`except` excludes nothing: another item takes in every IPv4 address",
        ),
    ],
)
def test_found(find, rules, field, says):
    (found,) = find("NP238", policy(rules))
    assert field in found.field
    assert says in found.message


@pytest.mark.parametrize(
    "rules",
    [
        f"[{{from: [{NOT_TEST}]}}]",
        # The wider one is for other ports.
        f"[{{from: [{NOT_TEST}], ports: [{{port: 80}}]}}, {{from: [{{namespaceSelector: {{}}}}], ports: [{{port: 81}}]}}]",
        f"[{{from: [{NOT_TEST}]}}, {{from: [{{namespaceSelector: {{}}}}], ports: [{{port: 81}}]}}]",
        # A part of what is excepted, added on purpose.
        "[{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}, {ipBlock: {cidr: 10.1.0.0/16}}]}]",
        # Other conditions of the same item still hold.
        "[{from: [{namespaceSelector: {matchLabels: {a: b}, matchExpressions: [{key: team, operator: NotIn, values: [test]}]}}, "
        "{namespaceSelector: {matchLabels: {c: d}}}]}]",
        # Everything is NP207's.
        f"[{{from: [{NOT_TEST}]}}, {{}}]",
        f"[{{from: [{NOT_TEST}, {{namespaceSelector: {{matchLabels: $LABELS}}}}]}}]",
    ],
)
def test_silent(find, rules):
    assert find("NP238", policy(rules)) == []


def test_the_wider_item_need_not_be_everyone(find):
    narrow = (
        "{namespaceSelector: {matchLabels: {a: b}, matchExpressions: [{key: team, operator: NotIn, values: [test]}]}}"
    )
    (found,) = find("NP238", policy(f"[{{from: [{narrow}, {{namespaceSelector: {{matchLabels: {{a: b}}}}}}]}}]"))
    assert "namespaces with `a=b`" in found.message


def test_what_takes_in_everybody_again_is_reported_once(find):
    everybody = "{namespaceSelector: {}}"
    widened = policy(f"[{{from: [{NOT_TEST}, {everybody}]}}]")
    assert len(find("NP238", widened)) == 1
    assert find("NP404", widened) == []
    plain = policy(f"[{{from: [{everybody}]}}]")
    assert len(find("NP404", plain)) == 1
    assert len(find("NP404", plain.replace("name: web", "name: allow-all-namespaces"))) == 1  # facts are wanted here
    assert len(find("NP404", plain.replace("name: web", "name: deny-others"))) == 1
    denial = plain.replace("name: web", "name: deny-other-namespaces")
    assert find("NP404", denial) == []
    assert len(find("NP229", denial)) == 1
