"""NP236 dropped-selector."""

import pytest

from tests.builders import flow_policy as policy


def peer(item: str) -> str:
    return policy(f"podSelector: {{}}, ingress: [{{from: [{{{item}}}]}}]")


@pytest.mark.parametrize(
    ("item", "message", "applicability", "fixed"),
    [
        (
            "podSelector: {matchLabels: {a: b}}, namespaceSelector: null",
            "`namespaceSelector` without a value is dropped: this means pods with `a=b` in the policy's own namespace `shop`",
            "unsafe",
            "podSelector: {matchLabels: {a: b}}, namespaceSelector: {}",
        ),
        (
            "namespaceSelector: {matchLabels: {a: b}}, podSelector: null",
            "`podSelector` without a value is dropped: this means every pod of namespaces with `a=b`",
            "safe",
            "namespaceSelector: {matchLabels: {a: b}}, podSelector: {}",
        ),
        (
            "ipBlock: ~, podSelector: {}",
            "`ipBlock` without a value is dropped: this means every pod of the policy's own namespace `shop`",
            "safe",
            "podSelector: {}",
        ),
        (
            "ipBlock: {cidr: 10.0.0.0/8}, podSelector: null",
            "`podSelector` without a value is dropped: this means addresses in `10.0.0.0/8`",
            "safe",
            "ipBlock: {cidr: 10.0.0.0/8}",
        ),
    ],
)
def test_message_and_fix(find, mend, item, message, applicability, fixed):
    (found,) = find("NP236", peer(item))
    assert (found.severity.value, found.message) == ("warning", message)
    assert [fix.applicability.value for fix in found.fixes] == [applicability]
    assert mend("NP236", peer(item)) == peer(fixed)


@pytest.mark.parametrize(
    "item",
    [
        "podSelector: {}",
        "podSelector: {}, namespaceSelector: {}",
        "podSelector: {}, namespaceSelector: $SELECTOR",
        "namespaceSelector: ",  # NP115's
        "namespaceSelector: , podSelector: ",  # NP115's
        "podSelector: {}, ports: ",  # NP101's
    ],
)
def test_silent(find, item):
    assert find("NP236", peer(item)) == []


def test_block_style_keeps_comments(mend):
    head = policy("").replace("spec: {}\n", "spec:\n  podSelector: {}\n  ingress:\n  - from:\n")
    text = head + "    - namespaceSelector: # which?\n      podSelector:\n        matchLabels: {a: b}\n"
    assert mend("NP236", text) == text.replace("namespaceSelector: # which?", "namespaceSelector: {} # which?")
    block = head + "    - ipBlock: # none\n      podSelector: {}\n"
    assert mend("NP236", block) is None
    assert mend("NP236", block.replace(" # none", "")) == head + "    - podSelector: {}\n"
