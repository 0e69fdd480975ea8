"""What is fixed about a rule: its code, name, page, options, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from netpol_lsp.findings.diagnostic import Category, Severity
from netpol_lsp.findings.trigger import Trigger


@dataclass(frozen=True, slots=True)
class Option:
    """A setting of a rule: `kind` is the Python type of its value in the config file."""

    name: str
    kind: type[bool | int | str | list[str] | list[int]]
    default: Any
    help: str


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What is fixed about a rule.

    `name` reads well behind "ignore". `doc` is the Markdown docstring: the first line is the summary,
    the rest the page with its examples. `opt_in` rules are off in the profile `recommended`.
    `on_partial`: whether the rule may judge what is left of a document with a syntax error, or of a
    template: such rules look at values that are there, never at what is missing. `needs`: without this the rule
    finds nothing, and is not run.
    """

    code: str
    name: str
    category: Category
    severity: Severity
    doc: str
    options: tuple[Option, ...] = ()
    opt_in: bool = False
    audit_only: bool = False
    on_partial: bool = False
    needs: Trigger | None = None
    since: str = "0.1.0"

    @property
    def summary(self) -> str:
        """The first line of the page, without its full stop."""
        return self.doc.partition("\n")[0].strip().removesuffix(".")

    @property
    def is_fixable(self) -> bool:
        """Whether a fix may be offered: the page shows a fixed example."""
        return "```yaml fixed" in self.doc
