"""All safe fixes of a file together, on our examples and on the data of others: nothing is worse than before.

Judged here by other means than the gate's own: refusals by rule code, stored objects, comments as they are written.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from netpol_lsp.config.config import FileConfig
from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.lint.analysis import Analysis, analyse
from netpol_lsp.lint.engine import lint
from netpol_lsp.lint.examples import examples_of
from netpol_lsp.lint.fixer import fix_source
from netpol_lsp.lint.registry import all_rules
from netpol_lsp.policies.networkpolicy.defaulted_object import defaulted_object
from netpol_lsp.text.source import make_source

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
ALL = FileConfig(frozenset(rule.info.code for rule in all_rules()))
EXAMPLES = [
    pytest.param(example.text, id=f"{rule.info.code}-{number}")
    for rule in all_rules()
    for number, example in enumerate(examples_of(rule.info.doc))
]
# These look for what YAML or a human reads otherwise than it is meant, comments included.
CHANGES_COMMENTS = frozenset({"NP004", "NP007", "NP901", "NP902"})


def refusals(found: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    return [one for one in found if one.is_refused]


def stored(analysis: Analysis, refused: list[Diagnostic]) -> Iterator[str]:
    """What the API server would store of the documents in which nothing is refused, but for exact duplicates."""
    bad = {one.document for one in refused}
    for part in analysis.parts:
        if part.analysis is not None and part.index not in bad:
            for policy in part.analysis.policies:
                yield json.dumps(simplified(defaulted_object(policy)), sort_keys=True)


def simplified(value: object) -> object:
    if isinstance(value, dict):
        return {key: simplified(inner) for key, inner in value.items() if key not in ("cidr", "except")}
    if isinstance(value, list):
        return sorted({json.dumps(simplified(inner), sort_keys=True) for inner in value})
    return value


def comments(text: str) -> Counter[str]:
    lines = [line.strip() for line in text.splitlines()]
    return Counter(line for line in lines if line.startswith("#") and "netpol-lint" not in line)


def harms(text: str) -> list[str]:
    source = make_source("a.yaml", text)
    before = analyse(source)
    found = lint(before, ALL).diagnostics
    fixed = fix_source(source, ALL)
    if fixed.source.text == source.text:
        return []
    after = analyse(fixed.source)
    wrong = []
    old, new = refusals(found), refusals(fixed.report.diagnostics)
    broken = any(part.analysis is not None and part.analysis.document.error for part in before.parts)
    codes = {one.code for one in new} - {one.code for one in old}
    if codes and not broken:
        wrong.append(f"new errors {sorted(codes)}")
    texts, new_texts = ({part.index: part.text for part in one.parts} for one in (before, after))
    if texts.keys() == new_texts.keys():
        wrong += [
            f"document {index} is changed and has as much to refuse"
            for index in {one.document for one in old}
            if not broken
            and texts[index] != new_texts[index]
            and sum(one.document == index for one in new) >= sum(one.document == index for one in old)
        ]
    if Counter(stored(before, old)) - Counter(stored(after, new)):
        wrong.append("another object is stored")
    if not CHANGES_COMMENTS & fixed.applied.keys() and comments(text) - comments(fixed.source.text):
        wrong.append("a comment is lost")
    if "NP002" in codes:
        wrong.append("a key is there twice")
    return [f"{one} after {dict(fixed.applied)}" for one in wrong]


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples(text: str) -> None:
    assert harms(text) == []


@pytest.mark.parametrize("name", ["generated", "edited", "kubernetes-tests"])
def test_policies_of_others(name: str) -> None:
    path = SHARED / "parity" / f"{name}.jsonl.gz"
    if not path.exists():
        pytest.skip("the parity data of ../shared is not there")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for number, line in enumerate(lines) if number % 8 == 5]
    assert [(row["id"], wrong) for row in rows if (wrong := harms(row["yaml"]))] == []


@pytest.mark.parametrize("folder", ["corpus", "templates/charts", "templates/others", "cases"])
def test_files_of_others(folder: str) -> None:
    root = SHARED / folder
    if not root.is_dir():
        pytest.skip(f"{folder} of ../shared is not there")
    files = [path for path in sorted(root.rglob("*.y*ml")) if path.stat().st_size < 60_000]
    texts = [(path, path.read_bytes().decode("utf-8", "replace")) for path in files[:: 8 if folder != "cases" else 1]]
    ours = [(path, text) for path, text in texts if "NetworkPolicy" in text]
    assert ours
    assert [(path.name, wrong) for path, text in ours if (wrong := harms(text))] == []
