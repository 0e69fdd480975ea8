"""What fails belongs to one document: a finding there, and everything else is linted."""

from __future__ import annotations

import pytest

from netpol_lsp.lint import analysis, engine, suppress
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.yaml.parser import MAX_DEPTH, MAX_NODES

GOOD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: A, namespace: b}\nspec: {podSelector: {}}\n"
"""Its name has an upper-case letter: NP106."""


def codes(text: str) -> list[str]:
    return [found.code for found in lint_text(text).diagnostics]


def _fail_for_bad(original):
    def failing(text, *arguments, **options):
        if "BAD" in text:
            raise ValueError("not foreseen " + "9" * 5000)
        return original(text, *arguments, **options)

    return failing


def test_a_document_that_cannot_be_read_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "parse_manifest", _fail_for_bad(analysis.parse_manifest))
    found = lint_text(f"{GOOD}---\n# BAD\n{GOOD}---\n{GOOD}").diagnostics
    assert [one.document for one in found if one.code == "NP106"] == [0, 2]
    failed = next(one for one in found if one.code == "NP990")
    assert failed.document == 1
    assert failed.message.startswith("internal error in the reader (ValueError: not foreseen 999")
    assert len(failed.message) < 400


def test_an_engine_that_fails_leaves_what_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise ValueError("no")

    monkeypatch.setattr(engine, "features_of_policy", fail)
    assert "NP990" in codes(GOOD)
    monkeypatch.undo()
    monkeypatch.setattr(suppress, "apply_suppressions", fail)
    assert {"NP990", "NP106"} <= set(codes(f"# netpol: ignore[NP216] as an example\n{GOOD}"))


@pytest.mark.parametrize("digits", [70, 4301, 100_000])
@pytest.mark.parametrize("sign", ["", "-", "0x", "0o", "0b", "+"])
def test_numbers_may_have_any_number_of_digits(digits: int, sign: str) -> None:
    number = sign + "1" * digits
    text = GOOD.replace("name: A", f"name: {number}") + f"x: {number}\n? {number}\n: 1\n"
    found = lint_text(text).diagnostics
    assert "NP990" not in [one.code for one in found]
    assert max(len(one.message) for one in found) < 700


DEEP = {
    "lists": lambda n: "[" * n + "]" * n,
    "mappings": lambda n: "{a: " * n + "}" * n,
    "open brackets": lambda n: "[" * n,
    "dashes": lambda n: "\n  " + "- " * n + "a",
    "questions": lambda n: "\n  " + "? " * n + "a",
    "blocks": lambda n: "\n" + "".join(" " * (depth + 3) + "a:\n" for depth in range(n)),
}


@pytest.mark.parametrize("make", DEEP.values(), ids=DEEP)
def test_too_deep_is_said(make) -> None:
    found = lint_text(f"{GOOD}x: {make(MAX_DEPTH + 20)}\n").diagnostics
    assert [one.message for one in found if one.code == "NP001"] == [f"nested more than {MAX_DEPTH} levels deep"]


@pytest.mark.parametrize("make", DEEP.values(), ids=DEEP)
def test_half_as_deep_as_allowed_is_no_internal_error(make) -> None:
    assert "NP990" not in codes(f"{GOOD}x: {make(MAX_DEPTH // 2)}\n")


def test_too_many_values_are_said() -> None:
    found = lint_text(GOOD + "x: [" + "a," * MAX_NODES + "a]\n").diagnostics
    assert [(one.code, one.severity, one.message) for one in found if one.code == "NP001"] == [
        ("NP001", "warning", f"the document has more than {MAX_NODES:,} values, which is more than is read")
    ]
