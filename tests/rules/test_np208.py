"""NP208 empty-from-allows-all."""

import pytest

from tests.builders import flow_policy as policy


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("ingress: [{from: []}]", "`from: []` allows ingress from anyone, on every port"),
        ("policyTypes: [Egress], egress: [{to: []}]", "`to: []` allows egress to anywhere, on every port"),
        (
            "ingress: [{from: [], ports: [{port: 80}, {port: 53, protocol: UDP}]}]",
            "`from: []` allows ingress from anyone, on TCP 80 and UDP 53",
        ),
    ],
)
def test_message(find, spec, message):
    (found,) = find("NP208", policy("podSelector: {}, " + spec))
    assert (found.severity.value, found.message) == ("info" if "ports" in spec else "warning", message)


@pytest.mark.parametrize(
    "spec",
    [
        "ingress: []",
        "ingress: [{from: null}]",  # NP206's
        "ingress: [{from: {}}]",  # NP102's
        "ingress: [{from: [{}]}]",  # NP115's
        "ingress: [{}]",
        "policyTypes: [Ingress], egress: [{to: []}]",  # NP202's
    ],
)
def test_silent(find, spec):
    assert find("NP208", policy("podSelector: {}, " + spec)) == []


HEAD = policy("").replace("spec: {}\n", "spec:\n  podSelector: {}\n")
TWO = (
    HEAD
    + """\
  ingress:
  - ports:
    - port: 80
  - from: []
    ports:
    - port: 90
"""
)


def test_fixes_in_block_style(mend):
    assert mend("NP208", TWO) == TWO.replace("- from: []\n    ports", "- ports")
    bare = TWO.replace("    ports:\n    - port: 90\n", "")
    assert mend("NP208", bare) == bare.replace("from: []", "{}")
    assert mend("NP208", bare, "Allow no one") == TWO[: TWO.index("  - from")]
    one = bare.replace("  - ports:\n    - port: 80\n", "")
    assert mend("NP208", one, "Allow no one") == HEAD + "  ingress: []\n"
    crlf = one.replace("\n", "\r\n")
    assert mend("NP208", crlf, "Allow no one") == (HEAD + "  ingress: []\n").replace("\n", "\r\n")
    assert mend("NP208", crlf) == crlf.replace("from: []", "{}")


def test_no_comment_is_lost(find, mend):
    commented = TWO.replace("port: 90", "port: 90 # admin")
    bare = TWO.replace("[]\n    ports:\n    - port: 90\n", "[] # all\n")
    assert mend("NP208", bare, "Allow no one") is None
    assert mend("NP208", commented, "Leave") == commented.replace("- from: []\n    ports", "- ports")
    assert [fix.title for fix in find("NP208", TWO.replace("[]\n", "[] # all\n"))[0].fixes] == []


def test_fixes_in_flow_style(mend):
    text = policy("podSelector: {}, ingress: [{from: [], ports: [{port: 80}]}]")
    assert mend("NP208", text) == policy("podSelector: {}, ingress: [{ports: [{port: 80}]}]")
    bare = policy("podSelector: {}, ingress: [{from: []}]")
    assert mend("NP208", bare) == policy("podSelector: {}, ingress: [{}]")
    assert mend("NP208", bare, "Allow no one") == policy("podSelector: {}, ingress: []")


def test_two_in_one_list_go_one_after_the_other(find):
    found = find("NP208", policy("podSelector: {}, ingress: [{from: []}, {from: []}]"))
    assert [[fix.title.split(" ", 2)[0] for fix in one.fixes] for one in found] == [["Leave"], ["Leave", "Allow"]]


def test_an_anchor_is_not_removed(mend):
    text = policy("podSelector: {}, ingress: [{from: [], ports: &p [{port: 80}]}, {ports: *p}]")
    assert mend("NP208", text, "Allow no one") is None


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("allow-external", "info"),
        ("allow-all", "info"),
        ("web-allow-public", "info"),
        ("allow-web", "warning"),
        ("external", "warning"),
    ],
)
def test_a_name_that_allows_everybody(find, name, severity):
    (found,) = find("NP208", policy("podSelector: {}, ingress: [{from: []}]", name))
    assert found.severity.value == severity
