"""What a rule is, and how one is made out of a function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypedDict, TypeVar, Unpack

from netpol_lsp.findings.diagnostic import Category, Diagnostic, Severity
from netpol_lsp.findings.rule_info import Option, RuleInfo, RuleStatus
from netpol_lsp.findings.trigger import ResourceTrigger, Trigger
from netpol_lsp.lint.context import Context, PolicyContext

__all__ = [
    "Context",
    "Diagnostics",
    "DocumentRule",
    "Option",
    "PolicyContext",
    "PolicyRule",
    "ResourceTrigger",
    "Rule",
    "RuleInfo",
    "Trigger",
    "document_rule",
    "policy_rule",
]

Diagnostics = Iterator[Diagnostic]


DocumentCheck = Callable[[Context], Diagnostics]
PolicyCheck = Callable[[PolicyContext], Diagnostics]


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """A rule that looks at a document of ours as a whole: its syntax, its shape."""

    info: RuleInfo
    check: DocumentCheck


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """A rule that looks at one NetworkPolicy at a time.

    `uses_workspace`: its answer depends on other policies; `uses_resources`: on manifests of other kinds, too.
    """

    info: RuleInfo
    check: PolicyCheck
    uses_workspace: bool = False
    uses_resources: bool = False


Rule = DocumentRule | PolicyRule

_Check = TypeVar("_Check", DocumentCheck, PolicyCheck)


class RuleDetails(TypedDict, total=False):
    """The further fields of RuleInfo that a decorator takes."""

    options: tuple[Option, ...]
    opt_in: bool
    audit_only: bool
    has_facts: bool
    edits_actions: bool
    judges_version: bool
    once_a_file: bool
    judges_templates: bool
    restores: bool
    never_traded: bool
    on_partial: bool
    needs: Trigger | None
    needs_known: ResourceTrigger | None
    judges_structure: bool
    is_local: bool
    status: RuleStatus
    redirects: tuple[str, ...]
    since: str


def document_rule(
    code: str, *, category: str, severity: Severity, **details: Unpack[RuleDetails]
) -> Callable[[DocumentCheck], DocumentRule]:
    """Make a rule out of a function that looks at a whole document.

    The function's name becomes the rule's name, its docstring the rule's page; `details` are further
    fields of RuleInfo. Raises RuntimeError when docstrings were stripped (`python -OO`).
    """
    return lambda check: DocumentRule(_info(check, code, category, severity, details), check)


def policy_rule(
    code: str,
    *,
    category: str,
    severity: Severity,
    uses_workspace: bool = False,
    uses_resources: bool = False,
    **details: Unpack[RuleDetails],
) -> Callable[[PolicyCheck], PolicyRule]:
    """Make a rule out of a function that looks at one NetworkPolicy; see `document_rule`."""
    is_wide = uses_workspace or uses_resources
    return lambda check: PolicyRule(_info(check, code, category, severity, details), check, is_wide, uses_resources)


def page_of(docstring: str) -> str:
    """A docstring without its indentation, as `inspect.cleandoc` has it, which takes a hundred times as long."""
    deep = docstring.count("\n    ") + docstring.count("\n\n")
    if "\t" not in docstring and docstring.count("\n") == deep:
        page = docstring.replace("\n    ", "\n")
        if "\n#" in page:
            return page.strip()
    import inspect  # noqa: PLC0415 - for the docstrings of Python 3.13, which have no indentation, and odd ones

    return inspect.cleandoc(docstring)


def _info(check: _Check, code: str, category: str, severity: Severity, details: RuleDetails) -> RuleInfo:
    if not check.__doc__:
        message = f"rule {code} has no docstring: rules need theirs, so Python's -OO cannot be used"
        raise RuntimeError(message)
    name = check.__name__.replace("_", "-")
    return RuleInfo(code, name, Category(category), severity, page_of(check.__doc__), **details)
