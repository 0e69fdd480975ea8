"""The format junit: test results, for CI servers that know nothing else."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.formats.options import TOOL, RenderOptions, shown
from netpol_lsp.formats.positions import path_below, place
from netpol_lsp.formats.xml import HEADER, element, escape, parent
from netpol_lsp.lint.report import FileReport, Report


def render(report: Report, options: RenderOptions) -> str:
    """A test suite for each file with a failing test for each finding that makes the run fail.

    Other findings are the suite's output. A file without failing tests passes one test.
    """
    suites: list[str] = []
    tests = failures = 0
    for result in report.results:
        found = shown(result, options)
        failing: list[Diagnostic] = []
        others: list[Diagnostic] = []
        for one in found:
            fails = options.fail_on is not None and one.severity.at_least(options.fail_on)
            (failing if fails else others).append(one)
        suites.append(_suite(result, failing, others, options))
        tests += max(len(failing), 1)
        failures += len(failing)
    attributes = {"name": TOOL, "tests": tests, "failures": failures, "errors": 0, "time": 0}
    return HEADER + parent("testsuites", attributes, suites) + "\n"


def _suite(result: FileReport, failing: list[Diagnostic], others: list[Diagnostic], options: RenderOptions) -> str:
    path = path_below(result.source.uri, options.root)
    parts = [_case(path, result, diagnostic) for diagnostic in failing]
    if not failing:
        name = "nothing that fails" if others else "no findings"
        parts = [element("testcase", {"name": name, "classname": path, "file": path, "time": 0})]
    tests = len(parts)
    if others:
        lines = [" ".join(f"{one.severity}: {_detail(path, result, one)}".splitlines()) for one in others]
        parts.append(parent("system-out", {}, [escape("\n".join(lines))]))
    attributes = {"name": path, "tests": tests, "failures": len(failing), "errors": 0, "skipped": 0, "time": 0}
    return parent("testsuite", attributes, parts)


def _case(path: str, result: FileReport, found: Diagnostic) -> str:
    line, column = place(result.source, found.span.start)
    name = f"{found.code} {found.name} at {line}:{column}"
    attributes = {"message": found.message, "type": found.severity}
    failure = element("failure", attributes, escape(_detail(path, result, found)))
    return parent("testcase", {"name": name, "classname": path, "file": path, "line": line, "time": 0}, [failure])


def _detail(path: str, result: FileReport, found: Diagnostic) -> str:
    line, column = place(result.source, found.span.start)
    reference = f" ({found.object})" if found.object else ""
    return f"{path}:{line}:{column}: {found.code} {found.message}{reference}"
