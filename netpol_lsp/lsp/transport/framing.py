"""Cuts a stream of bytes into the messages of the base protocol."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*([0-9]{1,12})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_HEADER_END = b"\r\n\r\n"
_LONGEST_HEADER = 8192


class FrameReader:
    """Collects bytes; gives the body of each message once it is complete.

    A header without a length is passed over: the next one may be good.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._length: int | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies that `data` completes."""
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
        """Whether a header with a length has been read."""
        while True:
            end = self._buffer.find(_HEADER_END)
            if end < 0:
                if len(self._buffer) > _LONGEST_HEADER:
                    self._buffer.clear()
                return False
            found = _LENGTH.search(bytes(self._buffer[: end + 1]))
            del self._buffer[: end + len(_HEADER_END)]
            if found is not None:
                self._length = int(found.group(1))
                return True


def frame(body: bytes) -> bytes:
    """A message with its header."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
