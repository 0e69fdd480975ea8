"""Label selectors against brute force over a small universe of label sets."""

from __future__ import annotations

import itertools
import json

from hypothesis import given
from hypothesis import strategies as st

from netpol_lsp.kube.label_selector import (
    EVERYTHING,
    UNKNOWN_SELECTOR,
    LabelRequirement,
    Operator,
    contradiction,
    includes,
    intersection,
    intersects,
    is_satisfiable,
    label_selector,
    match_labels,
    matches,
    selector_from_json,
    selector_to_json,
)

KEYS = ["app", "tier"]
VALUES = ["", "a", "b"]
# "other" is a value that no selector names: it stands for all the rest.
LABEL_SETS = [
    {key: value for key, value in zip(KEYS, values, strict=True) if value is not None}
    for values in itertools.product([None, "other", *VALUES], repeat=len(KEYS))
]

SOME_VALUES = st.lists(st.sampled_from(VALUES), min_size=1, max_size=3).map(tuple)
REQUIREMENTS = st.one_of(
    st.builds(LabelRequirement, st.sampled_from(KEYS), st.sampled_from([Operator.IN, Operator.NOT_IN]), SOME_VALUES),
    st.builds(LabelRequirement, st.sampled_from(KEYS), st.sampled_from([Operator.EXISTS, Operator.DOES_NOT_EXIST])),
)
SELECTORS = st.lists(REQUIREMENTS, max_size=4).map(label_selector)


def selected(selector) -> list[int]:
    return [index for index, labels in enumerate(LABEL_SETS) if all(_holds(r, labels) for r in selector.requirements)]


def _holds(requirement: LabelRequirement, labels: dict[str, str]) -> bool:
    """The operators as the Kubernetes documentation words them."""
    value = labels.get(requirement.key)
    if requirement.operator is Operator.IN:
        return value is not None and value in requirement.values
    if requirement.operator is Operator.NOT_IN:
        return value is None or value not in requirement.values
    return (value is not None) is (requirement.operator is Operator.EXISTS)


@given(SELECTORS)
def test_matches(selector):
    assert [index for index, labels in enumerate(LABEL_SETS) if matches(selector, labels)] == selected(selector)


@given(SELECTORS)
def test_satisfiable_means_that_something_matches(selector):
    assert is_satisfiable(selector) == bool(selected(selector))


@given(SELECTORS, SELECTORS)
def test_inclusion_is_exact(a, b):
    assert includes(a, b) == (set(selected(a)) >= set(selected(b)))


@given(SELECTORS, SELECTORS)
def test_intersection_is_exact(a, b):
    both = set(selected(a)) & set(selected(b))
    assert intersects(a, b) == bool(both)
    assert {index for index, labels in enumerate(LABEL_SETS) if matches(intersection(a, b), labels)} == both


@given(SELECTORS, SELECTORS)
def test_equal_selectors_select_the_same(a, b):
    if a == b:
        assert selected(a) == selected(b)
        assert hash(a) == hash(b)


@given(SELECTORS)
def test_a_contradiction_needs_each_of_its_requirements(selector):
    found = contradiction(selector)
    assert bool(found) == (not is_satisfiable(selector))
    if found:
        assert len({requirement.key for requirement in found}) == 1
        assert not is_satisfiable(label_selector(found))
        for left_out in range(len(found)):
            assert is_satisfiable(label_selector(found[:left_out] + found[left_out + 1 :]))


@given(SELECTORS)
def test_json_round_trip(selector):
    back = selector_from_json(json.loads(json.dumps(selector_to_json(selector))))
    assert back == selector
    assert back.requirements == selector.requirements
    assert [r.index for r in back.requirements] == [r.index for r in selector.requirements]


def test_absent_labels_match_notin_and_doesnotexist():
    notin = label_selector([LabelRequirement("app", Operator.NOT_IN, ("web",))])
    missing = label_selector([LabelRequirement("app", Operator.DOES_NOT_EXIST)])
    assert matches(notin, {})
    assert matches(missing, {})
    assert includes(notin, missing)
    assert not includes(missing, notin)
    assert not includes(label_selector([LabelRequirement("app", Operator.EXISTS)]), notin)


def test_partial_selectors_prove_only_what_is_known():
    partial = label_selector([LabelRequirement("app", Operator.IN, ("web",))], is_partial=True)
    web = match_labels({"app": "web"})
    assert includes(web, partial)
    assert not includes(partial, web)
    assert not includes(UNKNOWN_SELECTOR, web)
    assert includes(EVERYTHING, partial)
    assert intersects(partial, web)
    assert not intersects(partial, match_labels({"app": "db"}))
    assert UNKNOWN_SELECTOR != EVERYTHING
    assert not UNKNOWN_SELECTOR.selects_everything
    assert selector_from_json(selector_to_json(partial)) == partial


def test_selectors_in_words():
    selector = label_selector(
        [
            LabelRequirement("app", Operator.IN, ("web",)),
            LabelRequirement("tier", Operator.IN, ("a", "b")),
            LabelRequirement("env", Operator.NOT_IN, ("dev",)),
            LabelRequirement("zone", Operator.EXISTS),
            LabelRequirement("old", Operator.DOES_NOT_EXIST),
        ]
    )
    assert str(selector) == "app=web,tier in (a, b),env notin (dev),zone,!old"
    assert str(EVERYTHING) == "everything"
    assert str(UNKNOWN_SELECTOR) == "unknown"


def test_the_order_of_requirements_does_not_matter():
    a = label_selector([LabelRequirement("x", Operator.EXISTS), LabelRequirement("app", Operator.IN, ("b", "a"))])
    b = label_selector([LabelRequirement("app", Operator.IN, ("a", "b")), LabelRequirement("x", Operator.EXISTS)])
    assert a == b
    assert {a, b} == {a}
