"""What a rule is, and what it gets to look at."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from netpol_lsp.lint.diagnostic import Category, Diagnostic, ObjectRef, Related, Severity, Tag
from netpol_lsp.lint.schema import SchemaFinding
from netpol_lsp.lint.settings import Settings
from netpol_lsp.model.objects import KubeObject
from netpol_lsp.model.policy import NetworkPolicy
from netpol_lsp.model.stored import StoredPolicy, stored_policy
from netpol_lsp.syntax.documents import Document
from netpol_lsp.syntax.nodes import Node
from netpol_lsp.syntax.paths import path_of, render_path
from netpol_lsp.syntax.problems import SyntaxProblem
from netpol_lsp.text.edits import Fix
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.view import PlacedPolicy, WorkspaceView

Diagnostics = Iterator[Diagnostic]


class Placed(Protocol):
    """Anything that knows its place: nodes, entries, typed fields."""

    @property
    def span(self) -> Span:
        """Where it stands."""


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
    template: such rules look at values that are there, never at what is missing.
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
    since: str = "0.1.0"

    @property
    def summary(self) -> str:
        """The first line of the page, without its full stop."""
        return self.doc.partition("\n")[0].strip().removesuffix(".")

    @property
    def is_fixable(self) -> bool:
        """Whether a fix may be offered: the page shows a fixed example."""
        return "```yaml fixed" in self.doc


@dataclass(slots=True)
class Context:
    """What a document rule sees: one document that is ours.

    All offsets count from the document's start. `objects` are our objects in it (none when a syntax error
    hides them); `schema` is what their schemas say of them, `problems` what YAML itself refuses.
    """

    rule: RuleInfo
    document: Document
    objects: tuple[KubeObject, ...]
    schema: tuple[SchemaFinding, ...]
    problems: tuple[SyntaxProblem, ...]
    settings: Settings
    options: Mapping[str, Any]
    workspace: WorkspaceView

    @property
    def source(self) -> Source:
        """The document's text."""
        return self.document.source

    def finding(
        self,
        at: Placed | Span,
        message: str,
        *,
        severity: Severity | None = None,
        label: str = "",
        related: Iterable[Related] = (),
        fixes: Iterable[Fix | None] = (),
        tags: Iterable[Tag] = (),
        obj: KubeObject | None = None,
        field: str = "",
    ) -> Diagnostic:
        """A finding of this rule at a node, field or span.

        `message` is one sentence, lower case, no final dot, offending values in backticks. `fixes` may
        hold None for a fix that cannot be had here. The engine fills in the fingerprint and, where `field` is
        not given, the path of what stands at the span.
        """
        return Diagnostic(
            code=self.rule.code,
            name=self.rule.name,
            category=self.rule.category,
            severity=severity or self.rule.severity,
            message=message,
            span=at if isinstance(at, Span) else at.span,
            label=label,
            object=ObjectRef(obj.kind, obj.namespace, obj.name) if obj else None,
            field=field or self._known_path(at),
            related=tuple(related),
            fixes=tuple(fix for fix in fixes if fix is not None),
            tags=tuple(tags),
        )

    def field_in(self, node: Node, name: str) -> str:
        """The path of a field of `node` that is not there."""
        path = self._path(node)
        return name if not path else f"{path}.{name}"

    def _known_path(self, at: Placed | Span) -> str:
        """The path where the span alone does not tell it: a schema's finding, or a value behind an alias."""
        if isinstance(at, SchemaFinding):
            return render_path(at.path)
        node = getattr(at, "node", at)
        return self._path(node) if isinstance(node, Node) and node.origin is not None else ""

    def _path(self, node: Node) -> str:
        for kube_object in self.objects:
            path = path_of(kube_object.node, node)
            if path is not None:
                return render_path(path)
        return ""

    def related(self, at: Placed | Span, message: str) -> Related:
        """Another place in this file that belongs to a finding."""
        return Related(at if isinstance(at, Span) else at.span, message)


@dataclass(slots=True)
class PolicyContext(Context):
    """What a policy rule sees: one NetworkPolicy."""

    policy: NetworkPolicy = field(kw_only=True)

    @property
    def is_partial(self) -> bool:
        """Whether a syntax error or a template hides something of the policy's spec: what is missing may be there."""
        return is_partial(self.document, self.policy)

    @property
    def stored(self) -> StoredPolicy:
        """The policy's facts, after the API server's defaults."""
        return stored_facts(self.policy, self.settings.default_namespace, is_partial=self.is_partial)

    @property
    def placed(self) -> PlacedPolicy:
        """The policy as the workspace knows it."""
        return PlacedPolicy(self.stored, self.source.uri, path=self.policy.object.path)

    @property
    def namespace(self) -> str | None:
        """The policy's namespace: its own, else the configuration's default; None when nobody gives one."""
        return self.policy.object.namespace or self.settings.default_namespace


def stored_facts(policy: NetworkPolicy, default_namespace: str | None, *, is_partial: bool) -> StoredPolicy:
    """As `stored_policy`, but read once: several rules and the workspace ask for it."""
    key = (default_namespace, is_partial)
    known = policy.facts.get(key)
    if known is None:
        known = policy.facts[key] = stored_policy(policy, default_namespace, is_partial=is_partial)
    return known


def is_partial(document: Document, policy: NetworkPolicy) -> bool:
    """Whether a part of the policy's spec is not known; holes above the spec do not count."""
    if document.error is not None:
        return True
    if not document.holes:
        return False
    spec = policy.spec_field
    start = spec.key_span.start if spec is not None else policy.object.node.start
    return any(hole.start > start for hole in document.holes)


DocumentCheck = Callable[[Context], Diagnostics]
PolicyCheck = Callable[[PolicyContext], Diagnostics]


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """A rule that looks at a document of ours as a whole: its syntax, its shape."""

    info: RuleInfo
    check: DocumentCheck


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """A rule that looks at one NetworkPolicy at a time; `uses_workspace` when its answer depends on other policies."""

    info: RuleInfo
    check: PolicyCheck
    uses_workspace: bool = False


Rule = DocumentRule | PolicyRule

_Check = TypeVar("_Check", DocumentCheck, PolicyCheck)


def document_rule(
    code: str, *, category: str, severity: Severity, **details: Any
) -> Callable[[DocumentCheck], DocumentRule]:
    """Make a rule out of a function that looks at a whole document.

    The function's name becomes the rule's name, its docstring the rule's page; `details` are further
    fields of RuleInfo. Raises RuntimeError when docstrings were stripped (`python -OO`).
    """
    return lambda check: DocumentRule(_info(check, code, category, severity, details), check)


def policy_rule(
    code: str, *, category: str, severity: Severity, uses_workspace: bool = False, **details: Any
) -> Callable[[PolicyCheck], PolicyRule]:
    """Make a rule out of a function that looks at one NetworkPolicy; see `document_rule`."""
    return lambda check: PolicyRule(_info(check, code, category, severity, details), check, uses_workspace)


def _info(check: _Check, code: str, category: str, severity: Severity, details: dict[str, Any]) -> RuleInfo:
    if not check.__doc__:
        message = f"rule {code} has no docstring: rules need theirs, so Python's -OO cannot be used"
        raise RuntimeError(message)
    name = check.__name__.replace("_", "-")
    return RuleInfo(code, name, Category(category), severity, inspect.cleandoc(check.__doc__), **details)
