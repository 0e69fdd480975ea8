"""NP214 redundant-rule."""

import pytest

from netpol_lsp.findings.diagnostic import Tag
from tests.builders import HEAD, policy_text

WEB = "{podSelector: {matchLabels: {app: web}}}"
ALL = "{podSelector: {}}"
NOBODY = "{podSelector: {matchLabels: {a: b}, matchExpressions: [{key: a, operator: DoesNotExist}]}}"


def policy(rules: str, direction: str = "ingress") -> str:
    return policy_text(f"  podSelector: {{}}\n  {direction}: [{rules}]\n")


@pytest.mark.parametrize(
    ("rules", "number", "covering"),
    [
        (f"{{from: [{WEB}]}}, {{from: [{ALL}]}}", 0, 2),
        (f"{{from: [{ALL}]}}, {{from: [{WEB}], ports: [{{port: 80}}]}}", 1, 1),
        (f"{{from: [{WEB}], ports: [{{port: 80}}]}}, {{}}", 0, 2),
        (f"{{from: [{WEB}], ports: [{{port: 80}}]}}, null", 0, 2),
        (f"{{from: [{WEB}], ports: [{{port: 80}}]}}, {{from: [{WEB}], ports: [{{port: 1, endPort: 100}}]}}", 0, 2),
        (f"{{from: [{WEB}], ports: [{{port: http}}]}}, {{from: [{WEB}], ports: [{{protocol: TCP}}]}}", 0, 2),
        (f"{{ports: [{{port: 80}}], from: [{ALL}]}}, {{ports: [{{port: 80}}]}}", 0, 2),
        # The same in other words: the later one is superfluous.
        (f"{{from: [{WEB}], ports: [{{port: 80}}]}}, {{from: [{WEB}], ports: [{{protocol: TCP, port: 80}}]}}", 1, 1),
        # Every port of the three protocols is not everything: there is ICMP.
        (f"{{from: [{WEB}]}}, {{from: [{WEB}], ports: [protocol: TCP, protocol: UDP, protocol: SCTP]}}", 1, 1),
        # One range is covered by two together.
        (
            "{from: [{ipBlock: {cidr: 10.0.0.0/8}}]},"
            " {from: [{ipBlock: {cidr: 10.128.0.0/9}}, {ipBlock: {cidr: 10.0.0.0/9}}]}",
            1,
            1,
        ),
    ],
)
def test_message(find, rules, number, covering):
    (found,) = find("NP214", policy(rules))
    assert found.message == f"this rule adds nothing: ingress rule {covering} allows all of it"
    assert found.field.startswith(f"spec.ingress[{number}]")
    assert found.tags == (Tag.UNNECESSARY,)
    assert [one.message for one in found.related] == ["the rule that covers it"]


@pytest.mark.parametrize(
    "rules",
    [
        f"{{from: [{WEB}]}}",
        f"{{from: [{WEB}]}}, {{from: [{ALL}], ports: [{{port: 80}}]}}",
        f"{{from: [{WEB}], ports: [{{port: 80}}]}}, {{from: [{ALL}], ports: [{{port: 80, protocol: UDP}}]}}",
        f"{{from: [{WEB}], ports: [{{port: http}}]}}, {{from: [{ALL}], ports: [{{port: 80}}]}}",
        f"{{from: [{WEB}], ports: [{{port: 80}}]}}, {{from: [{WEB}], ports: [{{port: http}}]}}",
        # To the letter: NP215.
        f"{{from: [{WEB}]}}, {{from: [{WEB}]}}",
        "{}, {}",
        # Nobody: NP212.
        f"{{from: [{NOBODY}]}}, {{from: [{WEB}]}}",
        # Unknown.
        f"{{from: [{WEB}]}}, {{from: [{{podSelector: $SELECTOR}}]}}",
        f"{{from: [{WEB}], ports: [{{port: $PORT}}]}}, {{from: [{ALL}], ports: [{{port: 80}}]}}",
        f"{{from: [{WEB}, $PEER]}}, {{from: [{ALL}]}}",
        "$RULE, {}",
        "$RULE, $RULE",
    ],
)
def test_silent(find, rules):
    assert find("NP214", policy(rules)) == []


def test_what_is_unknown_does_not_matter_beside_an_empty_rule(find):
    (found,) = find("NP214", policy(f"{{from: [{WEB}], ports: [{{port: $PORT}}]}}, {{}}"))
    assert found.field.startswith("spec.ingress[0]")


def test_directions_are_apart(find):
    both = f"{HEAD}spec:\n  podSelector: {{}}\n  ingress: [{{}}]\n  egress: [{{to: [{WEB}]}}]\n"
    assert find("NP214", both) == []
    (found,) = find("NP214", policy(f"{{to: [{WEB}]}}, {{}}", "egress"))
    assert found.message == "this rule adds nothing: egress rule 2 allows all of it"


def test_each_superfluous_rule_is_named(find):
    found = find("NP214", policy(f"{{from: [{WEB}]}}, {{}}, {{from: [{ALL}]}}, {{from: [{WEB}]}}"))
    # The last one is a copy of the first, and NP215's.
    assert [one.field for one in found] == ["spec.ingress[0]", "spec.ingress[2]"]


def test_block_style_and_crlf(find):
    text = (
        HEAD
        + "spec:\n  podSelector: {}\n  ingress:\n  # everything\n  - {}\n  - from:  # and some\n    - podSelector: {}\n"
    ).replace("\n", "\r\n")
    (found,) = find("NP214", text)
    assert text[found.span.start : found.span.end] == "from"
    assert text[found.related[0].span.start : found.related[0].span.end] == "{}"


def test_rules_of_a_policy_in_json(find):
    text = (
        '{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "a"},'
        ' "spec": {"podSelector": {}, "ingress": [{"from": [{"podSelector": {}}]}, {}]}}'
    )
    (found,) = find("NP214", text)
    assert text[found.span.start : found.span.end] == '{"from": [{"podSelector": {}}]}'
