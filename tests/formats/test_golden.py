"""One golden file a format. To write them anew, set NETPOL_UPDATE_GOLDEN=1, and read the difference."""

import json
import os
import xml.dom.minidom
from pathlib import Path

import pytest

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.formats import FORMATS, RenderOptions

GOLDEN = Path(__file__).parent / "golden"
JSON = {"json", "sarif", "gitlab", "rdjson"}
XML = {"junit", "checkstyle"}
VARIANTS = {
    **{name: (name, {}) for name in FORMATS},
    "text.color": ("text", {"color": True}),
    "text.narrow": ("text", {"width": 60}),
    "text.hints": ("text", {"min_severity": Severity.HINT, "show_fixes": False, "summary": False}),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_golden(variant, report, rules, monkeypatch):
    name, details = VARIANTS[variant]
    monkeypatch.setattr("netpol_lsp.formats.sarif.__version__", "0.0.0")
    got = FORMATS[name](report, RenderOptions(rules=rules, root="/repo", **details))
    if name in JSON:
        got = json.dumps(json.loads(got), indent=2, ensure_ascii=False) + "\n"
    elif name in XML:
        xml.dom.minidom.parseString(got.encode())
    path = GOLDEN / f"{variant}.txt"
    if os.environ.get("NETPOL_UPDATE_GOLDEN"):
        path.write_bytes(got.encode())
    assert got == path.read_bytes().decode()


@pytest.mark.parametrize("name", FORMATS)
def test_no_findings_at_all(name, rules):
    from netpol_lsp.lint.report import make_report

    got = FORMATS[name](make_report([]), RenderOptions(rules=rules))
    assert got == "" or got.endswith("\n")
    if name in JSON:
        json.loads(got)
    elif name in XML:
        xml.dom.minidom.parseString(got.encode())
    else:
        assert "NP" not in got


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"json", "jsonl", "sarif"}))
def test_what_is_not_shown(name, report):
    quiet = FORMATS[name](report, RenderOptions())
    assert "NP230" not in quiet
    assert "overlap" not in quiet
    assert "70000" not in quiet, "suppressed findings stay out"
    assert "NP231" in quiet or "equal-blocks" in quiet
    loud = FORMATS[name](report, RenderOptions(min_severity=Severity.HINT))
    assert "NP230" in loud
    assert "70000" not in loud
    errors = FORMATS[name](report, RenderOptions(min_severity=Severity.ERROR))
    assert "NP202" not in errors
    assert "NP103" in errors


@pytest.mark.parametrize("name", ["json", "jsonl", "sarif"])
def test_what_carries_everything(name, report, rules):
    got = FORMATS[name](report, RenderOptions(rules=rules, min_severity=Severity.ERROR))
    for code in ("NP103", "NP110", "NP202", "NP230", "NP231"):
        assert code in got
