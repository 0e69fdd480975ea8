"""What is known of one file: its documents, objects and policies. No rule has run yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from netpol_lsp.kube.objects import KubeObject, objects_of
from netpol_lsp.lint.schema import SchemaFinding, check_schema, shape
from netpol_lsp.policies.kinds import is_network_policy, looks_like_ours, may_be_ours
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics
from netpol_lsp.policies.networkpolicy.semantics_reader import semantics_of
from netpol_lsp.text.lazy import lazy
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import Document, TemplateVariant, before_end_marker, parse_edited
from netpol_lsp.yaml.manifests import parse_manifest, split_manifest
from netpol_lsp.yaml.parser import parse
from netpol_lsp.yaml.paths import Path
from netpol_lsp.yaml.problems import ProblemKind, SyntaxProblem
from netpol_lsp.yaml.recovery.prefilter import may_be_lost
from netpol_lsp.yaml.recovery.schema_shape import field_names
from netpol_lsp.yaml.templates.languages import Language, language_of
from netpol_lsp.yaml.to_python import to_python

if TYPE_CHECKING:
    from netpol_lsp.yaml.templates.balance import Unbalanced


@dataclass(frozen=True)
class DocumentAnalysis:
    """One document that is ours. Offsets count from its own start, so the value outlives edits elsewhere.

    `objects` are our objects; `plain` their plain data, in the same order; `problems` what YAML refuses.
    `failure` is the exception because of which nothing could be read at all: a mistake of ours. `readings` are
    those of a template: each variant with what it holds. The template itself has the objects of all of them, each
    once, as the first one reads it.
    """

    document: Document
    objects: tuple[KubeObject, ...]
    plain: tuple[Any, ...]
    problems: tuple[SyntaxProblem, ...]
    failure: Exception | None = None
    readings: tuple[TemplateReading, ...] = ()

    @lazy
    def policies(self) -> tuple[NetworkPolicy, ...]:
        """The NetworkPolicies, typed."""
        return tuple(NetworkPolicy(kube_object) for kube_object in self.objects)

    def reading_at(self, offset: int) -> DocumentAnalysis:
        """The document; of a template, the first reading in which what is written at an offset is there."""
        found = (one.analysis for one in self.readings if one.variant.branches.is_live(offset))
        return next(found, self)

    def is_partial(self, policy: NetworkPolicy) -> bool:
        """Whether a part of the policy's spec is not known: hidden, or under a wrong name or in a wrong place."""
        return self.is_hidden(policy) or self.has_misplaced_spec(policy)

    def is_hidden(self, policy: NetworkPolicy) -> bool:
        """Whether a syntax error or a template hides a part of the policy's spec; template lines above it do not count."""
        if self.document.error is not None:
            return True
        if not self.document.holes:
            return False
        spec = policy.spec_field
        start = spec.key_span.start if spec is not None else policy.object.node.start
        return any(hole.start > start for hole in self.document.holes)

    def has_misplaced_spec(self, policy: NetworkPolicy) -> bool:
        """Whether the policy has a field that the API does not know, in its spec or where its spec belongs.

        What such a field says is there, only under a wrong name or in a wrong place: nothing is known to be missing.
        """
        return any(found.object_node is policy.object.node for found in self._misplaced)

    def is_sound(self, policy: NetworkPolicy, item: Path) -> bool:
        """Whether nothing out of place bears on an item of `ingress` or `egress`, whose path starts as `item` does.

        An unknown field in another item does not, nor does one that may be the podSelector or other rules. One that may
        be policyTypes does: it says which direction counts.
        """
        for found in self._misplaced:
            if found.object_node is not policy.object.node:
                continue
            holder = found.path[:-1]
            if holder[:3] == item[:3] or not (len(holder) >= 3 or policy.declares_types):
                return False
        return True

    @lazy
    def _misplaced(self) -> tuple[SchemaFinding, ...]:
        """The unknown fields that may say something of a policy."""
        return tuple(one for one in self.schema if one.keyword == "additionalProperties" and _may_be_of_spec(one))

    def semantics(self, policy: NetworkPolicy, default_namespace: str | None) -> NetworkPolicySemantics:
        """What the policy means, read once: several rules and the workspace ask for it."""
        key = (id(policy), default_namespace)
        known = self._semantics.get(key)
        if known is None:
            known = semantics_of(policy, default_namespace, is_partial=self.is_partial(policy))
            self._semantics[key] = known
        return known

    @lazy
    def _semantics(self) -> dict[tuple[int, str | None], NetworkPolicySemantics]:
        """By the identity of a policy of the document, and the namespace of those that name none."""
        return {}

    @lazy
    def schema(self) -> tuple[SchemaFinding, ...]:
        """What the schemas say of the objects."""
        pairs = zip(self.objects, self.plain, strict=True)
        return tuple(finding for kube_object, plain in pairs for finding in check_schema(kube_object.node, plain))


def _may_be_of_spec(found: SchemaFinding) -> bool:
    """Whether an unknown field may say something of what a policy does."""
    if found.path[0] == "spec" or found.detail in _spec_fields():
        return True
    # At the top: a collection that is no longer known as what it is, but for what a cluster or an encryption adds.
    return len(found.path) == 1 and isinstance(found.value, dict | list) and found.detail not in ("status", "sops")


@cache
def _spec_fields() -> frozenset[str]:
    """The fields that say what a policy does, wherever they are."""
    return frozenset({"spec", *field_names(shape().fields["spec"])})


@dataclass(frozen=True, slots=True)
class TemplateReading:
    """One way to read a template, and what is known of it then."""

    variant: TemplateVariant
    analysis: DocumentAnalysis


@dataclass(slots=True, unsafe_hash=True)
class Part:
    """A document's place in its file; `analysis` is None when the document is none of ours.

    Not frozen, which would make it three times as slow to make: a file may have a million of them.
    """

    index: int
    start: int
    text: str
    analysis: DocumentAnalysis | None


@dataclass(frozen=True)
class Analysis:
    """What is known of one file. `language` is the template language that it is written in, if any."""

    source: Source
    parts: tuple[Part, ...]
    language: Language | None = None

    @lazy
    def unbalanced(self) -> Unbalanced | None:
        """The action because of which nothing comes of a template that holds something of ours."""
        if self.language is None or not any(part.analysis for part in self.parts) or all(map(_is_balanced, self.parts)):
            return None
        from netpol_lsp.yaml.templates.balance import find_unbalanced  # noqa: PLC0415 - most files are plain

        found = find_unbalanced(self.source.text, self.language)
        if found is None:
            return None
        # What is YAML as it is written may be a plain manifest whose values quote a template.
        written = before_end_marker(self.part_at(found.span.start).text)
        return found if parse(written).error is not None else None

    @lazy
    def policies(self) -> int:
        """How many NetworkPolicies the file holds."""
        return sum(len(part.analysis.objects) for part in self.parts if part.analysis)

    def part_at(self, offset: int) -> Part:
        """The document that holds an offset of the file."""
        found = self.parts[0]
        for part in self.parts:
            if part.start > offset:
                break
            found = part
        return found


def _is_balanced(part: Part) -> bool:
    """Whether a document is known to have both ends of each of its blocks."""
    if part.analysis is None:
        return "{{" not in part.text
    template = part.analysis.document.template
    return template is None or template.is_balanced


def analyse(source: Source, previous: Analysis | None = None, *, is_edited: bool = False) -> Analysis:
    """Read a file; never raises. Documents with the same text as in `previous` are taken from there.

    `is_edited`: it is what fixes would leave of a file that could be read; see `analyse_edited`.
    """
    language = language_of(source.text, source.uri)
    same = previous is not None and previous.language is language
    known = {part.text: part.analysis for part in previous.parts} if previous is not None and same else {}
    parts = []
    chunks = split_manifest(source.text, language)
    chunks.reverse()
    while chunks:
        # Taken away one by one: a file may have a million of them, most of them empty.
        chunk = chunks.pop()
        if chunk.text not in known:
            # Documents with the same text are one: nothing in them depends on where they are.
            known[chunk.text] = _remembered(chunk.text, source.uri, language, is_edited=is_edited and language is None)
        analysis = known[chunk.text]
        parts.append(Part(chunk.index, chunk.start, chunk.text, analysis))
    return Analysis(source, tuple(parts), language)


_LONG = 20_000
_REMEMBERED = 2
_recent: ContextVar[dict[tuple[str, str, Language | None, bool], DocumentAnalysis | None] | None] = ContextVar(
    "recent", default=None
)


@contextmanager
def remembering_documents() -> Iterator[None]:
    """Inside of the `with` block the last documents are remembered that take long: fixing reads them again and again."""
    token = _recent.set({})
    try:
        yield
    finally:
        _recent.reset(token)


def _remembered(text: str, uri: str, language: Language | None, *, is_edited: bool) -> DocumentAnalysis | None:
    """What is known of a document, from the last ones or read now."""
    recent = _recent.get()
    keys = [(text, uri, language, False), (text, uri, language, True)][: 1 + is_edited]
    for key in keys if recent is not None else ():
        assert recent is not None
        if key in recent:
            # Asked for again: the last one now.
            recent[key] = known = recent.pop(key)
            return known
    found = analyse_edited(text, uri) if is_edited else analyse_document(text, uri, language)
    if recent is not None and (len(text) > _LONG or (found is not None and found.problems)):
        # What can be read as it is written reads the same either way, unless its indentation may be lost.
        is_same = is_edited and found is not None and found.document.error is None and not may_be_lost(text, shape())
        recent[keys[0] if is_same else keys[-1]] = found
        for old in [*recent][:-_REMEMBERED]:
            del recent[old]
    return found


def analyse_document(text: str, uri: str = "", language: Language | None = None) -> DocumentAnalysis | None:
    """Read one document of a file in a template language; None when it is none of ours.

    Never raises: what fails belongs to this document alone.
    """

    def read() -> DocumentAnalysis | None:
        document = parse_manifest(text, uri, shape=shape(), language=language)
        return _analyse_template(document) if document.variants else _analyse(document)

    return _contained(text, uri, read)


def _contained(text: str, uri: str, read: Callable[[], DocumentAnalysis | None]) -> DocumentAnalysis | None:
    """What `read` makes of a document that may be ours; when it raises, the document with the reason."""
    if not may_be_ours(text):
        return None
    try:
        return read()
    except RecursionError:
        problem = SyntaxProblem(ProblemKind.SYNTAX, Span(0, min(1, len(text))), "nested too deeply to be read")
        return DocumentAnalysis(Document(Source(uri, text), None, problem, (problem,), False), (), (), (problem,))
    except Exception as error:  # noqa: BLE001 - one document must not take the others down
        return DocumentAnalysis(Document(Source(uri, text), None, None, (), False), (), (), (), error)


def analyse_edited(text: str, uri: str) -> DocumentAnalysis | None:
    """Read one document as fixes would leave it: as `analyse_document`, but with `yaml.documents.parse_edited`."""
    return _contained(text, uri, lambda: _analyse(parse_edited(text, uri, shape())))


def _analyse(document: Document) -> DocumentAnalysis | None:
    objects = tuple(found for found in objects_of(document.root) if is_network_policy(found))
    if not objects and not (document.error and looks_like_ours(document.text)):
        return None
    plains = [to_python(found.node) for found in objects]
    problems = document.problems + tuple(problem for plain in plains for problem in plain.problems)
    analysis = DocumentAnalysis(document, objects, tuple(plain.value for plain in plains), problems)
    # Everybody asks for them; if this fails, it fails here.
    len(analysis.policies)
    return analysis


def _analyse_template(document: Document) -> DocumentAnalysis | None:
    """All readings of a template that are YAML, and what they hold together."""
    found = [TemplateReading(one, analysis) for one in document.variants if (analysis := _analyse(one.document))]
    readings = [reading for reading in found if reading.analysis.document.error is None] or found[:1]
    if not readings:
        return None
    objects: dict[int, tuple[KubeObject, Any]] = {}
    for reading in readings:
        for kube_object, plain in zip(reading.analysis.objects, reading.analysis.plain, strict=True):
            objects.setdefault(kube_object.node.start, (kube_object, plain))
    ordered = [objects[start] for start in sorted(objects)]
    first = readings[0].analysis
    whole = replace(document, root=first.document.root, error=first.document.error, problems=first.document.problems)
    kube_objects = tuple(kube_object for kube_object, _ in ordered)
    return DocumentAnalysis(
        whole, kube_objects, tuple(plain for _, plain in ordered), first.problems, readings=tuple(readings)
    )
