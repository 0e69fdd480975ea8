"""What a rule gets to look at, and how it makes its findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from netpol_lsp.config.settings import Settings
from netpol_lsp.findings.diagnostic import Category, Diagnostic, ObjectRef, Related, Severity, Tag
from netpol_lsp.kube.objects import KubeObject
from netpol_lsp.lint.schema import SchemaFinding
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, RuleSemantics
from netpol_lsp.policies.origin import Origin
from netpol_lsp.text.edits import Applicability, Fix, Fixes, TextEdit
from netpol_lsp.text.readable import shorten
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.delivered_policy import delivered_policy
from netpol_lsp.workspace.delivery import DeliveryScope
from netpol_lsp.workspace.snapshot import LocatedPolicy, WorkspaceSnapshot
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.nodes import Node
from netpol_lsp.yaml.paths import path_at, path_of, render_path
from netpol_lsp.yaml.problems import ProblemKind, SyntaxProblem

if TYPE_CHECKING:
    from netpol_lsp.findings.rule_info import RuleInfo
    from netpol_lsp.lint.analysis import DocumentAnalysis

_LONGEST_LABEL = 200


class HasSpan(Protocol):
    """Anything that knows its place: nodes, entries, typed fields."""

    @property
    def span(self) -> Span:
        """Its place in the text."""


@dataclass(frozen=True, slots=True)
class ConfiguredRule:
    """How a rule runs: its options, complete, and the severity that the configuration gives it (None: its own).

    `wants_facts`: whether findings that only say what the policy does are wanted.
    """

    info: RuleInfo
    options: Mapping[str, Any]
    severity: Severity | None = None
    wants_facts: bool = True


@dataclass(frozen=True, slots=True)
class DocumentScope:
    """What all rules share: the document that they look at, the cluster's settings, the other policies.

    `located`: the document's policies as the workspace knows them, by identity; worked out when they are first asked for.
    """

    analysis: DocumentAnalysis
    settings: Settings
    workspace: WorkspaceSnapshot
    located: dict[int, LocatedPolicy] = field(default_factory=dict, compare=False, repr=False)
    semantics: dict[int, NetworkPolicySemantics] = field(default_factory=dict, compare=False, repr=False)


class Context:
    """What a document rule sees: one document that is ours. All offsets count from the document's start."""

    # A plain class: one is made for each rule and policy.
    __slots__ = ("_scope", "_setup")

    def __init__(self, setup: ConfiguredRule, scope: DocumentScope) -> None:
        self._setup = setup
        self._scope = scope

    @property
    def rule(self) -> RuleInfo:
        """The rule that runs."""
        return self._setup.info

    @property
    def options(self) -> Mapping[str, Any]:
        """The values of the rule's options."""
        return self._setup.options

    @property
    def analysis(self) -> DocumentAnalysis:
        """All that is known of the document."""
        return self._scope.analysis

    @property
    def wants_facts(self) -> bool:
        """Whether findings are wanted that only say what the policy does, and ask no one to do something."""
        return self._setup.wants_facts

    @property
    def document(self) -> Document:
        """The document."""
        return self._scope.analysis.document

    @property
    def objects(self) -> tuple[KubeObject, ...]:
        """Our objects in the document: none when a syntax error hides them."""
        return self._scope.analysis.objects

    @property
    def schema(self) -> tuple[SchemaFinding, ...]:
        """What the schemas say of the objects."""
        return self._scope.analysis.schema

    @property
    def problems(self) -> tuple[SyntaxProblem, ...]:
        """What YAML itself refuses."""
        return self._scope.analysis.problems

    @property
    def settings(self) -> Settings:
        """What the configuration says of the cluster."""
        return self._scope.settings

    @property
    def workspace(self) -> WorkspaceSnapshot:
        """The policies that are known."""
        return self._scope.workspace

    def is_known_whole(self, namespace: str | None) -> bool:
        """Whether all pods of a namespace are known: a snapshot of the cluster shows them, or the configuration says so."""
        return self.settings.says_whole(namespace) or self.workspace.is_known_whole(namespace)

    @property
    def source(self) -> Source:
        """The document's text."""
        return self.document.source

    def finding(
        self,
        at: HasSpan | Span,
        message: str,
        *,
        severity: Severity | None = None,
        label: str = "",
        related: Iterable[Related] = (),
        fixes: Iterable[Fix | None] | Callable[[], Fix | Iterable[Fix | None] | None] = (),
        tags: Iterable[Tag] = (),
        obj: KubeObject | None = None,
        field: str = "",
    ) -> Diagnostic:
        """A finding of this rule at a node, field or span.

        `message` is one sentence, lower case, no final dot, offending values in backticks. `fixes` may hold None
        for a fix that cannot be had here; a function is called when the fixes are asked for. Where `obj` and `field`
        are not given, they are those of what is at the span.
        """
        info = self._setup.info
        span = at if isinstance(at, Span) else at.span
        owner = self._owner(span)
        error = self.document.error
        if error is not None and error.kind is ProblemKind.TAB and info.category is not Category.SYNTAX:
            fixes = ()  # columns are not known before the tabs are spaces
        return Diagnostic(
            code=info.code,
            name=info.name,
            category=info.category,
            severity=self._setup.severity or severity or info.severity,
            message=shorten(message),
            span=span,
            label=shorten(label, _LONGEST_LABEL),
            object=_reference(obj or owner),
            field=field or self._known_path(at) or ("" if owner is None else render_path(path_at(owner.node, span))),
            related=tuple(related),
            fixes=Fixes(partial(_make, fixes)) if callable(fixes) else _kept(fixes),
            tags=tuple(tags),
        )

    def fix(
        self, title: str, edits: tuple[TextEdit, ...] | None, applicability: Applicability = Applicability.SAFE
    ) -> Fix | None:
        """A fix of these edits, and none where they cannot be made. `title` is an imperative sentence."""
        return Fix(title, edits, applicability) if edits else None

    def in_one_branch(self, *places: HasSpan) -> bool:
        """Whether places of a template are there together or not at all."""
        template = self.document.template
        return template is None or len({template.branch_at(place.span.start) for place in places}) == 1

    def field_in(self, node: Node, name: str) -> str:
        """The path of a field of `node` that is not there."""
        path = self._path(node)
        return name if not path else f"{path}.{name}"

    def related(self, at: HasSpan | Span, message: str) -> Related:
        """Another place in this file that belongs to a finding."""
        return Related(at if isinstance(at, Span) else at.span, shorten(message))

    def related_fact(self, origin: Origin, message: str) -> Related:
        """The place of a fact of the workspace that belongs to a finding, in whatever file."""
        return Related(Span(origin.start, origin.end), message, origin.uri, origin.document)

    def _owner(self, span: Span) -> KubeObject | None:
        """The object around a span; the document's only one where there is none."""
        only = None
        for kube_object in self.objects:
            if kube_object.node.span.covers(span):
                return kube_object
            only = kube_object if only is None and not kube_object.path else None
        return only

    def _known_path(self, at: HasSpan | Span) -> str:
        """The path where the span alone does not tell it: a schema's finding, or a value reached through an alias."""
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


class PolicyContext(Context):
    """What a policy rule sees: one NetworkPolicy, typed and as `plain` data."""

    __slots__ = ("plain", "policy")

    def __init__(self, setup: ConfiguredRule, scope: DocumentScope, policy: NetworkPolicy, plain: Any) -> None:
        # Written out, without super(): see Context.
        self._setup = setup
        self._scope = scope
        self.policy = policy
        self.plain = plain

    @property
    def is_partial(self) -> bool:
        """Whether a syntax error or a template hides something of the policy's spec: what is missing may be there."""
        return self._scope.analysis.is_partial(self.policy)

    @property
    def has_unknown_fields(self) -> bool:
        """Whether the author wrote something under a name, or in a place, that the schema does not know.

        What seems to be missing may be just that, so that rules about what is missing stay silent.
        """
        return self._scope.analysis.has_misplaced_spec(self.policy)

    @property
    def semantics(self) -> NetworkPolicySemantics:
        """What the policy means, after the API server's defaults."""
        known = self._scope.semantics.get(id(self.policy))
        if known is None:
            known = self._scope.analysis.semantics(self.policy, self.settings.default_namespace)
            self._scope.semantics[id(self.policy)] = known
        return known

    def rules(self, direction: Direction) -> Iterator[tuple[TrafficRule, RuleSemantics]]:
        """The rules of a direction that can be read, each as it is written and as it is meant."""
        # Rules that cannot be read have a meaning, UNKNOWN, but no typed value: it comes last.
        return zip(self.policy.rules(direction), self.semantics.rules(direction), strict=False)

    @property
    def located(self) -> LocatedPolicy:
        """The policy as the workspace knows it."""
        known = self._scope.located.get(id(self.policy))
        if known is None:
            scope = self.delivery
            policy = delivered_policy(self.semantics, scope) if scope.is_delivered else self.semantics
            known = LocatedPolicy(policy, self.source.uri, path=self.policy.object.path)
            self._scope.located[id(self.policy)] = known
        return known

    @property
    def delivery(self) -> DeliveryScope:
        """How the policy's file reaches the cluster."""
        return self.workspace.index.delivery.scope_of(self.source.uri)

    @property
    def namespace(self) -> str | None:
        """The policy's namespace: its own, else the configuration's default; None when no one gives one."""
        return self.policy.object.namespace or self.settings.default_namespace

    def _owner(self, span: Span) -> KubeObject | None:  # noqa: ARG002 - it is known without
        return self.policy.object


def _reference(about: KubeObject | None) -> ObjectRef | None:
    return None if about is None else ObjectRef(about.kind, about.namespace, about.name)


def _make(make: Callable[[], Fix | Iterable[Fix | None] | None]) -> tuple[Fix, ...]:
    made = make()
    return _kept([made] if isinstance(made, Fix | None) else made)


def _kept(fixes: Iterable[Fix | None]) -> tuple[Fix, ...]:
    return tuple(fix for fix in fixes if fix is not None)
