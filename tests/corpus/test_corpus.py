"""Manifests of others: whatever they hold, no internal error, and every file in reasonable time."""

import time
from pathlib import Path

import pytest

from netpol_lsp.config.config import FileConfig
from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import lint
from netpol_lsp.lint.registry import all_rules

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
ALL = FileConfig(frozenset(rule.info.code for rule in all_rules()))


@pytest.mark.parametrize("part", ["apps", "connectivity", "helm", "other", "policies", "snippets"])
def test_no_internal_error(part: str) -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpus of ../shared is not there")
    files = [path for path in sorted((CORPUS / part).rglob("*")) if path.is_file()]
    assert files
    seconds = {}
    for path in files:
        source = read_source(str(path))
        if isinstance(source, ReadProblem):
            continue
        start = time.process_time()
        report = lint(analyse(source), ALL)
        seconds[path.name] = time.process_time() - start
        assert [d.message for d in report.diagnostics if d.code == "NP990"] == [], path
    # CPU, and two orders above what the slowest takes: only a runaway can fail here.
    assert max(seconds.values()) < 60, max(seconds, key=lambda name: seconds[name])
