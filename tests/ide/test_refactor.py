"""Refactorings say the same in another way, or add what they promise."""

import pytest

from netpol_lsp.ide.refactor import refactorings
from netpol_lsp.kube.selectors import read_selector
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.text.edits import apply_edits
from netpol_lsp.text.source import make_source
from netpol_lsp.text.span import Span
from tests.builders import HEAD


def policy_of(text):
    analysis = analyse(make_source("u", text)).parts[0].analysis
    return analysis.document, analysis.policies[0]


def offered(text, needle):
    """What is offered at a piece of the text: the text behind each, by its key's kind."""
    document, policy = policy_of(text)
    at = text.index(needle)
    found = refactorings(document, policy, Span(at, at))
    return {one.key.partition(":")[0]: apply_edits(text, one.edits) for one in found}


@pytest.mark.parametrize(
    "selector",
    ["{matchLabels: {app: web, tier: '1'}}", "\n    matchLabels:\n      app: web\n      tier: '1'\n    "],
)
def test_labels_and_expressions_select_the_same(selector):
    text = f"{HEAD}spec:\n  podSelector: {selector}\n  policyTypes: [Ingress]\n"
    before = read_selector(policy_of(text)[1].pod_selector)
    after = offered(text, "matchLabels")["expressions"]
    assert "matchLabels" not in after
    assert read_selector(policy_of(after)[1].pod_selector) == before
    back = offered(after, "matchExpressions")["labels"]
    assert "matchExpressions" not in back
    assert read_selector(policy_of(back)[1].pod_selector) == before


@pytest.mark.parametrize(
    "expressions",
    [
        "[{key: app, operator: Exists}]",
        "[{key: app, operator: In, values: [a, b]}]",
        "[{key: app, operator: NotIn, values: [a]}]",
        "[{key: app, operator: In, values: [a]}, {key: app, operator: In, values: [b]}]",
        "[{key: app, operator: In, values: [a]}, nonsense]",
    ],
)
def test_expressions_that_say_more_stay(expressions):
    text = f"{HEAD}spec: {{podSelector: {{matchExpressions: {expressions}}}, policyTypes: [Ingress]}}\n"
    assert "labels" not in offered(text, "matchExpressions")


def test_peers_are_split_and_joined():
    text = f"{HEAD}spec:\n  podSelector: {{}}\n  policyTypes: [Ingress]\n  ingress:\n    - from:\n        - namespaceSelector: {{}}\n          podSelector: {{}}\n"
    apart = offered(text, "namespaceSelector")["split"]
    assert len(policy_of(apart)[1].ingress[0].peers) == 2
    assert offered(apart, "namespaceSelector")["join"] == text


@pytest.mark.parametrize(
    "first", ["ipBlock: {cidr: 10.0.0.0/8}", "podSelector: {}", "namespaceSelector: {}\n          podSelector: {}"]
)
def test_other_neighbours_are_not_joined(first):
    text = (
        f"{HEAD}spec:\n  podSelector: {{}}\n  ingress:\n    - from:\n        - {first}\n        - podSelector: {{}}\n"
    )
    assert "join" not in offered(text, "- podSelector: {}\n")


@pytest.mark.parametrize("types", ["", "  policyTypes:\n", "  policyTypes: []\n"])
@pytest.mark.parametrize("rules", ["", "  egress:\n    - {}\n"])
def test_policy_types_are_written_out(types, rules):
    text = f"{HEAD}spec:\n  podSelector: {{}}\n{types}{rules}"
    before = policy_of(text)[1].effective_types
    after = offered(text, "NetworkPolicy")["policy-types"]
    assert policy_of(after)[1].effective_types == before
    assert policy_of(after)[1].declares_types
    assert "policy-types" not in offered(after, "NetworkPolicy")


@pytest.mark.parametrize(
    "egress",
    [
        "",
        "  egress:\n",
        "  egress: []\n",
        "  egress:\n    - to:\n        - podSelector: {}\n",
        "  egress: [{to: [{podSelector: {}}]}]\n",
    ],
)
def test_dns_is_allowed(egress):
    text = f"{HEAD}spec:\n  podSelector: {{}}\n  policyTypes: [Egress]\n{egress}"
    after = offered(text, "NetworkPolicy")["dns"]
    policy = policy_of(after)[1]
    assert {(port.number, port.effective_protocol) for port in policy.egress[-1].ports} >= {(53, "UDP"), (53, "TCP")}
    assert not [one for one in lint_text(after).diagnostics if one.is_refused]
    assert "dns" not in offered(after, "NetworkPolicy")


@pytest.mark.parametrize(
    "spec", ["{podSelector: {}, policyTypes: [Ingress]}", "{podSelector: {}, policyTypes: [Egress], egress: [{}]}"]
)
def test_dns_where_nothing_forbids_it(spec):
    assert "dns" not in offered(f"{HEAD}spec: {spec}\n", "NetworkPolicy")


def test_nothing_in_json_breaks_json():
    import json

    text = '{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "a"}, "spec": {"podSelector": {"matchLabels": {"a": "b"}}, "egress": [{"to": []}]}}'
    for needle in ("NetworkPolicy", "matchLabels", "egress"):
        for after in offered(text, needle).values():
            json.loads(after)
