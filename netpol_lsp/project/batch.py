"""Runs the engine over files: cache, prefilter, processes; results in the order of the files whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netpol_lsp.config.config import FileConfig
from netpol_lsp.files.lazy_source import LazySource
from netpol_lsp.files.reading import MOST_BYTES, ReadProblem, TextFile
from netpol_lsp.findings.diagnostic import Category, Diagnostic, Severity
from netpol_lsp.findings.tool_codes import INTERNAL_ERROR, YAML_SYNTAX
from netpol_lsp.lint.report import FileReport
from netpol_lsp.project.context_inputs import ContextFiles
from netpol_lsp.project.diagnostic_codec import from_json, to_json
from netpol_lsp.project.disk_cache import Cache, Entry, digest, stamp_of, up_to_date
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
    Hints,
    detected_layer,
    hints_from_json,
    hints_in_bytes,
    hints_in_text,
    hints_to_json,
)
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span

if TYPE_CHECKING:
    from netpol_lsp.project.rendered_findings import RenderedFinding
    from netpol_lsp.project.renderings import Renderings
    from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

Progress = Callable[[int, int], None]
"""Called with how many files are done, of how many."""


@dataclass(slots=True)
class BatchResult:
    """The reports in the order of the targets; files that could not be read have a problem instead. `cached`: how many were known."""

    reports: list[FileReport] = field(default_factory=list)
    problems: list[ReadProblem] = field(default_factory=list)
    cached: int = 0


@dataclass(slots=True)
class BatchItem:
    """A file on its way: what is known of it so far."""

    target: InputFile
    stamp: list[int] | None = None
    content: str = ""
    text: TextFile | None = None
    entry: Entry | None = None
    report: FileReport | None = None
    holds_resources: bool = False
    hints: Hints = ()


class _Keys:
    """What the findings of a file depend on besides its text: its settings, and the other manifests."""

    def __init__(self, workspace_key: str) -> None:
        self._workspace_key = workspace_key
        self._by_config: dict[str, tuple[str, str]] = {}

    def of(self, target: InputFile, *, alone: bool) -> str:
        """The key of a file's findings; `alone`: no rule looked at the other manifests."""
        return self._both(target)[not alone]

    def fits(self, target: InputFile, key: str) -> bool:
        """Whether findings with this key still hold."""
        return key in self._both(target)

    def _both(self, target: InputFile) -> tuple[str, str]:
        config_key = target.config_key
        if config_key not in self._by_config:
            self._by_config[config_key] = (digest(config_key), digest(config_key, self._workspace_key))
        return self._by_config[config_key]


@dataclass(slots=True)
class OpenedBatch:
    """The files of a run before linting; `ours` may hold policies, `others` what policies depend on."""

    items: list[BatchItem]
    ours: list[BatchItem]
    others: list[BatchItem]
    result: BatchResult


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
    keys: _Keys = field(default_factory=lambda: _Keys(""))

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
            self.keys = _Keys(digest(self.context.key, contents))
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
        todo = [item for item in open_items if not self._recall(item)]
        result.cached = len(open_items) - len(todo)
        if todo or self.renderings:
            self._lint(todo, opened, result)
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
        configs = {item.target.path: _config_of(item) for item in items}
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
                item.report = _too_large(data)
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
            item.report = FileReport(_lazy(item.target), count_documents(data), 0, ())
            item.holds_resources = may_hold_facts(data, item.target.path)
            self._remember(item, "")
        return item

    def _fits(self, item: BatchItem) -> bool:
        """Whether the cache knows the findings of a file as they are now."""
        entry = item.entry
        return entry is not None and (not entry.key or self.keys.fits(item.target, entry.key))

    def _recall(self, item: BatchItem) -> bool:
        """Take the report from the cache, if it still holds."""
        entry = item.entry
        if entry is None or not self._fits(item):
            return False
        try:
            found = from_json(entry.found)
        except (ValueError, TypeError, KeyError, IndexError, RecursionError):
            return False
        item.report = FileReport(_lazy(item.target), entry.documents, entry.policies, found)
        return True

    def _load(self, item: BatchItem, result: BatchResult) -> bool:
        """Read a file whose text is needed after all; False when that fails."""
        if item.text is None:
            data = read_input(item.target)
            text = data if isinstance(data, ReadProblem) else decode_input(item.target, data)
            if isinstance(text, ReadProblem):
                result.problems.append(text)
                return False
            item.text = text
        return True

    def _lint(self, todo: list[BatchItem], opened: OpenedBatch, result: BatchResult) -> None:
        """Lint what the cache does not know; all that may hold policies when a rule looks at the others."""
        from netpol_lsp.project.executor import choose_executor  # noqa: PLC0415
        from netpol_lsp.project.in_process import (  # noqa: PLC0415 - not needed when all is known
            LintJob,
            needs_resources,
            needs_workspace,
            workspace_of,
        )
        from netpol_lsp.workspace.snapshot import EMPTY  # noqa: PLC0415

        renderings = self.renderings or None
        uses_workspace = needs_workspace(_config_of(item) for item in todo) or bool(renderings)
        if uses_workspace:
            known = {id(item) for item in todo}
            todo = todo + [item for item in opened.ours if id(item) not in known]
        wanted = [item for item in todo if self._load(item, result)]
        count = len(wanted)
        wants_resources = needs_resources(_config_of(item) for item in todo) and _have_policies(wanted)
        wants_resources = wants_resources or bool(renderings)
        if wants_resources:
            wanted += [item for item in opened.others if self._load(item, result)]
        work = [
            LintJob(index, item.text, _config_of(item), index < count, wants_resources)
            for index, item in enumerate(wanted)
            if item.text is not None
        ]
        with choose_executor(work, self.jobs) as crew:
            workspace = EMPTY
            if uses_workspace and (work or renderings):
                workspace = workspace_of(crew, self.context.texts, renderings)
            self.workspace = workspace if self.keeps_workspace else None
            reports = crew.lint(workspace)
            self.rendered = _findings_of(renderings, workspace) if renderings else None
            # Large, and other processes may have copies of their own by now.
            del workspace
            for done, (index, report) in enumerate(reports):
                item = wanted[index]
                item.report = report
                if self.cache.is_on:
                    self._remember(item, self.keys.of(item.target, alone=not uses_workspace))
                self.progress(done, count)

    def _remember(self, item: BatchItem, key: str) -> None:
        """Put what is known of a file into the cache."""
        if item.stamp is None or item.report is None:
            return
        report = item.report
        found = to_json(report.diagnostics)
        stamp = up_to_date(item.stamp)
        item.entry = Entry(
            *(stamp, item.content, report.documents, report.policies, key, found, item.holds_resources),
            hints=hints_to_json(item.hints),
        )
        self.cache.put(item.target.absolute, item.entry)


def _findings_of(renderings: Renderings, workspace: WorkspaceSnapshot) -> Sequence[RenderedFinding]:
    from netpol_lsp.project.rendered_findings import rendered_findings  # noqa: PLC0415 - most runs render nothing

    return rendered_findings(renderings, workspace)


def _have_policies(items: Sequence[BatchItem]) -> bool:
    """Whether a text really may hold a policy: only then does anybody ask about other manifests."""
    from netpol_lsp.policies.kinds import may_be_ours  # noqa: PLC0415 - not needed when all is known

    return any(item.text is not None and may_be_ours(item.text.source.text) for item in items)


def _too_large(problem: ReadProblem) -> FileReport:
    """The report of a file that is not read for its size."""
    message = f"the file {problem.message}; --max-file-size sets how much that is"
    found = Diagnostic(YAML_SYNTAX, "yaml-syntax", Category.SYNTAX, Severity.WARNING, message, Span(0, 0))
    return FileReport(Source(problem.path, ""), 1, 0, (found,))


def unread_report(problem: ReadProblem) -> FileReport:
    """The report of a file that could not be read: a finding that says why."""
    place = f" (line {problem.line})" if problem.line is not None else ""
    message = f"the file {problem.message}{place}, so it was not linted"
    found = Diagnostic(INTERNAL_ERROR, "internal-error", Category.TOOL, Severity.ERROR, message, Span(0, 0))
    return FileReport(Source(problem.path, ""), 0, 0, (found,))


def _config_of(item: BatchItem) -> FileConfig:
    return item.target.loaded.config.for_file(item.target.absolute)


def _lazy(target: InputFile) -> Source:
    return LazySource(target.path, target.absolute)
