"""The baseline: findings that are known and left for later."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from netpol_lsp.files.reading import ReadProblem, read_file
from netpol_lsp.files.writing import atomic_write
from netpol_lsp.findings.diagnostic import Category, Diagnostic, Suppression
from netpol_lsp.formats.json_writer import dump_indented
from netpol_lsp.lint.report import FileReport
from netpol_lsp.project.errors import UsageError

VERSION = 1


@dataclass(frozen=True, slots=True)
class BaselineEntry:
    """A finding of the baseline. Only its fingerprint counts: a file may move, and lines do."""

    fingerprint: str
    path: str
    code: str
    message: str


def read_baseline(path: str) -> list[BaselineEntry]:
    """The findings that a baseline file lists; raises UsageError when it cannot be read as one."""
    read = read_file(path)
    if isinstance(read, ReadProblem):
        message = f"baseline {read}"
        raise UsageError(message)
    try:
        content = json.loads(read.source.text)
        if content["version"] != VERSION:
            message = f"baseline {path}: its version is {content['version']!r}, but only {VERSION} is understood"
            raise UsageError(message)
        return [_known(item) for item in content["findings"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        message = f"baseline {path}: is not a baseline file; write one with --write-baseline"
        raise UsageError(message) from None


def write_baseline(path: str, reports: Iterable[FileReport]) -> int:
    """Write all findings that are not suppressed otherwise and return how many they are; raises WriteError."""
    findings = [
        {"path": report.source.uri, "code": found.code, "message": found.message, "fingerprint": found.fingerprint}
        for report in reports
        for found in report.diagnostics
        if _belongs(found)
    ]
    atomic_write(path, dump_indented({"version": VERSION, "findings": findings}) + "\n")
    return len(findings)


def apply_baseline(
    reports: Iterable[FileReport], known: Sequence[BaselineEntry]
) -> tuple[list[FileReport], list[BaselineEntry]]:
    """The reports with known findings marked as suppressed, and the entries of the baseline that nothing matches."""
    left = Counter(item.fingerprint for item in known)
    result = []
    for report in reports:
        marked = tuple(_mark(found, left) for found in report.diagnostics)
        result.append(replace(report, diagnostics=marked))
    stale = []
    for item in known:
        if left[item.fingerprint] > 0:
            left[item.fingerprint] -= 1
            stale.append(item)
    return result, stale


def _belongs(found: Diagnostic) -> bool:
    return found.suppressed is None and found.category is not Category.TOOL


def _mark(found: Diagnostic, left: Counter[str]) -> Diagnostic:
    if not _belongs(found) or left[found.fingerprint] <= 0:
        return found
    left[found.fingerprint] -= 1
    return replace(found, suppressed=Suppression("baseline"))


def _known(item: Any) -> BaselineEntry:
    values = [item[key] for key in ("fingerprint", "path", "code", "message")]
    if not all(isinstance(value, str) for value in values):
        raise TypeError("texts expected")
    return BaselineEntry(*values)
