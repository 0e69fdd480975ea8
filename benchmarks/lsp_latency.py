"""What somebody who types waits for, of any language server over stdio; several servers take turns.

    python benchmarks/lsp_latency.py [--lines 60,1000,10000] [--edits 200] [--json FILE]
        [--server 'yaml-language-server=node_modules/.bin/yaml-language-server --stdio']

Each server gets the same file of policies and the same edits: a letter typed into a value and taken away
again, half a key on a line of its own and taken away again. Measured are the time from opening the file to
its diagnostics, from each edit to its diagnostics, the answers to hover and completion, the processor time
of an edit with these two requests, and the memory at the end. Processor time and memory are read from /proc.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import shlex
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from corpus import policy
from lsp_client import LanguageServer

ROOT = Path(__file__).resolve().parent.parent
OURS = [sys.executable, "-m", "netpol_lsp.lsp.main", "--stdio"]
# yaml-language-server is told which schema to check against; a server that knows better takes no notice.
SETTINGS = {
    "yaml": {
        "schemas": {(ROOT / "schemas" / "networkpolicy.v1.schema.json").as_uri(): "*.yaml"},
        "validate": True,
        "hover": True,
        "completion": True,
        "schemaStore": {"enable": False},
    }
}
REQUESTS = ("textDocument/hover", "textDocument/completion")
_VALUE = re.compile(r"\s+(?:- )?[\w./-]+: [A-Za-z][\w.-]*")
_QUIET = 0.02
_TURN = 4
"""How many edits a server gets before it is the next one's turn: one of each kind."""


def text_of(lines: int, *, seed: int = 1) -> str:
    """Policies, one below the other, of about so many lines."""
    rng = random.Random(seed)
    parts: list[str] = []
    written = 0
    while written < lines:
        parts.append(policy(rng, len(parts)))
        written += parts[-1].count("\n") + 1
    return "---\n".join(parts)


class Edit(NamedTuple):
    """Replace what stands between two columns of a line (or of the next one) by a text."""

    line: int
    start: int
    end_line: int
    end: int
    text: str


def edits_of(text: str, *, seed: int = 1) -> Iterator[Edit]:
    """Edits without end, in fours after which the text is as it was."""
    rng = random.Random(seed)
    lines = text.split("\n")
    places = [number for number, line in enumerate(lines) if _VALUE.fullmatch(line)]
    while True:
        line = rng.choice(places)
        column = len(lines[line])
        blanks = len(lines[line]) - len(lines[line].lstrip(" -"))
        yield Edit(line, column, line, column, "x")
        yield Edit(line, column, line, column + 1, "")
        yield Edit(line, column, line, column, "\n" + " " * blanks + "po")
        yield Edit(line, column, line + 1, blanks + 2, "")


def apply(text: str, edit: Edit) -> str:
    """The text behind an edit."""
    lines = text.split("\n")
    head = [*lines[: edit.line], lines[edit.line][: edit.start]]
    tail = [lines[edit.end_line][edit.end :], *lines[edit.end_line + 1 :]]
    return "\n".join(head) + edit.text + "\n".join(tail)


@dataclass
class Figures:
    """What one server took for one file: times in milliseconds, memory in MB."""

    server: str
    lines: int
    start: float = 0.0
    open: float = 0.0
    found: int = 0
    keystrokes: list[float] = field(default_factory=list)
    requests: dict[str, list[float]] = field(default_factory=lambda: {method: [] for method in REQUESTS})
    cpu: list[float] = field(default_factory=list)
    memory: float | None = None
    unanswered: int = 0

    def summary(self) -> dict[str, Any]:
        """The figures as plain data."""
        return {
            "server": self.server,
            "lines": self.lines,
            "start_ms": round(self.start, 1),
            "open_ms": round(self.open, 1),
            "diagnostics": self.found,
            "keystroke_ms": spread(self.keystrokes),
            "hover_ms": spread(self.requests["textDocument/hover"]),
            "completion_ms": spread(self.requests["textDocument/completion"]),
            "cpu_per_edit_ms": round(statistics.mean(self.cpu), 2) if self.cpu else None,
            "memory_mb": None if self.memory is None else round(self.memory, 1),
            "unanswered": self.unanswered,
        }


def spread(values: list[float]) -> dict[str, float | int]:
    """Count, median, 99th percentile (nearest rank) and the largest."""
    ordered = sorted(values)
    if not ordered:
        return {"n": 0}
    rank = math.ceil(0.99 * len(ordered)) - 1
    return {
        "n": len(ordered),
        "p50": round(statistics.median(ordered), 2),
        "p99": round(ordered[rank], 2),
        "max": round(ordered[-1], 2),
    }


class Typist:
    """Somebody with one file open in one server."""

    def __init__(self, name: str, command: list[str], root: Path, text: str, timeout: float) -> None:
        self.figures = Figures(name, text.count("\n"))
        self.text = text
        self.version = 1
        path = root / "policies.yaml"
        self.document: dict[str, Any] = {"uri": path.as_uri()}
        self._edits = edits_of(text)
        start = time.perf_counter()
        self.server = LanguageServer(command, SETTINGS, timeout=timeout)
        self.server.initialize(root)
        self.figures.start = _since(start)
        self.server.settle(0.5)

    def open(self) -> None:
        """Open the file and wait for its diagnostics."""
        document = {**self.document, "languageId": "yaml", "version": self.version, "text": self.text}
        start = time.perf_counter()
        self.server.notify("textDocument/didOpen", {"textDocument": document})
        answer = self.server.diagnostics(self.document["uri"], self.version, start)
        if answer is None:
            self.figures.unanswered += 1
            return
        self.figures.open = (answer.at - start) * 1000
        self.figures.found = len(answer.content["params"]["diagnostics"])
        self.server.settle(1)

    def type(self, edits: int) -> None:
        """Make some edits, each when the answer to the one before is there."""
        for _ in range(edits):
            edit = next(self._edits)
            used = self.server.cpu()
            self._change(edit)
            for method in REQUESTS:
                start = time.perf_counter()
                position = {"line": edit.line, "character": max(edit.start - 1, 0)}
                self.server.request(method, {"textDocument": self.document, "position": position})
                self.figures.requests[method].append(_since(start))
            self.server.settle(_QUIET)
            now = self.server.cpu()
            if used is not None and now is not None:
                self.figures.cpu.append((now - used) * 1000)

    def _change(self, edit: Edit) -> None:
        self.text = apply(self.text, edit)
        self.version += 1
        change: dict[str, Any] = {"text": self.text}
        if self.server.takes_ranges:
            ends = {"start": (edit.line, edit.start), "end": (edit.end_line, edit.end)}
            change = {
                "range": {name: {"line": line, "character": column} for name, (line, column) in ends.items()},
                "text": edit.text,
            }
        with_occurrence_index = {**self.document, "version": self.version}
        start = time.perf_counter()
        self.server.notify(
            "textDocument/didChange", {"textDocument": with_occurrence_index, "contentChanges": [change]}
        )
        answer = self.server.diagnostics(self.document["uri"], self.version, start)
        if answer is None:
            self.figures.unanswered += 1
        else:
            self.figures.keystrokes.append((answer.at - start) * 1000)

    def leave(self) -> Figures:
        self.figures.memory = self.server.memory()
        self.server.stop()
        return self.figures


def _since(start: float) -> float:
    return (time.perf_counter() - start) * 1000


def measure(servers: dict[str, list[str]], lines: int, edits: int, timeout: float) -> list[Figures]:
    """All servers with a file of so many lines; they take turns, so that a noisy machine disturbs all alike."""
    text = text_of(lines)
    typists: list[Typist] = []
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary).resolve()
        (root / "policies.yaml").write_text(text, "utf-8")
        try:
            for name, command in servers.items():
                typists.append(Typist(name, command, root, text, timeout))
            for typist in typists:
                typist.open()
            for done in range(0, edits, _TURN):
                for typist in typists:
                    typist.type(min(_TURN, edits - done))
        finally:
            figures = [typist.leave() for typist in typists]
    return figures


def table(rows: list[dict[str, Any]]) -> str:
    """The figures for people, in Markdown."""
    head = "| lines | server | open | keystroke p50 / p99 | CPU an edit | hover p50 / p99 | completion p50 / p99 | memory |"
    written = [head, "|---|---|---|---|---|---|---|---|"]
    for row in rows:
        cells = [
            str(row["lines"]),
            row["server"],
            f"{row['open_ms']} ms",
            _pair(row["keystroke_ms"]),
            "?" if row["cpu_per_edit_ms"] is None else f"{row['cpu_per_edit_ms']} ms",
            _pair(row["hover_ms"]),
            _pair(row["completion_ms"]),
            "?" if row["memory_mb"] is None else f"{row['memory_mb']:.0f} MB",
        ]
        lost = f" ({row['unanswered']} without an answer)" if row["unanswered"] else ""
        written.append(f"| {' | '.join(cells)} |{lost}")
    return "\n".join(written)


def _pair(values: dict[str, float | int]) -> str:
    return f"{values['p50']} / {values['p99']} ms" if values["n"] else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", default="60,1000,10000", help="sizes of the file (default: %(default)s)")
    parser.add_argument("--edits", type=int, default=200, help="edits a server and size (default: %(default)s)")
    parser.add_argument("--server", action="append", default=[], metavar="NAME=COMMAND", help="another server")
    parser.add_argument("--only", action="store_true", help="leave netpol-lsp out")
    parser.add_argument("--timeout", type=float, default=60, help="seconds to wait for an answer")
    parser.add_argument("--json", metavar="FILE", help="write the figures to a file, too")
    arguments = parser.parse_args()
    servers = {} if arguments.only else {"netpol-lsp": OURS}
    for given in arguments.server:
        name, _, command = given.partition("=")
        servers[name] = shlex.split(command)
    rows: list[dict[str, Any]] = []
    for lines in map(int, arguments.lines.split(",")):
        rows += [figures.summary() for figures in measure(servers, lines, arguments.edits, arguments.timeout)]
    print(table(rows))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(rows, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
