"""What the files of a large workspace said when an editor read them last: the next start reads only those that have changed."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple

from netpol_lsp.config.settings import Settings
from netpol_lsp.lint.file_facts import facts_depend_on
from netpol_lsp.project.disk_cache import cache_path, digest, stamp_of, tool_key, up_to_date
from netpol_lsp.project.file_reading import FileJob, FileReading, read_file
from netpol_lsp.project.platform_detection import hints_from_json, hints_to_json
from netpol_lsp.project.sealed_file import UNREADABLE, read_sealed, write_sealed
from netpol_lsp.workspace.fact_codec import facts_from_json, facts_to_json

FORMAT = 1
_NOTHING = ""
"""The line of a file that says nothing."""


class Record(NamedTuple):
    """What a file said: `stamp` as `up_to_date` gives it, in words, and what `line_of` makes of it."""

    stamp: str
    line: str


def read_recorded(job: FileJob, settled: int | None = None) -> Record:
    """What `read_file` says, as it is remembered. The stamp is older than the text: a later change is noticed.

    `settled`: see `up_to_date`.
    """
    stamp = stamp_of(job.path)
    known = up_to_date(stamp, settled) if stamp is not None else [0, 0, 0]
    return Record(_words(known), line_of(read_file(job), job))


def line_of(reading: FileReading | None, job: FileJob) -> str:
    """What a file said as a line of ASCII."""
    if reading is None:
        return _NOTHING
    hints = json.dumps(hints_to_json(reading.hints), separators=(",", ":"))
    return f"{int(reading.may_be_ours)}\t{hints}\t{facts_to_json(reading.facts, job.uri)}"


def reading_of_line(line: str, job: FileJob) -> FileReading | None:
    """What `line_of` was made of. Raises ValueError, TypeError, KeyError or IndexError for anything else."""
    if line == _NOTHING:
        return None
    may_be_ours, hints, facts = line.split("\t")
    if may_be_ours not in ("0", "1"):
        raise ValueError(line)
    return FileReading(
        facts_from_json(facts, job.uri), hints_from_json(json.loads(hints), job.path), may_be_ours == "1"
    )


def remembered(line: str, job: FileJob) -> FileReading | None:
    """What a line says; of one that cannot be read the file is read."""
    try:
        return reading_of_line(line, job)
    except UNREADABLE:
        return read_file(job)


class FactsCache:
    """The records of some folders, by the paths of their files. What cannot be read or written is no cache, and no error.

    They are not held in memory: what is known is read line by line, and what is new waits in a file without a name.
    """

    def __init__(self, path: str | None, tool: str) -> None:
        self._path = path
        self._kind = f"{FORMAT} {tool}"
        self._circumstances: dict[int, tuple[Settings, str]] = {}
        self._kept: set[str] = set()
        self._new: IO[str] | None = None
        self._is_complete = True

    @staticmethod
    def of_folders(folders: Sequence[str]) -> FactsCache:
        """The cache of some folders that are read together."""
        path = cache_path("\0".join(sorted(folders))) if len(folders) > 1 else cache_path(folders[0])
        return FactsCache(path.removesuffix(".json") + ".facts" if path is not None else None, tool_key())

    def known(self, jobs: Sequence[FileJob]) -> Iterator[tuple[FileJob, str]]:
        """The files that are as they were, each with its line."""
        wanted = {job.path: job for job in jobs}
        for path, read_with, stamp, line in self._entries():
            job = wanted.get(path)
            if job is None or read_with != self._read_with(job.settings):
                self._is_complete = False
                continue
            now = stamp_of(path)
            if now is None or stamp != _words(now) or path in self._kept:
                self._is_complete = False
                continue
            self._kept.add(path)
            yield job, line

    def put(self, job: FileJob, record: Record) -> None:
        """Remember a file that was read."""
        if self._path is None:
            return
        try:
            if self._new is None:
                self._new = tempfile.TemporaryFile("w+", encoding="ascii", newline="\n")  # noqa: SIM115 - `save` closes it
            read_with = self._read_with(job.settings)
            self._new.write(f"{json.dumps(job.path)}\t{read_with}\t{record.stamp}\t{record.line}\n")
        except OSError:
            self._path = None

    def save(self) -> None:
        """Write what is known, if it is something else than was read."""
        if self._path is None or (self._new is None and self._is_complete):
            return
        try:
            lines = [
                f"{json.dumps(path)}\t{read_with}\t{stamp}\t{line}\n"
                for path, read_with, stamp, line in self._entries()
                if path in self._kept
            ]
            if self._new is not None:
                self._new.seek(0)
                lines.append(self._new.read())
                self._new.close()
        except OSError:
            return
        write_sealed(self._path, self._kind, "".join(lines))

    def _entries(self) -> Iterator[tuple[str, str, str, str]]:
        """What the file says: path, circumstances, stamp and line of each file; nothing where it is not whole."""
        body = (read_sealed(self._path, self._kind) if self._path is not None else None) or b""
        end = 0
        while end < len(body):
            start, end = end, body.find(b"\n", end) + 1
            try:
                name, read_with, stamp, line = body[start : end - 1].decode("ascii").split("\t", 3)
                path = json.loads(name)
            except ValueError:
                return
            if isinstance(path, str):
                yield path, read_with, stamp, line

    def _read_with(self, settings: Settings) -> str:
        """What facts depend on besides the text, in a word."""
        known = self._circumstances.get(id(settings))
        if known is None:
            known = self._circumstances[id(settings)] = (settings, digest(repr(facts_depend_on(settings))))
        return known[1]


def _words(stamp: Sequence[int]) -> str:
    """A stamp in words; one that is not to be trusted is that of no file."""
    return " ".join(map(str, stamp)) if stamp[0] else "?"
