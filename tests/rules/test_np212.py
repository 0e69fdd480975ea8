"""NP212 unsatisfiable-selector."""

import pytest

from netpol_lsp.lint.engine import lint_text
from tests.builders import HEAD, policy_text


def policy(selector: str) -> str:
    return policy_text(f"{{podSelector: {selector}}}")


@pytest.mark.parametrize(
    ("selector", "words"),
    [
        (
            "{matchLabels: {app: web}, matchExpressions: [{key: app, operator: NotIn, values: [web, api]}]}",
            "`app=web` and `app not in (web, api)`",
        ),
        (
            "{matchExpressions: [{key: a, operator: In, values: [x]}, {key: a, operator: In, values: [p, q]}]}",
            "`a=x` and `a in (p, q)`",
        ),
        (
            "{matchExpressions: [{key: a, operator: Exists}, {key: a, operator: DoesNotExist}]}",
            "a label `a` and no label `a`",
        ),
        (
            "{matchLabels: {a: ''}, matchExpressions: [{key: a, operator: DoesNotExist}]}",
            '`a=""` and no label `a`',
        ),
        (
            "{matchExpressions: [{key: a, operator: In, values: [p, q]}, {key: a, operator: NotIn, values: [p]},"
            " {key: a, operator: NotIn, values: [q]}]}",
            "`a in (p, q)`, `a not in (p)` and `a not in (q)`",
        ),
        # What is hidden cannot make it match again.
        (
            "{matchLabels: {app: web, tier: $TIER}, matchExpressions: [{key: app, operator: DoesNotExist}, $MORE]}",
            "`app=web` and no label `app`",
        ),
    ],
)
def test_message(find, selector, words):
    (found,) = find("NP212", policy(selector))
    assert found.message == f"nothing can have {words} at once, so the selector matches nothing"
    assert found.object is not None
    assert found.object.name == "web"


@pytest.mark.parametrize(
    "selector",
    [
        "{}",
        "{matchLabels: {app: web}, matchExpressions: [{key: app, operator: In, values: [web, api]}]}",
        "{matchLabels: {app: web}, matchExpressions: [{key: tier, operator: DoesNotExist}]}",
        "{matchExpressions: [{key: a, operator: NotIn, values: [x]}, {key: a, operator: NotIn, values: [z]}]}",
        "{matchExpressions: [{key: a, operator: NotIn, values: [x]}, {key: a, operator: DoesNotExist}]}",
        # The values are unknown, or refused anyway.
        "{matchLabels: {app: web}, matchExpressions: [{key: app, operator: NotIn, values: [$APP]}]}",
        "{matchLabels: {app: $APP}, matchExpressions: [{key: app, operator: NotIn, values: [web]}]}",
        "{matchExpressions: [{key: a, operator: In, values: []}, {key: a, operator: In, values: [x]}]}",
        "{matchLabels: {app: web}, matchExpressions: [{key: app, operator: Without, values: [web]}]}",
        "$SELECTOR",
    ],
)
def test_silent(find, selector):
    assert find("NP212", policy(selector)) == []


def test_block_style_points_to_the_later_condition(find):
    text = HEAD + (
        "spec:\n  podSelector:\n    matchLabels:\n      app: web\n    matchExpressions:\n      # tests excluded\n"
        "      - key: app\n        operator: NotIn\n        values:\n          - web\n"
    )
    (found,) = find("NP212", text)
    assert text[found.span.start : found.span.end] == "key: app"
    (first,) = found.related
    assert text[first.span.start : first.span.end] == "app: web"


def test_every_selector_of_the_policy(find):
    wrong = "{matchLabels: {a: b}, matchExpressions: [{key: a, operator: DoesNotExist}]}"
    text = (
        f"{HEAD}spec:\n  podSelector: {wrong}\n  ingress:\n  - from: [{{podSelector: {wrong}, namespaceSelector: {wrong}}}]\n"
        f"  egress:\n  - to: [{{namespaceSelector: {wrong}}}]\n"
    )
    assert [found.field.partition(".match")[0] for found in find("NP212", text)] == [
        "spec.podSelector",
        "spec.ingress[0].from[0].podSelector",
        "spec.ingress[0].from[0].namespaceSelector",
        "spec.egress[0].to[0].namespaceSelector",
    ]


def test_an_alias_is_not_said_again(find):
    wrong = "&s {matchLabels: {a: b}, matchExpressions: [{key: a, operator: DoesNotExist}]}"
    text = f"{HEAD}spec:\n  podSelector: {wrong}\n  ingress:\n  - from: [{{podSelector: *s}}]\n"
    assert len(find("NP212", text)) == 1


def test_json_and_crlf(find):
    text = (
        '{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "web"},\r\n "spec":'
        ' {"podSelector": {"matchLabels": {"a": "b"},\r\n "matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}}}\r\n'
    )
    (found,) = find("NP212", text)
    assert text[found.span.start : found.span.end] == '{"key": "a", "operator": "DoesNotExist"}'


def test_a_half_typed_file_is_judged_too(find):
    wrong = "{matchLabels: {a: b}, matchExpressions: [{key: a, operator: DoesNotExist}]}"
    assert len(find("NP212", f"{HEAD}spec:\n  podSelector: {wrong}\n  ingress:\n  - fro\n")) == 1


def test_the_policy_is_not_blamed_for_dns_too():
    wrong = "{matchLabels: {a: b}, matchExpressions: [{key: a, operator: DoesNotExist}]}"
    text = f"{HEAD}spec: {{podSelector: {wrong}, policyTypes: [Egress], egress: [{{to: [{{podSelector: {{}}}}]}}]}}\n"
    assert {found.code for found in lint_text(text).diagnostics} >= {"NP212"}
    assert "NP216" not in {found.code for found in lint_text(text).diagnostics}
