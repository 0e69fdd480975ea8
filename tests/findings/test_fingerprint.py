import re
from dataclasses import replace

import pytest

from netpol_lsp.findings.diagnostic import Category, Diagnostic, ObjectRef, Severity, with_occurrence_index
from netpol_lsp.text.span import Span

FOUND = Diagnostic(
    "NP103", "unquoted-label-value", Category.API, Severity.ERROR, "no text", Span(3, 5),
    object=ObjectRef("NetworkPolicy", "shop", "web"), field="spec.podSelector",
)  # fmt: skip


def fingerprint(found: Diagnostic) -> str:
    return found.fingerprint


def test_stays_the_same_for_ever():
    # Baselines hold it: change it and every baseline is stale.
    assert fingerprint(FOUND) == "0c975bda4d035b23906159fb"


@pytest.mark.parametrize(
    "change", [{"span": Span(0, 1)}, {"message": "else"}, {"severity": Severity.INFO}, {"document": 3}, {"label": "x"}]
)
def test_does_not_depend_on_place_or_words(change):
    assert fingerprint(replace(FOUND, **change)) == fingerprint(FOUND)


@pytest.mark.parametrize(
    "change",
    [
        {"code": "NP104"},
        {"field": "spec"},
        {"object": None},
        {"object": ObjectRef("NetworkPolicy", "shop", "web2")},
        {"object": ObjectRef("NetworkPolicy", None, "web")},
        {"object": ObjectRef(None, "shop", "web")},
        {"object": ObjectRef("NetworkPolicy", "shopweb", "")},
        {"object": ObjectRef("\ud800", "shop", "web")},
    ],
)
def test_depends_on_code_object_and_field(change):
    assert fingerprint(replace(FOUND, **change)) != fingerprint(FOUND)


def test_equal_findings_are_numbered_in_order():
    other = replace(FOUND, field="spec")
    found = with_occurrence_index([FOUND, other, replace(FOUND, span=Span(9, 10)), FOUND])
    prints = [item.fingerprint for item in found]
    assert len(set(prints)) == 4
    assert prints[0] == fingerprint(FOUND)
    assert prints[1] == other.fingerprint
    assert all(re.fullmatch("[0-9a-f]{24}", item) for item in prints)
    assert [replace(item, number=0) for item in found] == [FOUND, other, replace(FOUND, span=Span(9, 10)), FOUND]


def test_a_further_finding_behind_changes_nothing():
    assert with_occurrence_index([FOUND, FOUND])[0] == with_occurrence_index([FOUND])[0]


def test_numbers_do_not_collide_with_fields():
    assert fingerprint(replace(FOUND, field="spec\0001")) != fingerprint(replace(FOUND, field="spec", number=1))
