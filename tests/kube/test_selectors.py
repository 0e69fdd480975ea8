"""Selectors of a manifest as label selectors."""

from __future__ import annotations

import pytest

from netpol_lsp.kube.label_selector import EVERYTHING, contradiction, includes, matches
from netpol_lsp.kube.selector_syntax import Selector
from netpol_lsp.kube.selectors import read_selector, written_parts
from netpol_lsp.yaml.documents import parse_document
from netpol_lsp.yaml.nodes import Mapping


def selector(text: str) -> Selector:
    root = parse_document(f"podSelector: {text}\n").root
    assert isinstance(root, Mapping)
    entry = root.entries[0]
    assert isinstance(entry.value, Mapping)
    return Selector(entry.value, entry)


@pytest.mark.parametrize(
    "text", ["{}", "{matchLabels: {}}", "{matchLabels: , matchExpressions: []}", "{matchExpressions: ~}"]
)
def test_empty_selectors_select_everything(text):
    assert read_selector(selector(text)) == EVERYTHING


def test_labels_and_expressions_are_anded():
    read = read_selector(
        selector(
            "{matchLabels: {app: web}, matchExpressions: ["
            "{key: tier, operator: NotIn, values: [a, b]}, {key: env, operator: Exists}]}"
        )
    )
    assert str(read) == "app=web,tier notin (a, b),env"
    assert not read.is_partial
    assert matches(read, {"app": "web", "env": ""})
    assert not matches(read, {"app": "web", "env": "", "tier": "b"})


def test_values_and_keys_are_what_the_server_reads():
    read = read_selector(selector("{matchLabels: {yes: ok, 1.50: '1', 0x1F: ~, q: '', n: !!str 7}}"))
    assert [str(requirement) for requirement in read.requirements] == ["true=ok", "1.5=1", "31=", "q=", "false=7"]
    assert not read.is_partial


def test_of_a_key_that_stands_twice_the_last_value_counts():
    read = read_selector(selector("{matchLabels: {app: a, tier: x, app: b}}"))
    assert [str(requirement) for requirement in read.requirements] == ["tier=x", "app=b"]
    assert [requirement.index for requirement in read.requirements] == [1, 2]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("{matchLabels: {app: web, tier: $TIER}}", "app=web"),
        ("{matchLabels: {app: web, '{{ .Values.key }}': x}}", "app=web"),
        ("{matchLabels: {app: web, tier: 1}}", "app=web"),
        ("{matchLabels: {app: web}, tier: b}", "app=web"),
        ("{matchLabels: [app, web]}", "unknown"),
        ("{matchLabels: $LABELS}", "unknown"),
        ("{matchExpressions: {key: a, operator: Exists}}", "unknown"),
        ("{matchExpressions: [a]}", "unknown"),
        ("{matchExpressions: [{key: a, operator: in, values: [b]}]}", "unknown"),
        ("{matchExpressions: [{key: a, operator: In}]}", "unknown"),
        ("{matchExpressions: [{key: a, operator: In, values: [b, 2]}]}", "unknown"),
        ("{matchExpressions: [{key: a, operator: In, values: b}]}", "unknown"),
        ("{matchExpressions: [{key: a, operator: Exists, values: [b]}]}", "unknown"),
        ("{matchExpressions: [{operator: Exists}]}", "unknown"),
    ],
)
def test_what_is_hidden_or_wrong_makes_it_partial(text, known):
    read = read_selector(selector(text))
    assert read.is_partial
    assert str(read) == known
    assert not includes(read, EVERYTHING)


def test_requirements_lead_back_to_the_manifest():
    written = selector("{matchLabels: {x: y, app: a}, matchExpressions: [1, {key: app, operator: In, values: [b, c]}]}")
    parts = written_parts(written)
    found = contradiction(read_selector(written))
    texts = [written.node.start <= parts[item.index].span.start for item in found]
    assert [str(item) for item in found] == ["app=a", "app in (b, c)"]
    assert texts == [True, True]
    assert parts[found[0].index] is written.labels[1]
    assert parts[found[1].index] is written.requirements[0]
