"""Runs the engine over files: cache, prefilter, processes; results in the order of the files whatever happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netpol_lsp.files.reading import MOST_BYTES, ReadProblem
from netpol_lsp.findings.diagnostic import Category, Diagnostic, Severity
from netpol_lsp.findings.tool_codes import INTERNAL_ERROR, YAML_SYNTAX
from netpol_lsp.lint.report import FileReport
from netpol_lsp.project.batch_items import BatchItem, BatchResult, OpenedBatch, Progress, recall, remember
from netpol_lsp.project.context_inputs import ContextFiles
from netpol_lsp.project.disk_cache import Cache, digest, stamp_of, up_to_date
from netpol_lsp.project.finding_keys import FindingKeys
from netpol_lsp.project.inputs import (
    InputFile,
    StdinOverlay,
    count_documents,
    decode_input,
    is_of_another_kind,
    is_template_without_policy,
    may_hold_facts,
    may_hold_policies,
    read_input,
)
from netpol_lsp.project.platform_detection import (
    NO_LAYER,
    detected_layer,
    hints_from_json,
    hints_in_bytes,
    hints_in_text,
)
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span

if TYPE_CHECKING:
    from netpol_lsp.config.config import FileConfig
    from netpol_lsp.project.rendered_findings import RenderedFinding
    from netpol_lsp.project.renderings import Renderings
    from netpol_lsp.workspace.snapshot import WorkspaceSnapshot


def _no_progress(_done: int, _total: int) -> None:
    return


@dataclass(slots=True)
class BatchRun:
    """What a run needs besides its files.

    `named` are the paths that were named: these must be readable text. `workspace` is the view of the last
    run, when it needed one and was told to keep it, as fixes need it. `renderings`: what was rendered; `rendered`: what was
    found in it.
    """

    cache: Cache
    overlay: StdinOverlay
    jobs: int | None = None
    progress: Progress = _no_progress
    named: frozenset[str] = frozenset()
    context: ContextFiles = field(default_factory=ContextFiles)
    keeps_workspace: bool = False
    workspace: WorkspaceSnapshot | None = None
    max_file_size: int | None = MOST_BYTES
    renderings: Renderings | None = None
    rendered: Sequence[RenderedFinding] | None = None
    keys: FindingKeys = field(default_factory=FindingKeys)

    def run(self, targets: Sequence[InputFile]) -> BatchResult:
        """Lint the files."""
        return self.lint(self.open(targets))

    def open(self, targets: Sequence[InputFile]) -> OpenedBatch:
        """The files as far as they are known without linting them."""
        result = BatchResult()
        items = [item for target in targets if (item := self._open(target, result)) is not None]
        ours = [item for item in items if item.report is None and (item.entry is None or item.entry.key)]
        others = [item for item in items if item.holds_resources] if ours else []
        self._detect(items)
        if self.cache.is_on:
            contents = "\n".join(f"{item.target.path}\0{item.content}" for item in (*ours, *others))
            configs = sorted({item.target.config_key for item in ours})
            self.keys = FindingKeys(digest(self.context.key, contents), digest(*configs))
        return OpenedBatch(items, ours, others, result)

    def _detect(self, items: Sequence[BatchItem]) -> None:
        """Let the configurations know what the manifests tell of the network plugin and the platform."""
        hints = [hint for item in items for hint in item.hints]
        hints += [hint for text in self.context.texts for hint in hints_in_text(text.source)]
        layer = detected_layer(hints) if hints else NO_LAYER
        for loaded in {id(item.target.loaded): item.target.loaded for item in items}.values():
            loaded.use_detected(layer)

    def key_of(self, opened: OpenedBatch) -> str:
        """What stands for all that is found in the files; empty as long as the cache does not know it."""
        if not self.cache.is_on or opened.result.problems or not all(self._fits(item) for item in opened.items):
            return ""
        parts = (f"{item.target.path}\0{item.content}\0{item.entry.key}" for item in opened.items if item.entry)
        return digest("\n".join(parts))

    def lint(self, opened: OpenedBatch) -> BatchResult:
        """Lint what the cache does not know of the files."""
        result, items = opened.result, opened.items
        open_items = [item for item in items if item.report is None]
        todo = [item for item in open_items if not (self._fits(item) and recall(item))]
        result.cached = len(open_items) - len(todo)
        if todo or self.renderings:
            result.cached += self._lint(todo, opened)
        reports = [item.report for item in items if item.report is not None]
        if self.renderings and self.rendered is not None:
            reports = self._with_rendered(reports, items, self.rendered)
        result.reports = sorted(reports, key=lambda report: report.source.uri)
        self.save(opened)
        return result

    def _with_rendered(
        self, reports: Sequence[FileReport], items: Sequence[BatchItem], found: Sequence[RenderedFinding]
    ) -> list[FileReport]:
        """The reports with the findings of renderings, and reports of further files that these are shown in."""
        from netpol_lsp.project.rendered_reports import with_rendered  # noqa: PLC0415 - most runs render nothing

        assert self.renderings is not None
        configs = {item.target.path: item.config for item in items}
        return with_rendered(reports, found, self.renderings, configs)

    def save(self, opened: OpenedBatch) -> None:
        """Write what is new into the cache."""
        self.cache.save(item.target.absolute for item in opened.items)

    def _open(self, target: InputFile, result: BatchResult) -> BatchItem | None:
        """A file as far as it is known without linting it; None when it cannot be read."""
        item = BatchItem(target, text=self.overlay.get(target))
        if item.text is not None:
            item.hints = hints_in_text(item.text.source)
            if self.cache.is_on:
                item.content = digest(item.text.source.text)
            return item
        if self.cache.is_on:
            item.stamp = stamp_of(target.absolute)
            entry = self.cache.get(target.absolute)
            if entry is not None and not entry.key and target.path in self.named:
                # It was passed over unread, but what is named must be readable.
                entry = None
            if entry is not None and item.stamp == entry.stamp:
                item.content, item.entry = entry.content, entry
                item.holds_resources = entry.holds_resources
                item.hints = hints_from_json(entry.hints, target.path)
                return item
        else:
            entry = None
        data = read_input(target, self.max_file_size)
        if isinstance(data, ReadProblem):
            if data.is_limit:
                item.report = _too_large(data, item.config)
                return item
            result.problems.append(data)
            return None
        if self.cache.is_on:
            item.content = digest(data)
        if entry is not None and entry.content == item.content:
            if item.stamp is not None:
                entry.stamp = up_to_date(item.stamp)
                self.cache.put(target.absolute, entry)
            item.entry = entry
            item.holds_resources = entry.holds_resources
            item.hints = hints_from_json(entry.hints, target.path)
            return item
        return self._look(item, data, result)

    def _look(self, item: BatchItem, data: bytes, result: BatchResult) -> BatchItem | None:
        """Decide by its bytes whether a file can hold anything of ours; what is named must be text in any case."""
        ours = may_hold_policies(data)
        item.hints = hints_in_bytes(data, item.target.path)
        if ours or item.target.path in self.named:
            text = decode_input(item.target, data)
            if isinstance(text, ReadProblem):
                if item.target.path not in self.named and is_of_another_kind(item.target, text):
                    return None
                result.problems.append(text)
                return None
            item.text = text
            if ours and item.target.path not in self.named and is_template_without_policy(text.source):
                ours = False
        if not ours:
            item.report = FileReport(item.lazy_source, count_documents(data), 0, ())
            item.holds_resources = may_hold_facts(data, item.target.path)
            remember(self.cache, item, "")
        return item

    def _fits(self, item: BatchItem) -> bool:
        """Whether the cache knows the findings of a file as they are now."""
        entry = item.entry
        return entry is not None and (not entry.key or self.keys.fits(item.target, entry.key))

    def _lint(self, todo: list[BatchItem], opened: OpenedBatch) -> int:
        """Lint what the cache does not know; how many of these files it knows after all."""
        from netpol_lsp.project.linting import Linting  # noqa: PLC0415 - needs the engine, and most runs know all

        self.workspace = None
        shared = (self.cache, self.keys, self.jobs, self.progress, self.context, self.renderings or None)
        return Linting(*shared, self._show).lint(todo, opened)

    def _show(self, workspace: WorkspaceSnapshot) -> None:
        """What is known of all files."""
        if self.keeps_workspace:
            self.workspace = workspace
        if self.renderings:
            from netpol_lsp.project.rendered_findings import rendered_findings  # noqa: PLC0415 - most runs render nothing

            self.rendered = rendered_findings(self.renderings, workspace)


def _too_large(problem: ReadProblem, config: FileConfig) -> FileReport:
    """The report of a file that is not read for its size, as its configuration wants it."""
    message = f"the file {problem.message}; --max-file-size sets how much that is"
    severity = config.severities.get(YAML_SYNTAX, Severity.WARNING)
    found = Diagnostic(YAML_SYNTAX, "yaml-syntax", Category.SYNTAX, severity, message, Span(0, 0))
    return FileReport(Source(problem.path, ""), 1, 0, (found,) if YAML_SYNTAX in config.enabled else ())


def unread_report(problem: ReadProblem) -> FileReport:
    """The report of a file that could not be read: a finding that says why."""
    place = f" (line {problem.line})" if problem.line is not None else ""
    message = f"the file {problem.message}{place}, so it was not linted"
    found = Diagnostic(INTERNAL_ERROR, "internal-error", Category.TOOL, Severity.ERROR, message, Span(0, 0))
    return FileReport(Source(problem.path, ""), 0, 0, (found,))
