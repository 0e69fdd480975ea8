"""The format sarif: a SARIF 2.1.0 log with everything, for code scanning services."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from netpol_lsp import __version__
from netpol_lsp.findings.diagnostic import Category, Diagnostic, Related, Suppression
from netpol_lsp.formats.json_writer import dump
from netpol_lsp.formats.options import HOMEPAGE, TOOL, RenderOptions
from netpol_lsp.formats.positions import path_below, places, source_of
from netpol_lsp.formats.sarif_rules import LEVELS, describe, describe_unknown
from netpol_lsp.lint.registry import all_rules
from netpol_lsp.lint.report import FileReport, Report
from netpol_lsp.text.edits import Fix
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span
from netpol_lsp.text.visible import visible

VERSION = "2.1.0"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
ROOT = "SRCROOT"
"""The name of the folder that relative paths start from."""
FINGERPRINT = "netpolLint/v1"

Data = dict[str, Any]


_LINK = re.compile(r"\[([^\[\]]*\]\()")


def render(report: Report, options: RenderOptions) -> str:
    """A log with one run: all rules, and all findings of all severities, suppressed ones too."""
    rules = _rules(report, options)
    indexes = {rule["id"]: index for index, rule in enumerate(rules)}
    log = _Log(options, indexes, report.sources())
    results = (log.result(found, result.source) for result in report.results for found in result.diagnostics)
    run: Data = {
        "tool": {"driver": _driver(rules)},
        "invocations": [{"executionSuccessful": not any(_is_internal_error(result) for result in report.results)}],
        "originalUriBaseIds": {ROOT: _base(options.root)},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "defaultEncoding": "utf-8",
        "results": results,
    }
    return dump({"$schema": SCHEMA, "version": VERSION, "runs": [run]}, depth=4) + "\n"


def _driver(rules: list[Data]) -> Data:
    """The tool."""
    about = {"name": TOOL, "informationUri": HOMEPAGE, "version": __version__, "semanticVersion": __version__}
    return {**about, "rules": rules}


def _rules(report: Report, options: RenderOptions) -> list[Data]:
    """The descriptors of all rules, then those of codes that are no rule's."""
    infos = [rule.info for rule in all_rules()] if options.rules is None else options.rules
    described = {info.code: describe(info) for info in infos}
    for result in report.results:
        for found in result.diagnostics:
            if found.code not in described:
                described[found.code] = describe_unknown(found)
    return list(described.values())


def _is_internal_error(result: FileReport) -> bool:
    return any(found.category is Category.TOOL and found.name == "internal-error" for found in result.diagnostics)


def _base(root: str | None) -> Data:
    text = {"description": {"text": "The folder that paths start from."}}
    return {"uri": _file_uri(root.rstrip("/") + "/"), **text} if root else dict(text)


def _file_uri(path: str) -> str:
    return "file://" + quote(path if path.startswith("/") else f"/{path}", safe="/:")


class _Log:
    """Makes the parts of a log; `indexes` are the places of the rules in the driver's list."""

    def __init__(self, options: RenderOptions, indexes: Mapping[str, int], sources: Mapping[str, Source]) -> None:
        self.options = options
        self.indexes = indexes
        self.sources = sources

    def result(self, found: Diagnostic, source: Source) -> Data:
        """A finding."""
        location: Data = {"physicalLocation": self.physical(source.uri, source, found.span)}
        logical = _logical(found)
        if logical:
            location["logicalLocations"] = logical
        result: Data = {
            "ruleId": found.code,
            "ruleIndex": self.indexes[found.code],
            "level": LEVELS[found.severity],
            "message": {"text": _message(found.message)},
            "locations": [location],
            "partialFingerprints": {FINGERPRINT: found.fingerprint},
            # Either all results of a run say whether they are suppressed, or none does.
            "suppressions": _suppressions(found.suppressed),
            "properties": {"category": found.category.value, "severity": found.severity.value},
        }
        if found.related:
            result["relatedLocations"] = [
                self.related(number, item, source) for number, item in enumerate(found.related, 1)
            ]
        fixes = [self.fix(fix, source) for fix in found.fixes if fix.edits]
        if fixes:
            result["fixes"] = fixes
        return result

    def physical(self, uri: str, source: Source | None, span: Span) -> Data:
        """A place in a file; without the region when the file's text is not known."""
        data: Data = {"artifactLocation": self.artifact(uri)}
        if source is not None:
            data["region"] = _region(source, span)
        return data

    def artifact(self, uri: str) -> Data:
        """A file: below the root by its relative path, elsewhere by its URI."""
        path = path_below(uri, self.options.root)
        if "://" in path:
            return {"uri": path}
        if path.startswith("/") or path[1:3] in (":/", ":\\"):
            return {"uri": _file_uri(path.replace("\\", "/"))}
        return {"uri": quote(path, safe="/", errors="replace"), "uriBaseId": ROOT}

    def related(self, number: int, item: Related, own: Source) -> Data:
        """Another place that belongs to a finding."""
        source = source_of(item, own, self.sources)
        uri = own.uri if item.uri is None else item.uri
        return {
            "id": number,
            "physicalLocation": self.physical(uri, source, item.span),
            "message": {"text": _message(item.message)},
        }

    def fix(self, fix: Fix, source: Source) -> Data:
        """A fix, with how far it may be trusted."""
        replacements = [
            {"deletedRegion": _region(source, edit.span), "insertedContent": {"text": edit.text}} for edit in fix.edits
        ]
        return {
            "description": {"text": fix.title},
            "artifactChanges": [{"artifactLocation": self.artifact(source.uri), "replacements": replacements}],
            "properties": {"applicability": fix.applicability.value},
        }


def _region(source: Source, span: Span) -> Data:
    (line, column), (end_line, end_column) = places(source, span)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
        "charOffset": span.start,
        "charLength": len(span),
    }


def _logical(found: Diagnostic) -> list[Data]:
    """The object, and the field in it."""
    if found.object is None:
        return []
    qualified = "/".join(part for part in (found.object.namespace, found.object.kind, found.object.name) if part)
    locations: list[Data] = [{"fullyQualifiedName": qualified or str(found.object), "kind": "object"}]
    if found.object.name:
        locations[0]["name"] = found.object.name
    if found.field:
        name = found.field.rpartition(".")[2]
        locations.append({"name": name, "fullyQualifiedName": f"{qualified}/{found.field}", "kind": "property"})
    return locations


def _suppressions(suppression: Suppression | None) -> Sequence[Data]:
    if suppression is None:
        return []
    data: Data = {"kind": "external" if suppression.by == "baseline" else "inSource", "status": "accepted"}
    if suppression.reason:
        data["justification"] = suppression.reason
    return [{**data, "properties": {"by": suppression.by}}]


def _message(text: str) -> str:
    """A message in which SARIF reads no link (3.11.6): only where it would is a bracket escaped."""
    return _LINK.sub(r"\\[\1", visible(text))
