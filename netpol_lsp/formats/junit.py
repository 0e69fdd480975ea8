"""The format junit: test results, for CI servers that know nothing else."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.formats.options import TOOL, RenderOptions, shown
from netpol_lsp.formats.positions import path_below, place
from netpol_lsp.formats.xml import HEADER, element, escape, parent
from netpol_lsp.lint.report import FileReport, Report


def render(report: Report, options: RenderOptions) -> str:
    """A test suite for each file with a failing test for each finding; a file without findings passes one test."""
    found = [(result, shown(result, options)) for result in report.results]
    failures = sum(len(diagnostics) for _, diagnostics in found)
    tests = sum(max(len(diagnostics), 1) for _, diagnostics in found)
    suites = [_suite(result, diagnostics, options) for result, diagnostics in found]
    attributes = {"name": TOOL, "tests": tests, "failures": failures, "errors": 0, "time": 0}
    return HEADER + parent("testsuites", attributes, suites) + "\n"


def _suite(result: FileReport, found: list[Diagnostic], options: RenderOptions) -> str:
    path = path_below(result.source.uri, options.root)
    cases = [_case(path, result, diagnostic) for diagnostic in found]
    if not found:
        cases = [element("testcase", {"name": "no findings", "classname": path, "file": path, "time": 0})]
    failures = len(found)
    attributes = {"name": path, "tests": len(cases), "failures": failures, "errors": 0, "skipped": 0, "time": 0}
    return parent("testsuite", attributes, cases)


def _case(path: str, result: FileReport, found: Diagnostic) -> str:
    line, column = place(result.source, found.span.start)
    name = f"{found.code} {found.name} at {line}:{column}"
    reference = f" ({found.object})" if found.object else ""
    detail = f"{path}:{line}:{column}: {found.code} {found.message}{reference}"
    failure = element("failure", {"message": found.message, "type": found.severity}, escape(detail))
    return parent("testcase", {"name": name, "classname": path, "file": path, "line": line, "time": 0}, [failure])
