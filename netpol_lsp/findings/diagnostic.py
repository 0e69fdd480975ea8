"""Findings and what they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from netpol_lsp.findings.fingerprint import fingerprint
from netpol_lsp.text.edits import Fix
from netpol_lsp.text.span import Span


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    HINT = "hint"

    @property
    def rank(self) -> int:
        """0 for an error, 3 for a hint."""
        return _RANKS[self]

    def at_least(self, other: Severity) -> bool:
        """Whether this is as bad as `other` or worse."""
        return self.rank <= other.rank


_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2, Severity.HINT: 3}


class Category(StrEnum):
    """What a rule is about."""

    SYNTAX = "syntax"
    API = "api"
    INTENT = "intent"
    WORKSPACE = "workspace"
    SECURITY = "security"
    PLATFORM = "platform"
    STYLE = "style"
    TOOL = "tool"


class Tag(StrEnum):
    """How an editor may draw a finding."""

    UNNECESSARY = "unnecessary"
    DEPRECATED = "deprecated"


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that belongs to a finding; `uri` is None for the finding's own file."""

    span: Span
    message: str
    uri: str | None = None
    document: int | None = None


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """Which Kubernetes object a finding is about; fields that the manifest does not give are None."""

    kind: str | None
    namespace: str | None
    name: str | None

    def __str__(self) -> str:
        """As in `NetworkPolicy shop/web`."""
        name = self.name or "(no name)"
        return (
            f"{self.kind or 'object'} {self.namespace}/{name}" if self.namespace else f"{self.kind or 'object'} {name}"
        )


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why a finding is not shown: `by` is comment, annotation or baseline."""

    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    `span` is the exact token; `label` is a short note for under the span in text output ("" for none);
    `field` is the path in the object, as in `spec.egress[0].to[1]`; `document` counts from 0.
    `fixes` may be worked out only when they are looked at. The identity of a finding is its code, object and field,
    never its line; `number` tells those of one file apart that are otherwise alike.
    """

    code: str
    name: str
    category: Category
    severity: Severity
    message: str
    span: Span
    document: int = 0
    label: str = ""
    object: ObjectRef | None = None
    field: str = ""
    related: tuple[Related, ...] = ()
    fixes: Sequence[Fix] = ()
    tags: tuple[Tag, ...] = ()
    suppressed: Suppression | None = None
    number: int = 0

    @property
    def fingerprint(self) -> str:
        """The identity of the finding, whatever its line: its code, object, field, and number."""
        about = self.object
        owner = (about.kind or "", about.namespace or "", about.name or "") if about is not None else ("", "", "")
        return fingerprint((self.code, *owner, self.field, *((str(self.number),) if self.number else ())))

    @property
    def is_refused(self) -> bool:
        """Whether the finding says that the API server refuses the manifest."""
        return self.severity is Severity.ERROR and self.category in (Category.SYNTAX, Category.API)

    @property
    def sort_key(self) -> tuple[int, int, str, str]:
        """Position, then code, then message."""
        return (self.span.start, self.span.end, self.code, self.message)


def with_occurrence_index(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings of one file; of those that are otherwise alike, the second has number 1, and so on."""
    seen: dict[object, int] = {}
    result = []
    for diagnostic in found:
        alike = (diagnostic.code, diagnostic.field, diagnostic.object)
        number = seen.get(alike, 0)
        seen[alike] = number + 1
        result.append(replace(diagnostic, number=number) if number else diagnostic)
    return result
