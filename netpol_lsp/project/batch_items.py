"""The files of a run on their way from the disk to their findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from netpol_lsp.config.config import FileConfig
from netpol_lsp.files.lazy_source import LazySource
from netpol_lsp.files.reading import ReadProblem, TextFile
from netpol_lsp.lint.report import FileReport
from netpol_lsp.project.diagnostic_codec import from_json, to_json
from netpol_lsp.project.disk_cache import Cache, Entry, up_to_date
from netpol_lsp.project.inputs import InputFile, decode_input, read_input
from netpol_lsp.project.platform_detection import Hints, hints_to_json
from netpol_lsp.text.source import Source

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

    @property
    def config(self) -> FileConfig:
        """The configuration that holds for the file."""
        return self.target.loaded.config.for_file(self.target.absolute)

    @property
    def lazy_source(self) -> Source:
        """The file's text, read when someone asks for it."""
        return LazySource(self.target.path, self.target.absolute)


@dataclass(slots=True)
class OpenedBatch:
    """The files of a run before linting; `ours` may hold policies, `others` what policies depend on."""

    items: list[BatchItem]
    ours: list[BatchItem]
    others: list[BatchItem]
    result: BatchResult


def recall(item: BatchItem) -> bool:
    """Take the report from what the cache knows of a file; False where that makes no sense."""
    entry = item.entry
    if entry is None:
        return False
    try:
        found = from_json(entry.found)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        return False
    item.report = FileReport(item.lazy_source, entry.documents, entry.policies, found)
    return True


def load(item: BatchItem, result: BatchResult) -> bool:
    """Read a file whose text is needed after all; False when that fails."""
    if item.text is None:
        data = read_input(item.target)
        text = data if isinstance(data, ReadProblem) else decode_input(item.target, data)
        if isinstance(text, ReadProblem):
            result.problems.append(text)
            return False
        item.text = text
    return True


def remember(cache: Cache, item: BatchItem, key: str) -> None:
    """Put what is known of a file into the cache; `key`: what its findings depend on besides its content."""
    if item.stamp is None or item.report is None:
        return
    report = item.report
    found = to_json(report.diagnostics)
    stamp = up_to_date(item.stamp)
    item.entry = Entry(
        *(stamp, item.content, report.documents, report.policies, key, found, item.holds_resources),
        hints=hints_to_json(item.hints),
    )
    cache.put(item.target.absolute, item.entry)
