"""Output formats, one function each.

A format's module is loaded when its function is called first: start-up is a feature.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping

from netpol_lsp.formats.options import RenderOptions
from netpol_lsp.lint.report import Report

__all__ = ["CARRY_EVERYTHING", "FORMATS", "Render", "RenderOptions"]

Render = Callable[[Report, RenderOptions], str]
"""A report as the text of a format, which ends with a line feed unless it is empty."""

CARRY_EVERYTHING = frozenset({"json", "jsonl", "sarif"})
"""Formats that hold findings of all severities, and suppressed ones too."""

_MODULES = {
    "text": "text",
    "concise": "concise",
    "json": "json_document",
    "jsonl": "json_lines",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
    "rdjson": "rdjson",
    "checkstyle": "checkstyle",
}


def _load_later(module: str) -> Render:
    def render(report: Report, options: RenderOptions) -> str:
        loaded = importlib.import_module(f"{__name__}.{module}")
        text: str = loaded.render(report, options)
        return text

    return render


FORMATS: Mapping[str, Render] = {name: _load_later(module) for name, module in _MODULES.items()}
"""The formats by name."""
