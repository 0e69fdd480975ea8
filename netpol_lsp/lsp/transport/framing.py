"""Cuts a stream of bytes into the messages of the base protocol."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FIELD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*:[^\r\n]*\Z")
_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*([0-9]{1,12})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_AUTHORIZATION = re.compile(rb"^authorization[ \t]*:[ \t]*bearer[ \t]+(\S+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_HEADER_END = b"\r\n\r\n"
_LONGEST_HEADER = 8192
LARGEST_MESSAGE = 256 * 1024 * 1024
"""Bytes of a message: twice as many as the largest file that is read has."""


class FramingError(Exception):
    """The stream holds no message where one must start: what follows cannot be told apart any more."""


class FrameReader:
    """Collects bytes; gives the body of each message once it is complete. `token`: what the last header authorised with."""

    def __init__(self, largest: int = LARGEST_MESSAGE) -> None:
        self._buffer = bytearray()
        self._length: int | None = None
        self.largest = largest
        self.token: str | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies that `data` completes; raises FramingError."""
        self._buffer += data
        while True:
            if self._length is None and not self._read_header():
                return
            length = self._length or 0
            if len(self._buffer) < length:
                return
            body = bytes(self._buffer[:length])
            del self._buffer[:length]
            self._length = None
            yield body

    def _read_header(self) -> bool:
        """Whether a header with a length has been read; one without is passed over: the next one may be good."""
        while True:
            end = self._buffer.find(_HEADER_END)
            if end < 0:
                self._refuse_early()
                return False
            if self._take_header(end):
                return True

    def _take_header(self, end: int) -> bool:
        header = bytes(self._buffer[:end])
        if len(header) > _LONGEST_HEADER:
            raise FramingError("a header is too long")
        if not all(_FIELD.match(line) for line in header.split(b"\r\n")):
            raise FramingError("this is not the header of a message; was the Content-Length before it right?")
        found = _LENGTH.search(header)
        if found is None:
            del self._buffer[: end + len(_HEADER_END)]
            return False
        length = int(found.group(1))
        if length > self.largest:
            message = f"a message of {length} bytes is larger than the {self.largest} that are read"
            raise FramingError(message)
        del self._buffer[: end + len(_HEADER_END)]
        self._length = length
        given = _AUTHORIZATION.search(header)
        self.token = given.group(1).decode("ascii", "replace") if given is not None else None
        return True

    def _refuse_early(self) -> None:
        """Raise FramingError for the start of what can become no header."""
        head = bytes(self._buffer[: _LONGEST_HEADER + 1])
        if b"\n\n" in head:
            raise FramingError(
                "lines of a header end with a carriage return and a line feed, not with a line feed alone"
            )
        if len(head) > _LONGEST_HEADER:
            raise FramingError("a header does not end")
        *complete, _ = head.split(b"\r\n")
        if any(line and not _FIELD.match(line) for line in complete):
            raise FramingError("this is not the header of a message; was the Content-Length before it right?")


def looks_misaligned(body: bytes) -> bool:
    """Whether a body that is not JSON has a header in it: the length before it was too large."""
    return b"content-length:" in body.lower()


def frame(body: bytes) -> bytes:
    """A message with its header."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
