"""Promise three: a fix never harms. Every fix that any rule offers, on our examples and on the data of others."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from netpol_lsp.config.config import FileConfig
from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.lint.examples import examples_of
from netpol_lsp.lint.registry import all_rules
from netpol_lsp.text.edits import Applicability, Fix, apply_edits
from netpol_lsp.yaml.documents import parse_document, split

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
ALL = FileConfig(frozenset(rule.info.code for rule in all_rules()))
BAD = [
    pytest.param(example.text, id=f"{rule.info.code}-{number}")
    for rule in all_rules()
    for number, example in enumerate(examples_of(rule.info.doc))
    if example.kind == "bad"
]
# These rules take away or restore text as a whole, so that comments and other findings change with it.
RESTRUCTURING = frozenset({"NP004"})
# What such a fix brings to light was hidden by the error before.
UNCOVERING = frozenset(
    {
        "NP001",
        "NP002",
        "NP003",
        "NP004",
        "NP005",
        "NP007",
        "NP009",
        "NP101",
        "NP102",
        "NP104",
        "NP105",
        "NP110",
        "NP112",
    }
)


def identity(diagnostic: Diagnostic) -> tuple[str, str, str]:
    return (diagnostic.code, str(diagnostic.object), diagnostic.field)


def errors(diagnostics: tuple[Diagnostic, ...]) -> Counter[str]:
    return Counter(d.code for d in diagnostics if d.is_refused)


def check_fix(text: str, finding: Diagnostic, fix: Fix, before: tuple[Diagnostic, ...]) -> str | None:
    """What is wrong with a fix, or None."""
    fixed = apply_edits(text, fix.edits)
    if fixed == text:
        return "changes nothing"
    if fix.applicability is Applicability.DISPLAY:
        return None
    after = lint_text(fixed, config=ALL).diagnostics
    left = Counter(identity(d) for d in after)[identity(finding)]
    if left >= Counter(identity(d) for d in before)[identity(finding)]:
        return "the finding is still there"
    if finding.code not in UNCOVERING:
        new = errors(after) - errors(before)
        if new:
            return f"new error {next(iter(new))}"
    broken = any(parse_document(chunk.text).error for chunk in split(text))
    if not broken and any(parse_document(chunk.text).error for chunk in split(fixed)):
        return "the result is not YAML"
    if finding.code not in RESTRUCTURING and lost_comments(text, fixed, finding):
        return "a comment is lost"
    return None


def lost_comments(text: str, fixed: str, finding: Diagnostic) -> bool:
    if finding.code in ("NP901", "NP902", "NP007"):
        return False
    comments = Counter(comment.text for chunk in split(text) for comment in parse_document(chunk.text).comments)
    kept = Counter(comment.text for chunk in split(fixed) for comment in parse_document(chunk.text).comments)
    return bool(comments - kept) and not finding.code.startswith("NP00")


def harms(text: str) -> list[str]:
    report = lint_text(text, config=ALL)
    text = report.source.text
    found = []
    for diagnostic in report.diagnostics:
        for fix in diagnostic.fixes:
            problem = check_fix(text, diagnostic, fix, report.diagnostics)
            if problem:
                found.append(f"{diagnostic.code} `{fix.title}` ({diagnostic.message}): {problem}")
    return found


@pytest.mark.parametrize("text", BAD)
def test_fixes_of_examples(text: str) -> None:
    assert harms(text) == []


@pytest.mark.parametrize("text", BAD)
def test_fixes_of_examples_with_other_line_ends(text: str) -> None:
    assert harms(text.replace("\n", "\r\n")) == []


@pytest.mark.parametrize("name", ["generated", "edited"])
def test_fixes_of_policies_of_others(name: str) -> None:
    path = SHARED / "parity" / f"{name}.jsonl.gz"
    if not path.exists():
        pytest.skip("the parity data of ../shared is not there")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for number, line in enumerate(lines) if number % 8 == 0]
    problems = [(row["id"], problem) for row in rows for problem in harms(row["yaml"])]
    assert problems == []
