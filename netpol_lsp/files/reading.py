"""Reads a manifest: which bytes, in which encoding, as which text."""

from __future__ import annotations

import codecs
import os
import stat
from dataclasses import dataclass

from netpol_lsp.text.source import Source, make_source

# UTF-32's mark starts with UTF-16's, so it is asked for first.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SPECIAL = (
    (stat.S_ISDIR, "is a folder, not a file"),
    (stat.S_ISFIFO, "is a named pipe, not a file: use `-` to read standard input"),
    (stat.S_ISCHR, "is a device, not a file"),
    (stat.S_ISBLK, "is a device, not a file"),
    (stat.S_ISSOCK, "is a socket, not a file"),
)


@dataclass(frozen=True, slots=True)
class ReadProblem:
    """Why a file could not be read; `offset` (a byte's) and `line` (from 1) say where its content is at fault.

    `is_limit`: it is only larger than is read.
    """

    path: str
    message: str
    offset: int | None = None
    line: int | None = None
    is_limit: bool = False

    def __str__(self) -> str:
        """As in `web.yaml:3: is not UTF-8: ...`."""
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file's text and how to write it back: `encoding` is a codec's name, the source remembers a byte order mark."""

    source: Source
    encoding: str = "utf-8"


MOST_BYTES = 100_000_000
"""How large a file may be by default."""


def read_source(path: str, *, most: int | None = MOST_BYTES) -> Source | ReadProblem:
    """The text of a file; `most` is how many bytes it may have."""
    read = read_file(path, most=most)
    return read if isinstance(read, ReadProblem) else read.source


def read_file(path: str, *, most: int | None = MOST_BYTES) -> TextFile | ReadProblem:
    """The text of a file with its encoding."""
    data = read_bytes(path, most=most)
    return data if isinstance(data, ReadProblem) else decode(data, path)


def read_bytes(path: str, *, most: int | None = None) -> bytes | ReadProblem:
    """The bytes of a regular file; nothing else is ever opened. `most` is how many bytes it may have."""
    try:
        problem = _special(path, os.stat(path).st_mode)
        if problem is not None:
            return problem
        # It may have become something else meanwhile: a pipe must not be waited for.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb", buffering=0) as file:
            status = os.fstat(descriptor)
            problem = _special(path, status.st_mode)
            if problem is not None:
                return problem
            if most is None:
                return file.read()
            data = b"" if status.st_size > most else file.read(most + 1)
            if status.st_size > most or len(data) > most:
                return ReadProblem(
                    path, f"is larger than {_megabytes(most)}, which is more than is read", is_limit=True
                )
            return data
    except (OSError, ValueError) as error:
        return ReadProblem(path, f"cannot be read: {explain(error)}")


def _special(path: str, mode: int) -> ReadProblem | None:
    """Why something that is no regular file is not read."""
    if stat.S_ISREG(mode):
        return None
    return ReadProblem(path, next((text for test, text in _SPECIAL if test(mode)), "is not a regular file"))


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:g} MB" if size >= 1_000_000 else f"{size:,} bytes"


def decode(data: bytes, path: str) -> TextFile | ReadProblem:
    """Bytes as text: UTF-8, or UTF-16 and UTF-32 with a byte order mark."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        return _undecodable(data, path, encoding, error)
    if "\0" in text:
        before = text[: text.index("\0")]
        message = "is a binary file: it has a NUL character"
        return ReadProblem(path, message, len(before.encode(encoding)), before.count("\n") + 1)
    return TextFile(make_source(path, text), encoding)


def explain(error: OSError | ValueError) -> str:
    """What the system says, in lower case and without numbers and paths."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]


def _undecodable(data: bytes, path: str, encoding: str, error: UnicodeDecodeError) -> ReadProblem:
    before = data[: error.start].decode(encoding, "replace")
    line = before.count("\n") + 1
    if encoding == "utf-8" and b"\0" in data[:8192]:
        at = data.index(b"\0")
        hint = "is a binary file, or UTF-16 without a byte order mark: it has a NUL byte"
        return ReadProblem(path, hint, at, data[:at].count(b"\n") + 1)
    name = encoding.upper().removesuffix("-LE").removesuffix("-BE")
    message = f"is not {name}: byte 0x{data[error.start]:02x} at offset {error.start}; save it as UTF-8"
    return ReadProblem(path, message, error.start, line)
