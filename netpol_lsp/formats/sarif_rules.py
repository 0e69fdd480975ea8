"""The rules of a SARIF log: what each code means."""

from __future__ import annotations

import re
from typing import Any

from netpol_lsp.findings.diagnostic import Category, Diagnostic, Severity
from netpol_lsp.findings.rule_info import RuleInfo
from netpol_lsp.lint.examples import without_marks

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note", Severity.HINT: "note"}

_PROBLEM = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "recommendation",
    Severity.HINT: "recommendation",
}
_WHY = re.compile(r"^## Why[ \t]*\n(?P<text>.*?)(?=^## |^```|\Z)", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^```[^\n]*\n", re.MULTILINE)
_HEADING = re.compile(r"^#+ +", re.MULTILINE)


def describe(info: RuleInfo) -> dict[str, Any]:
    """The reporting descriptor of a rule, with its page as the help."""
    page = without_marks(info.doc).strip()
    why = _WHY.search(page)
    full = _one_line(why["text"]) if why else info.summary
    return {
        "id": info.code,
        "name": info.name,
        "shortDescription": {"text": info.summary},
        "fullDescription": {"text": full},
        "help": {"text": _plain(page), "markdown": f"# {info.name} ({info.code})\n\n{page}\n"},
        "defaultConfiguration": {"enabled": not info.opt_in, "level": LEVELS[info.severity]},
        "properties": _properties(info.category, info.severity),
    }


def describe_unknown(found: Diagnostic) -> dict[str, Any]:
    """The reporting descriptor of a code that is no rule's, such as that of an internal error."""
    text = found.name.replace("-", " ")
    return {
        "id": found.code,
        "name": found.name,
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"enabled": True, "level": LEVELS[found.severity]},
        "properties": _properties(found.category, found.severity),
    }


def _properties(category: Category, severity: Severity) -> dict[str, Any]:
    return {
        "category": category.value,
        "problem.severity": _PROBLEM[severity],
        "severity": severity.value,
        "tags": ["kubernetes", "networkpolicy", category.value],
    }


def _plain(page: str) -> str:
    """The page for those who show no Markdown."""
    return _HEADING.sub("", _FENCE.sub("", page + "\n")).strip()


def _one_line(text: str) -> str:
    return " ".join(text.split())
