"""What a caller may choose about the output, and which findings are shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Diagnostic, Severity
from netpol_lsp.lint.report import FileReport, Report

if TYPE_CHECKING:
    from netpol_lsp.findings.rule_info import RuleInfo

TOOL = "netpol-lint"
HOMEPAGE = "https://github.com/netpol-lsp/netpol-lsp"
"""Where the tool is at home, as pyproject.toml says."""


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How to write a report.

    `min_severity` is ignored by formats that carry everything. Findings from `fail_on` up make the run fail, None means
    that none does: formats of test results tell these apart. `width` is the terminal's, in cells; None where there
    is no terminal. `root` is the absolute path of the folder that paths start from, with `/` between names; without it
    SARIF does not say where that is. `rules` describe the codes in SARIF; None means all built-in rules.
    """

    min_severity: Severity = Severity.INFO
    fail_on: Severity | None = Severity.HINT
    color: bool = False
    width: int | None = None
    show_fixes: bool = True
    summary: bool = True
    root: str | None = None
    rules: tuple[RuleInfo, ...] | None = None


def shown(result: FileReport, options: RenderOptions) -> list[Diagnostic]:
    """The findings of a file that people want to see: not suppressed, and bad enough."""
    return [
        found
        for found in result.diagnostics
        if found.suppressed is None and found.severity.at_least(options.min_severity)
    ]


def all_shown(report: Report, options: RenderOptions) -> Iterator[tuple[FileReport, Diagnostic]]:
    """The findings of all files that people want to see, each with its file."""
    for result in report.results:
        for found in shown(result, options):
            yield result, found
