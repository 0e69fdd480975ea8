"""What is fixed about a rule: its code, name, page, options, and what it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from netpol_lsp.findings.diagnostic import Category, Severity
from netpol_lsp.findings.trigger import ResourceTrigger, Trigger


class RuleStatus(StrEnum):
    """Whether a rule is here to stay."""

    STABLE = "stable"
    PREVIEW = "preview"
    """It may change or go without notice; it runs in no profile but `audit`, or when it is selected."""
    DEPRECATED = "deprecated"
    """It will go; its page says what to use instead."""


@dataclass(frozen=True, slots=True)
class Option:
    """A setting of a rule: `kind` is the Python type of its value in the config file.

    `check` raises ValueError, with the end of a sentence, for a value of the type that the rule cannot use.
    """

    name: str
    kind: type[bool | int | str | list[str] | list[int]]
    default: Any
    help: str
    check: Callable[[Any], object] | None = None


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What is fixed about a rule.

    `name` reads well after "ignore". `doc` is the Markdown docstring: the first line is the summary,
    the rest the page with its examples. `opt_in` rules are off in the profile `recommended`.
    `has_facts`: some of its findings only say what the policy does, which no one has to act on; `recommended`
    leaves these out.
    `on_partial`: whether the rule may judge what is left of a document with a syntax error, or of a
    template: such rules look at values that are there, never at what is missing. `needs`: without this the rule
    finds nothing, and is not run; `needs_known`: the same of what the workspace knows. `judges_structure`: what it finds
    depends on where a line belongs, which is a guess next to a syntax error. `is_local`: what it finds in an item of
    `ingress` or `egress` depends on this item alone, and on whether its direction is isolated. `status`: whether the
    rule is here to stay. `redirects`: former codes and names of the rule,
    which still work in configuration and suppressions. `edits_actions`: its fixes change actions of templates, which those
    of no other rule may. `judges_version`: its findings do not count in a branch of a template that asks for a version.
    `once_a_file`: the first finding of a file says it all. `judges_templates`: it is about the text of a template, whatever
    comes of it. `restores`: its fix makes the text anew, so that no other fix runs in the same pass. `never_traded`: a change may
    not bring it about, whatever else it repairs.
    """

    code: str
    name: str
    category: Category
    severity: Severity
    doc: str
    options: tuple[Option, ...] = ()
    opt_in: bool = False
    audit_only: bool = False
    has_facts: bool = False
    on_partial: bool = False
    needs: Trigger | None = None
    needs_known: ResourceTrigger | None = None
    judges_structure: bool = False
    is_local: bool = False
    status: RuleStatus = RuleStatus.STABLE
    redirects: tuple[str, ...] = ()
    edits_actions: bool = False
    judges_version: bool = False
    once_a_file: bool = False
    judges_templates: bool = False
    restores: bool = False
    never_traded: bool = False
    since: str = "0.1.0"

    @property
    def summary(self) -> str:
        """The first line of the page, without its full stop."""
        return self.doc.partition("\n")[0].strip().removesuffix(".")

    @property
    def is_tool(self) -> bool:
        """Whether it reports on the linter itself: on its suppressions and its errors."""
        return self.category is Category.TOOL

    @property
    def is_suppressible(self) -> bool:
        """Whether a suppression may name it: hiding what the linter says of itself would hide that it is hidden."""
        return not self.is_tool

    def is_called(self, word: str) -> bool:
        """Whether `word` is the rule's code or name, in any case, or a former one."""
        return word.upper() == self.code or word.lower() == self.name or self.is_redirected_from(word)

    def is_redirected_from(self, word: str) -> bool:
        """Whether `word` is a former code or name of the rule."""
        return any(word.lower() == former.lower() for former in self.redirects)

    @property
    def is_fixable(self) -> bool:
        """Whether a fix may be offered: the page shows a fixed example."""
        return "```yaml fixed" in self.doc
