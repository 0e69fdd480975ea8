"""A process that reads files of a workspace beside the language server: it never takes the interpreter from what is typed.

Run by its path. Standard input: a line of JSON, `path` (where modules are) and `settled` (see `disk_cache.up_to_date`);
then frames of pickled lists of `FileJob`. Standard output: for each a frame with a line of text for each job, the stamp and the
line of its `Record`. A frame is its length in four bytes, and the bytes. Both ends are this program: nothing else writes these
pipes.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import sys
from collections.abc import Callable
from typing import IO

_HEAD = 4
_LESS_URGENT = 2
"""A little: on a machine with much else to do nobody would read the files at all."""


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next frame; None when the other end is gone."""
    head = stream.read(_HEAD)
    if len(head) < _HEAD:
        return None
    size = int.from_bytes(head, "big")
    body = stream.read(size)
    return body if len(body) == size else None


def write_frame(stream: IO[bytes], body: bytes) -> None:
    """Send a frame."""
    stream.write(len(body).to_bytes(_HEAD, "big") + body)
    stream.flush()


def serve(source: IO[bytes], sink: IO[bytes], answer: Callable[[bytes], bytes]) -> None:
    """Answer frames until there are no more."""
    while (question := read_frame(source)) is not None:
        write_frame(sink, answer(question))


def main() -> None:
    """Serve standard input and output."""
    if hasattr(os, "nice"):
        os.nice(_LESS_URGENT)
    hello = json.loads(sys.stdin.buffer.readline())
    sys.path[:] = hello["path"]
    from netpol_lsp.project.facts_cache import read_recorded  # noqa: PLC0415 - it is found only now
    from netpol_lsp.project.nesting import allow_deep_nesting  # noqa: PLC0415 - it is found only now

    allow_deep_nesting()
    # Trees of nodes have no cycles.
    gc.freeze()
    gc.set_threshold(1_000_000, 50, 1000)

    def answer(question: bytes) -> bytes:
        jobs = pickle.loads(question)  # noqa: S301 - the server's own words
        records = (read_recorded(job, hello["settled"]) for job in jobs)
        return "\n".join(f"{record.stamp}\t{record.line}" for record in records).encode("ascii")

    serve(sys.stdin.buffer, sys.stdout.buffer, answer)


if __name__ == "__main__":
    main()
