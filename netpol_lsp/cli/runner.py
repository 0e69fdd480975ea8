"""Runs the engine over files: cache, prefilter, processes; results in the order of the files whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netpol_lsp.cli.cache import Cache, Entry, digest, settled, stamp_of
from netpol_lsp.cli.codec import decode, encode
from netpol_lsp.cli.context import ContextFiles
from netpol_lsp.cli.targets import Overlay, Target, count_documents, decode_target, may_hold_policies, read_target
from netpol_lsp.files.lazy import LazySource
from netpol_lsp.files.reading import ReadProblem, TextFile
from netpol_lsp.lint.config import FileConfig
from netpol_lsp.lint.report import FileReport
from netpol_lsp.text.source import Source

if TYPE_CHECKING:
    from netpol_lsp.workspace.view import WorkspaceView

Progress = Callable[[int, int], None]
"""Called with how many files are done, of how many."""


@dataclass(slots=True)
class RunResult:
    """The reports in the order of the targets; files that could not be read have a problem instead. `cached`: how many were known."""

    reports: list[FileReport] = field(default_factory=list)
    problems: list[ReadProblem] = field(default_factory=list)
    cached: int = 0


@dataclass(slots=True)
class _Item:
    """A file on its way: what is known of it so far."""

    target: Target
    stamp: list[int] | None = None
    content: str = ""
    text: TextFile | None = None
    entry: Entry | None = None
    report: FileReport | None = None


class _Keys:
    """What the findings of a file depend on besides its text: its settings, and the other manifests."""

    def __init__(self, workspace_key: str) -> None:
        self._workspace_key = workspace_key
        self._by_config: dict[str, tuple[str, str]] = {}

    def of(self, target: Target, *, alone: bool) -> str:
        """The key of a file's findings; `alone`: no rule looked at the other manifests."""
        return self._both(target)[not alone]

    def fits(self, target: Target, key: str) -> bool:
        """Whether findings with this key still hold."""
        return key in self._both(target)

    def _both(self, target: Target) -> tuple[str, str]:
        config_key = target.config_key
        if config_key not in self._by_config:
            self._by_config[config_key] = (digest(config_key), digest(config_key, self._workspace_key))
        return self._by_config[config_key]


def _no_progress(_done: int, _total: int) -> None:
    return


@dataclass(slots=True)
class Runner:
    """What a run needs besides its files.

    `named` are the paths that were named: these must be readable text. `workspace` is the view of the last
    run, when it needed one.
    """

    cache: Cache
    overlay: Overlay
    jobs: int | None = None
    progress: Progress = _no_progress
    named: frozenset[str] = frozenset()
    context: ContextFiles = field(default_factory=ContextFiles)
    workspace: WorkspaceView | None = None
    keys: _Keys = field(default_factory=lambda: _Keys(""))

    def run(self, targets: Sequence[Target]) -> RunResult:
        """Lint the files."""
        result = RunResult()
        items = [item for target in targets if (item := self._open(target, result)) is not None]
        ours = [item for item in items if item.report is None and (item.entry is None or item.entry.key)]
        if self.cache.is_on:
            others = (part for item in ours for part in (item.target.path, item.content))
            self.keys = _Keys(digest(self.context.key, *others))
        todo = [item for item in items if item.report is None and not self._recall(item)]
        result.cached = sum(item.report is not None and item.entry is not None for item in items)
        if todo:
            self._lint(todo, ours, result)
        result.reports = sorted(
            (item.report for item in items if item.report is not None), key=lambda report: report.source.uri
        )
        self.cache.save(target.absolute for target in targets)
        return result

    def _open(self, target: Target, result: RunResult) -> _Item | None:
        """A file as far as it is known without linting it; None when it cannot be read."""
        item = _Item(target, text=self.overlay.get(target))
        if item.text is not None:
            if self.cache.is_on:
                item.content = digest(item.text.source.text)
            return item
        if self.cache.is_on:
            item.stamp = stamp_of(target.absolute)
            entry = self.cache.get(target.absolute)
            if entry is not None and item.stamp == entry.stamp:
                item.content, item.entry = entry.content, entry
                return item
        else:
            entry = None
        data = read_target(target)
        if isinstance(data, ReadProblem):
            result.problems.append(data)
            return None
        if self.cache.is_on:
            item.content = digest(data)
        if entry is not None and entry.content == item.content:
            item.entry = entry
            return item
        return self._look(item, data, result)

    def _look(self, item: _Item, data: bytes, result: RunResult) -> _Item | None:
        """Decide by its bytes whether a file can hold anything of ours; what is named must be text in any case."""
        ours = may_hold_policies(data)
        if ours or item.target.path in self.named:
            text = decode_target(item.target, data)
            if isinstance(text, ReadProblem):
                result.problems.append(text)
                return None
            item.text = text
        if not ours:
            item.report = FileReport(_lazy(item.target), count_documents(data), 0, ())
            self._remember(item, "")
        return item

    def _recall(self, item: _Item) -> bool:
        """Take the report from the cache, if it still holds."""
        entry = item.entry
        if entry is None:
            return False
        if entry.key and not self.keys.fits(item.target, entry.key):
            return False
        try:
            found = decode(entry.found or [])
        except (ValueError, TypeError, KeyError, IndexError):
            return False
        item.report = FileReport(_lazy(item.target), entry.documents, entry.policies, found)
        self._remember(item, entry.key)
        return True

    def _load(self, item: _Item, result: RunResult) -> bool:
        """Read a file whose text is needed after all; False when that fails."""
        if item.text is None:
            data = read_target(item.target)
            text = data if isinstance(data, ReadProblem) else decode_target(item.target, data)
            if isinstance(text, ReadProblem):
                result.problems.append(text)
                return False
            item.text = text
        return True

    def _lint(self, todo: list[_Item], ours: list[_Item], result: RunResult) -> None:
        """Lint what the cache does not know; all of `ours` when a rule looks at the other policies."""
        from netpol_lsp.cli.crew import crew_for  # noqa: PLC0415
        from netpol_lsp.cli.linter import Work, needs_workspace, workspace_of  # noqa: PLC0415 - not needed when all is known
        from netpol_lsp.workspace.view import EMPTY  # noqa: PLC0415

        uses_workspace = needs_workspace(_config_of(item) for item in todo)
        if uses_workspace:
            known = {id(item) for item in todo}
            todo = todo + [item for item in ours if id(item) not in known]
        wanted = [item for item in todo if self._load(item, result)]
        work = [Work(index, item.text, _config_of(item)) for index, item in enumerate(wanted) if item.text is not None]
        with crew_for(work, self.jobs) as crew:
            if uses_workspace and work:
                self.workspace = workspace_of(crew, self.context.sources, work[0].config.settings)
            for done, (index, report) in enumerate(crew.lint(self.workspace or EMPTY)):
                item = wanted[index]
                item.report = report
                if self.cache.is_on:
                    self._remember(item, self.keys.of(item.target, alone=not uses_workspace))
                self.progress(done, len(work))

    def _remember(self, item: _Item, key: str) -> None:
        """Put what is known of a file into the cache."""
        if item.stamp is None or item.report is None:
            return
        entry = item.entry
        if entry is not None and entry.key == key:
            if entry.stamp != item.stamp:
                entry.stamp = settled(item.stamp)
                self.cache.put(item.target.absolute, entry)
            return
        report = item.report
        found = encode(report.diagnostics) or None
        made = Entry(settled(item.stamp), item.content, report.documents, report.policies, key, found)
        self.cache.put(item.target.absolute, made)


def _config_of(item: _Item) -> FileConfig:
    return item.target.loaded.config.for_file(item.target.absolute)


def _lazy(target: Target) -> Source:
    return LazySource(target.path, target.absolute)
