"""Linter and language server for Kubernetes NetworkPolicies. The public names are those of `netpol_lsp.api`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from netpol_lsp.api import (
        Applicability,
        Category,
        Config,
        ConfigError,
        Edit,
        Explanation,
        Finding,
        Fix,
        LintResult,
        Position,
        Severity,
        explain,
        lint_paths,
        lint_text,
        load_config,
    )

__version__ = "0.1.0"

__all__ = [
    "Applicability",
    "Category",
    "Config",
    "ConfigError",
    "Edit",
    "Explanation",
    "Finding",
    "Fix",
    "LintResult",
    "Position",
    "Severity",
    "__version__",
    "explain",
    "lint_paths",
    "lint_text",
    "load_config",
]


def __getattr__(name: str) -> Any:
    # Loaded when it is asked for: the command line and the server start without it.
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from netpol_lsp import api  # noqa: PLC0415

    return getattr(api, name)
