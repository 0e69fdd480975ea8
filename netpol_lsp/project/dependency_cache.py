"""What findings of earlier runs depend on: the facts of each file, and which parts of the workspace its findings were read from.

Kept beside the findings (`netpol_lsp.project.disk_cache`) and read only when something has changed. A file is a line, so that
what has not changed is written again as it was read, and only the lines that are needed are understood.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from netpol_lsp.project.sealed_file import UNREADABLE, fits, read_sealed, write_sealed
from netpol_lsp.workspace.index import FileFacts
from netpol_lsp.workspace.part_digests import PartDigests, PartState

FORMAT = 1


@dataclass(slots=True)
class Record:
    """What is known of a file besides its findings.

    `content`: the digest of its bytes. `read_with`: what its facts depend on besides. `facts`: as JSON. `found_for`: the key of
    the entry of findings that `settings` and `parts` belong to; "" for none. `settings`: what the findings depend on
    besides the content and the parts of the workspace. `parts`: the numbers of these, in a string.
    """

    content: str
    read_with: str
    facts: str
    found_for: str = ""
    settings: str = ""
    parts: str = ""


class DependencyCache:
    """The records of one project by absolute path. One that cannot be read or written is none, and no error."""

    def __init__(self, path: str | None, tool: str) -> None:
        self._path = path
        self._kind = f"{FORMAT} {tool}"
        self._records: dict[str, Record] = {}
        self._states: list[PartState] = []
        self._numbers: dict[PartState, int] = {}
        self._changed = False
        if path is not None:
            self._load(path)

    def get(self, path: str) -> Record | None:
        """The record of a file."""
        return self._records.get(path)

    def facts(self, path: str, content: str, read_with: str, uri: str) -> FileFacts | None:
        """The facts of a file; None where they are not known."""
        record = self._records.get(path)
        if record is None or record.content != content or record.read_with != read_with:
            return None
        try:
            from netpol_lsp.workspace.fact_codec import facts_from_json  # noqa: PLC0415 - small runs have no cache

            return facts_from_json(record.facts, uri)
        except UNREADABLE:
            return None

    def put(self, path: str, record: Record) -> None:
        """Remember a file."""
        if self._records.get(path) != record:
            self._records[path] = record
            self._changed = True

    def parts_of(self, record: Record) -> tuple[PartState, ...]:
        """What the findings of a file were read from."""
        return tuple([self._states[int(number)] for number in record.parts.split()])

    def stale_parts(self, records: Iterable[Record], digests: PartDigests) -> set[str]:
        """The numbers of the parts of these records that are no longer what they were; each is looked at once."""
        stale = set()
        for number in set(chain.from_iterable(record.parts.split() for record in records)):
            state = self._states[int(number)]
            if not digests.hold(state):
                stale.add(number)
            elif (now := digests.now(state)) is not state:
                # Another shelf answers the same: whoever asked has this answer from it, too.
                self._states[int(number)] = now
                self._numbers.setdefault(now, int(number))
                self._changed = True
        return stale

    def numbers(self, parts: Iterable[PartState]) -> str:
        """The numbers of parts, for a record."""
        found = []
        for part in parts:
            number = self._numbers.get(part)
            if number is None:
                number = self._numbers[part] = len(self._states)
                self._states.append(part)
            found.append(number)
        return " ".join(map(str, sorted(found)))

    def save(self, keep: Iterable[str]) -> None:
        """Write what is known, if anything is new: of the files in `keep`, and of others that are still there.

        When it has grown large, of those in `keep` only.
        """
        if self._path is None or not self._changed:
            return
        wanted = set(keep)
        self._records = {path: one for path, one in self._records.items() if path in wanted or os.path.lexists(path)}
        body = self._body(self._records)
        if not fits(body):
            body = self._body({path: one for path, one in self._records.items() if path in wanted})
        write_sealed(self._path, self._kind, body)

    def _body(self, records: dict[str, Record]) -> str:
        """A line of all parts that findings were read from, and one for each file."""
        used = sorted({int(number) for record in records.values() for number in record.parts.split()})
        moved = {str(number): str(place) for place, number in enumerate(used)}
        lines = [json.dumps([self._states[one] for one in used])]
        for path, one in records.items():
            parts = " ".join([moved[number] for number in one.parts.split()])
            fields = (json.dumps(path), one.content, one.read_with, one.facts, one.found_for, one.settings, parts)
            lines.append("\t".join(fields))
        return "\n".join(lines)

    def _load(self, path: str) -> None:
        body = read_sealed(path, self._kind)
        if body is None:
            return
        try:
            states, *lines = body.decode("ascii").split("\n")
            self._states = [_state(*one) for one in json.loads(states)]
            numbers = set(map(str, range(len(self._states))))
            for line in lines:
                name, *fields = line.split("\t")
                file, record = json.loads(name), Record(*fields)
                if type(file) is not str or not numbers.issuperset(record.parts.split()):
                    raise ValueError(line)
                self._records[file] = record
        except UNREADABLE:
            self._records, self._states = {}, []
        self._numbers = {state: number for number, state in enumerate(self._states)}


def _state(*fields: Any) -> PartState:
    state = PartState(*fields)
    if not all(type(one) is str for one in state):
        raise TypeError
    return state
