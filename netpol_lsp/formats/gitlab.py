"""The format gitlab: a Code Quality report for GitLab's merge requests."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from netpol_lsp.findings.diagnostic import Diagnostic, Severity
from netpol_lsp.formats.json_writer import dump
from netpol_lsp.formats.options import TOOL, RenderOptions, all_shown
from netpol_lsp.formats.positions import path_below, places
from netpol_lsp.lint.report import Report
from netpol_lsp.text.source import Source
from netpol_lsp.text.visible import visible

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info", Severity.HINT: "info"}


def render(report: Report, options: RenderOptions) -> str:
    """The findings as a JSON list."""
    taken: set[str] = set()
    issues = (_issue(found, result.source, taken, options) for result, found in all_shown(report, options))
    return dump(issues, depth=1) + "\n"


def _issue(found: Diagnostic, source: Source, taken: set[str], options: RenderOptions) -> dict[str, Any]:
    path = path_below(source.uri, options.root)
    (line, _), (end_line, _) = places(source, found.span)
    return {
        "type": "issue",
        "description": f"{found.code}: {visible(found.message)}",
        "check_name": f"{TOOL}/{found.name}",
        "fingerprint": _unique(path, found, taken),
        "severity": "critical" if found.is_refused else _SEVERITIES[found.severity],
        "location": {"path": path, "lines": {"begin": line, "end": end_line}},
    }


def _unique(path: str, found: Diagnostic, taken: set[str]) -> str:
    """A fingerprint that no other finding of the report has: one object may be in several files."""
    number = 0
    while True:
        identity = "\0".join((path, found.code, found.fingerprint, str(number)))
        made = sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        if made not in taken:
            taken.add(made)
            return made
        number += 1
