"""Every rule's page: its bad examples give the marked findings, its good ones none, its fixes lead to the fixed ones."""

import json
import re
from dataclasses import replace

import pytest

from netpol_lsp.config.config import Config, FileConfig, Layer, Setting
from netpol_lsp.config.schema import KEYS_BY_NAME
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.lint.examples import Example, examples_of
from netpol_lsp.lint.registry import all_rules
from netpol_lsp.text.edits import Applicability, Fix, apply_edits, compatible_fixes

RULES = {rule.info.code: rule for rule in all_rules()}
ALL = FileConfig(enabled=frozenset(RULES))
CASES = [
    pytest.param(code, example, id=f"{code}-{number}-{example.kind}")
    for code, rule in RULES.items()
    for number, example in enumerate(examples_of(rule.info.doc))
]


def config_of(code: str, example: Example) -> FileConfig:
    """All rules; words in braces behind the kind are facts of the cluster or options of the rule."""
    match = re.search(r"\{.*\}", example.details)
    if match is None:
        return ALL
    given = {
        key: tuple(value) if isinstance(value, list) else value for key, value in json.loads(match.group()).items()
    }
    facts = {key: Setting(given.pop(key)) for key in KEYS_BY_NAME if key in given}
    settings = Config([Layer(facts)]).for_file().settings
    options = {key.replace("-", "_"): value for key, value in given.items()}
    return replace(ALL, settings=settings, options={code: options} if options else {})


def lines_of(code: str, text: str, config: FileConfig = ALL) -> list[tuple[int, str]]:
    report = lint_text(text, config=config)
    lines = report.source.lines
    return sorted(
        (lines.line_of(d.span.start), d.code) for d in report.diagnostics if d.code == code and not d.suppressed
    )


def first_fixes(code: str, text: str) -> list[Fix]:
    report = lint_text(text, config=ALL)
    return [
        next(fix for fix in d.fixes if fix.applicability is not Applicability.DISPLAY)
        for d in report.diagnostics
        if d.code == code and any(fix.applicability is not Applicability.DISPLAY for fix in d.fixes)
    ]


@pytest.mark.parametrize("code", RULES)
def test_page_has_a_bad_and_a_good_example(code: str) -> None:
    kinds = {example.kind for example in examples_of(RULES[code].info.doc)}
    # No manifest is known that makes a rule fail; tests/lint makes one fail on purpose. A chart is more than one file;
    # tests/workspace has some.
    assert kinds >= ({"good"} if code in ("NP990", "NP012", "NP903") else {"bad", "good"})


@pytest.mark.parametrize(("code", "example"), [case for case in CASES if case.values[1].kind == "bad"])
def test_bad_example_gives_the_marked_findings(code: str, example: Example) -> None:
    marked = sorted(pair for pair in example.expected if pair[1] == code)
    assert marked, "a bad example marks where its finding is"
    assert lines_of(code, example.text, config_of(code, example)) == marked


@pytest.mark.parametrize(("code", "example"), [case for case in CASES if case.values[1].kind == "good"])
def test_good_example_gives_no_finding(code: str, example: Example) -> None:
    config = config_of(code, example)
    report = lint_text(example.text, config=config)
    assert lines_of(code, example.text, config) == []
    assert [d.message for d in report.diagnostics if d.is_refused] == []


@pytest.mark.parametrize(("code", "example"), [case for case in CASES if case.values[1].kind == "fixed"])
def test_fix_leads_to_the_fixed_example(code: str, example: Example) -> None:
    examples = examples_of(RULES[code].info.doc)
    number = next(index for index, other in enumerate(examples) if other is example or other == example)
    bad = next(other for other in reversed(examples[:number]) if other.kind == "bad")
    text = bad.text
    for _ in range(5):
        fixes = first_fixes(code, text)
        if not fixes:
            break
        taken, _left = compatible_fixes(fixes)
        text = apply_edits(text, [edit for fix in taken for edit in fix.edits])
    assert text == example.text
    assert lines_of(code, text) == []


def test_no_rule_fails_on_an_example_of_another() -> None:
    for case in CASES:
        report = lint_text(case.values[1].text, config=ALL)
        assert [d.message for d in report.diagnostics if d.code == "NP990"] == []
