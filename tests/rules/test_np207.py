"""NP207 empty-rule-allows-all: written on purpose, or a dash too many."""

import pytest

from tests.builders import flow_policy as policy

HEAD = policy("").replace("spec: {}\n", "spec:\n  podSelector: {}\n")


@pytest.mark.parametrize(
    ("spec", "severity", "message"),
    [
        ("ingress: [{}]", "info", "an empty rule allows all ingress, from anyone on every port"),
        ("policyTypes: [Egress], egress: [{}]", "info", "an empty rule allows all egress, to anywhere on every port"),
        ("ingress: [null]", "warning", "an item without a value allows all ingress, from anyone on every port"),
        ("ingress: [{ports: [{}]}]", "info", "an empty item of `ports` allows every TCP port"),
        ("ingress: [{ports: [null]}]", "warning", "an item without a value of `ports` allows every TCP port"),
    ],
)
def test_message(find, spec, severity, message):
    (found,) = find("NP207", policy("podSelector: {}, " + spec))
    assert (found.severity.value, found.message) == (severity, message)


@pytest.mark.parametrize(
    "spec",
    [
        "ingress: []",
        "ingress: [{from: []}]",  # NP208's
        "ingress: [$RULE]",
        "policyTypes: [Ingress], egress: [{}]",  # NP202's
        "ingress: [{ports: [{protocol: UDP}]}]",
        "ingress: [{ports: []}]",
        "ingress: ['']",
    ],
)
def test_silent(find, spec):
    assert find("NP207", policy("podSelector: {}, " + spec)) == []


def test_a_bare_dash_is_marked_and_removed(find, mend):
    text = HEAD + "  ingress:\n  - from:\n    - podSelector: {}\n  -\n  egress: []\n"
    (found,) = find("NP207", text)
    assert text[found.span.start : found.span.end] == "-"
    assert text[: found.span.start].count("\n") == 8
    assert mend("NP207", text) == text.replace("  -\n", "")
    assert mend("NP207", text.replace("\n", "\r\n")) == text.replace("  -\n", "").replace("\n", "\r\n")


def test_the_only_rule(mend):
    assert mend("NP207", HEAD + "  ingress:\n  -\n") == HEAD + "  ingress: []\n"
    assert mend("NP207", HEAD + "  ingress: # why\n  -\n") is None


def test_what_is_meant_has_no_fix(find):
    assert [found.fixes for found in find("NP207", HEAD + "  ingress:\n  - {}\n")] == [()]


def test_two_bare_dashes_go_one_after_the_other(find):
    text = HEAD + "  ingress:\n  -\n  -\n"
    assert [len(found.fixes) for found in find("NP207", text)] == [0, 1]


def test_ports(mend):
    text = HEAD + "  ingress:\n  - ports:\n    - port: 80\n    -\n"
    assert mend("NP207", text) == text.replace("    -\n", "")
    assert mend("NP207", HEAD + "  ingress:\n  - ports:\n    -\n") is None
    assert mend("NP207", policy("podSelector: {}, ingress: [{ports: [null, {port: 80}]}]")) == policy(
        "podSelector: {}, ingress: [{ports: [{port: 80}]}]"
    )
