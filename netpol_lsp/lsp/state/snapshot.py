"""One version of a document, and what is known of it beside a workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netpol_lsp.config.config import FileConfig
from netpol_lsp.files.discovery import CONFIG_NAME
from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.lint.analysis import Analysis, Part, analyse_document, remembering_documents
from netpol_lsp.lint.engine import join_findings
from netpol_lsp.lint.fix_choice import FixJudge
from netpol_lsp.lint.generated import is_generated
from netpol_lsp.lint.may_suppress import may_suppress
from netpol_lsp.lsp.positions import Positions
from netpol_lsp.lsp.state.cached_intents import CachedIntents
from netpol_lsp.lsp.state.document_cache import CachedDocument
from netpol_lsp.lsp.uris import name_of_uri
from netpol_lsp.project.workspace_state import NO_WORKSPACE, WorkspaceState
from netpol_lsp.reach.intent_files import may_hold_tests
from netpol_lsp.text.lazy import lazy
from netpol_lsp.text.source import Encoding, Source
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.file_resources import joined
from netpol_lsp.workspace.index import FileFacts
from netpol_lsp.yaml.documents import Chunk
from netpol_lsp.yaml.manifests import split_manifest
from netpol_lsp.yaml.templates.languages import Language, language_of, may_be_template

if TYPE_CHECKING:
    from netpol_lsp.lint.fixer import FixResult
    from netpol_lsp.project.rendered_overlay import FileOverlay


@dataclass(frozen=True)
class DocumentVersion:
    """One version of a document by itself. Everything is worked out when it is first asked for, and kept.

    `known` is shared between the versions of a document: by the text of each of its YAML documents. `is_wanted`: the
    configuration does not exclude the file. `uri` is as the client writes it, that of `source` as we do. `plain_before`: the
    YAML documents of the version before, where nothing in it looked like a template.
    """

    uri: str
    path: str | None
    source: Source
    encoding: Encoding
    config: FileConfig
    is_wanted: bool = True
    is_too_large: bool = False
    known: dict[str, CachedDocument] = field(default_factory=dict, compare=False, repr=False)
    plain_before: AbstractSet[str] = field(default=frozenset(), compare=False, repr=False)

    @lazy
    def is_config(self) -> bool:
        """Whether this is a config file of the linter."""
        return name_of_uri(self.uri) == CONFIG_NAME

    @lazy
    def positions(self) -> Positions:
        """Converts between the client's positions and our offsets."""
        return Positions(self.source, self.encoding)

    @lazy
    def language(self) -> Language | None:
        """The template language of the file."""
        return None if self.is_plain else language_of(self.source.text, self.uri)

    @lazy
    def is_plain(self) -> bool:
        """Whether nothing looks like a template: of a version after such a one, only what is new is looked at."""
        if not self.plain_before:
            return not may_be_template(self.source.text)
        return not any(
            may_be_template(chunk.text) for chunk in self._plain_chunks if chunk.text not in self.plain_before
        )

    @lazy
    def _plain_chunks(self) -> list[Chunk]:
        return split_manifest(self.source.text, None)

    @lazy
    def chunks(self) -> list[Chunk]:
        """The YAML documents as strings."""
        if self.is_too_large or self.is_config:
            return []
        return self._plain_chunks if self.is_plain else split_manifest(self.source.text, self.language)

    @lazy
    def analysis(self) -> Analysis:
        """What is known of the whole file."""
        return Analysis(self.source, tuple(self.part(chunk) for chunk in self.chunks), self.language)

    @lazy
    def ours(self) -> tuple[Part, ...]:
        """The YAML documents that are relevant."""
        return tuple(part for part in self.analysis.parts if part.analysis is not None)

    @lazy
    def facts(self) -> FileFacts:
        """What the file says, as the workspace knows it."""
        settings, parts = self.config.settings, self.analysis.parts
        found = [self.known[part.text].facts(part, self.source, settings) for part in parts]
        return FileFacts(
            tuple(located for one in found for located in one.policies),
            joined(one.resources for one in found),
            tuple((part.index, part.start) for part in parts if part.start),
        )

    @lazy
    def tests(self) -> tuple[tuple[Part, CachedIntents], ...]:
        """The YAML documents that hold tests of connections."""
        if self.is_too_large or self.is_config or not self.is_wanted or not may_hold_tests(self.source.text):
            return ()
        found = ((part, self.known[part.text].tests(part, self.source.uri)) for part in self.analysis.parts)
        return tuple((part, tests) for part, tests in found if tests is not None)

    @lazy
    def has_suppressions(self) -> bool:
        """Whether something in the file may suppress findings: comments, or that a program has written it."""
        return may_suppress(self.source.text) or is_generated(self.source.text)

    def part(self, chunk: Chunk) -> Part:
        """A YAML document, parsed."""
        known = self.known.get(chunk.text)
        if known is None or known.language is not self.language:
            known = self.read(chunk)
        return Part(chunk.index, chunk.start, chunk.text, known.analysis)

    def read(self, chunk: Chunk) -> CachedDocument:
        """Parse a YAML document and keep what is found out."""
        analysis = analyse_document(chunk.text, self.source.uri, self.language)
        known = self.known[chunk.text] = CachedDocument(analysis, self.language)
        return known


@dataclass(frozen=True)
class Snapshot:
    """A version of a document beside the workspace at one moment: what requests are answered from."""

    document: DocumentVersion
    workspace: WorkspaceState = NO_WORKSPACE

    @property
    def uri(self) -> str:
        """The document's URI as the client writes it."""
        return self.document.uri

    @property
    def path(self) -> str | None:
        """The absolute path of its file; None for unsaved and remote documents."""
        return self.document.path

    @property
    def source(self) -> Source:
        """Its text."""
        return self.document.source

    @property
    def encoding(self) -> Encoding:
        """What the client counts as columns."""
        return self.document.encoding

    @property
    def config(self) -> FileConfig:
        """The configuration that holds for it."""
        return self.document.config

    @property
    def is_wanted(self) -> bool:
        """Whether the configuration does not exclude it."""
        return self.document.is_wanted

    @property
    def is_too_large(self) -> bool:
        """Whether it is too large to be looked at while it is edited."""
        return self.document.is_too_large

    @property
    def is_config(self) -> bool:
        """Whether it is a config file of the linter."""
        return self.document.is_config

    @property
    def known(self) -> dict[str, CachedDocument]:
        """What has been found out, by the text of each YAML document."""
        return self.document.known

    @property
    def version(self) -> int | None:
        """The client's version; None for a text from disk."""
        return self.document.source.version

    @property
    def positions(self) -> Positions:
        """Converts between the client's positions and our offsets."""
        return self.document.positions

    @property
    def chunks(self) -> list[Chunk]:
        """The YAML documents as strings."""
        return self.document.chunks

    @property
    def analysis(self) -> Analysis:
        """What is known of the whole file."""
        return self.document.analysis

    @property
    def ours(self) -> tuple[Part, ...]:
        """The YAML documents that are relevant."""
        return self.document.ours

    @property
    def facts(self) -> FileFacts:
        """What the file says, as the workspace knows it."""
        return self.document.facts

    @property
    def tests(self) -> tuple[tuple[Part, CachedIntents], ...]:
        """The YAML documents that hold tests of connections."""
        return self.document.tests

    @property
    def overlay(self) -> FileOverlay | None:
        """What renderings say of the file."""
        return self.workspace.overlays.get(self.source.uri) if self.workspace.overlays else None

    @property
    def is_judged_whole(self) -> bool:
        """Whether findings are those of the file, rather than of each of its documents.

        Something may suppress or refute them, or the template as a whole is at fault.
        """
        is_template = self.document.language is not None
        whole = self.document.has_suppressions or self.overlay is not None
        return whole or (is_template and self.analysis.unbalanced is not None)

    def in_workspace(self, workspace: WorkspaceState) -> Snapshot:
        """The same version beside another workspace."""
        return self if workspace is self.workspace else Snapshot(self.document, workspace)

    def part_at(self, offset: int) -> Part | None:
        """The YAML document at an offset; only this one is parsed."""
        found = None
        for chunk in self.chunks:
            if chunk.start > offset and found is not None:
                break
            found = chunk
        return None if found is None else self.document.part(found)

    def read_steps(self) -> Iterator[None]:
        """Read the documents one by one, so that something else can have a turn in between."""
        for chunk in self.chunks:
            if chunk.text not in self.known:
                self.document.read(chunk)
                yield

    def check_steps(self) -> Iterator[None]:
        """Check the documents one by one."""
        for part in self.ours if self.is_wanted else ():
            self.known[part.text].check(self.config, self.workspace)
            yield
        for _, tests in self.tests:
            yield from tests.steps(self.workspace, self.config.settings)

    @lazy
    def findings(self) -> tuple[Diagnostic, ...]:
        """The findings as `lint` gives them; suppressed ones are left out."""
        found = [self.findings_in(part) for part in self.ours]
        joined = join_findings(self.analysis, self.config, found) if self.is_wanted else []
        if self.overlay is not None and self.is_wanted:
            joined = list(self.overlay.join(self.source, joined, self.config))
        return tuple(diagnostic for diagnostic in joined if diagnostic.suppressed is None)

    def findings_in(self, part: Part) -> list[Diagnostic]:
        """The findings of one document that is relevant, suppressed or not."""
        known = self.known[part.text]
        known.check(self.config, self.workspace)
        return known.findings(part)

    def has_finding(self, is_wanted: Callable[[Diagnostic], bool]) -> bool:
        """Whether there is a finding of a kind."""
        if self.is_judged_whole:
            return any(map(is_wanted, self.findings))
        for part in self.ours if self.is_wanted else ():
            self.known[part.text].check(self.config, self.workspace)
            if self.known[part.text].has(is_wanted):
                return True
        return False

    def findings_at(self, span: Span) -> list[Diagnostic]:
        """The findings that touch a span."""
        found: Iterable[Diagnostic] = self.findings if self.is_judged_whole else self._findings_near(span)
        return [diagnostic for diagnostic in found if diagnostic.span.touches(span)]

    @lazy
    def fix_judge(self) -> FixJudge:
        """Says how far fixes may be trusted; only the documents that it is asked about are looked at."""
        return FixJudge(self.source.uri, self._part_numbered, self._findings_numbered, self.config, self.workspace.view)

    @lazy
    def fixed(self) -> FixResult:
        """The text after all safe fixes."""
        from netpol_lsp.lint.fixer import fix_source  # noqa: PLC0415 - few are asked for it

        with remembering_documents():
            return fix_source(self.source, self.config, self.workspace.view)

    def _part_numbered(self, index: int) -> Part | None:
        return next((self.document.part(chunk) for chunk in self.chunks if chunk.index == index), None)

    def _findings_numbered(self, index: int) -> list[Diagnostic]:
        if self.is_judged_whole:
            return [one for one in self.findings if one.document == index]
        return [one for part in self.ours if part.index == index for one in self.findings_in(part)]

    def _findings_near(self, span: Span) -> Iterator[Diagnostic]:
        """Those of the documents that a span touches: the others need not be worked out."""
        for part in self.ours if self.is_wanted else ():
            if Span(part.start, part.start + len(part.text)).touches(span):
                yield from self.findings_in(part)
