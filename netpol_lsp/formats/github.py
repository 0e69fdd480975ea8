"""The format github: workflow commands, which GitHub Actions turns into annotations."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Diagnostic, Severity
from netpol_lsp.formats.options import RenderOptions, all_shown
from netpol_lsp.formats.positions import path_below, places
from netpol_lsp.lint.report import Report
from netpol_lsp.text.source import Source
from netpol_lsp.text.visible import visible

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice", Severity.HINT: "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(report: Report, options: RenderOptions) -> str:
    """A command for each finding."""
    text = "".join(_command(found, result.source, options) + "\n" for result, found in all_shown(report, options))
    # Names of files that are not UTF-8 hold lone surrogates.
    return text.encode("utf-8", "replace").decode()


def _command(found: Diagnostic, source: Source, options: RenderOptions) -> str:
    path = path_below(source.uri, options.root)
    (line, column), (end_line, end_column) = places(source, found.span)
    properties = {"file": visible(path), "line": line, "endLine": end_line}
    if line == end_line:
        # GitHub refuses columns for annotations of several lines.
        properties |= {"col": column, "endColumn": end_column}
    properties["title"] = f"{found.code} {found.name}"
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    # The log shows the message only, so it says again where and what.
    text = "\n".join(visible(part) for part in found.message.splitlines())
    message = f"{visible(path)}:{line}:{column}: {found.code} {text}"
    return f"::{_COMMANDS[found.severity]} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.translate(_DATA)


def _property(text: str) -> str:
    return text.translate(_PROPERTY)
