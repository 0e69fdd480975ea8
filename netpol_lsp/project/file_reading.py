"""What one file of a workspace says: read once, looked at by its words, and parsed only where these promise something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from netpol_lsp.config.settings import Settings
from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.lint.file_facts import counts, facts_of
from netpol_lsp.policies.kinds import may_be_ours
from netpol_lsp.project.edit_limits import is_too_large
from netpol_lsp.project.platform_detection import Hints, hints_in_text
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.index import FileFacts
from netpol_lsp.workspace.platform_signs import may_hint
from netpol_lsp.workspace.resource_kinds import may_hold_resources


class FileJob(NamedTuple):
    """A file to read: its path, the name that its facts have for it, and what holds for it."""

    path: str
    uri: str
    settings: Settings


@dataclass(frozen=True, slots=True)
class FileReading:
    """What a file says; `hints`: of the cluster. `may_be_ours`: it may hold policies."""

    facts: FileFacts
    hints: Hints = ()
    may_be_ours: bool = False


def holds_something(text: str, path: str) -> bool:
    """Whether a text may hold policies, or what they depend on."""
    return may_be_ours(text) or may_hold_resources(text, path) or may_hint(text, path)


def reading_of(text: str, job: FileJob) -> FileReading:
    """What the text of a file says."""
    return FileReading(
        facts_of(Source(job.uri, text), job.settings),
        hints_in_text(Source(job.path, text)),
        may_be_ours(text) and counts(text, job.uri),
    )


def read_file(job: FileJob) -> FileReading | None:
    """What a file on disk says; None for one that says nothing, cannot be read, or is too large."""
    read = read_source(job.path)
    if isinstance(read, ReadProblem) or is_too_large(read.text) or not holds_something(read.text, job.path):
        return None
    found = reading_of(read.text, job)
    return found if found.facts or found.hints or found.may_be_ours else None
