"""Edits for an hour, and says by the minute how much memory the server has.

    python benchmarks/soak.py [--minutes 60] [--documents 40] [--folder FOLDER] [--seed 0]

A workspace of the examples and of drawn policies is opened; then, without a pause, documents are typed in, broken and
repaired, opened and closed, hovered over, completed and fixed, and files on disk change. Memory that goes on growing when
nothing is kept would show in the table: the second half of the minutes must not take more than a tenth above the first
quarter's most. The exit code is 1 when it does.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from corpus import policy
from lsp_client import LanguageServer

ROOT = Path(__file__).resolve().parent.parent
SERVER = [sys.executable, "-m", "netpol_lsp.lsp.main", "--stdio"]
PIECES = [
    "x",
    " ",
    "\n",
    "  ",
    "- ",
    ":",
    "{",
    "}",
    "[",
    '"',
    "#",
    "中",
    "---\n",
    "egress: []\n",
    "port: 53\n",
    "&a ",
    "*a",
    "{{ .x }}",
    "\t",
]
_LONGEST = 20_000
Json = dict[str, Any]


class Typist:
    """Does what people do, without thinking and without rest."""

    def __init__(self, server: LanguageServer, folder: Path, texts: list[str], *, documents: int, seed: int) -> None:
        self.server = server
        self.folder = folder
        self.texts = texts
        self.most = documents
        self.random = random.Random(seed)
        self.open: dict[str, str] = {}
        self.version = 0
        self.edits = self.requests = 0

    def act(self) -> None:
        """One thing that people do."""
        draw = self.random.random()
        if not self.open or (draw < 0.02 and len(self.open) < self.most):
            self._open()
        elif draw < 0.035:
            self._close()
        elif draw < 0.05:
            self._write()
        elif draw < 0.15:
            self._ask()
        else:
            self._type()

    def _open(self) -> None:
        uri = (self.folder / f"p{self.random.randrange(3 * self.most)}.yaml").as_uri()
        if uri in self.open:
            return
        text = self.open[uri] = self.random.choice(self.texts)
        self.version += 1
        item = {"uri": uri, "languageId": "yaml", "version": self.version, "text": text}
        self.server.notify("textDocument/didOpen", {"textDocument": item})

    def _close(self) -> None:
        uri = self.random.choice(list(self.open))
        del self.open[uri]
        self.server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def _write(self) -> None:
        path = self.folder / f"p{self.random.randrange(3 * self.most)}.yaml"
        path.write_text(self.random.choice(self.texts), "utf-8")
        self.server.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": 2}]})

    def _type(self) -> None:
        uri = self.random.choice(list(self.open))
        text = self.open[uri]
        if len(text) > _LONGEST or self.random.random() < 0.02:
            change: Json = {"text": self.random.choice(self.texts)}
            self.open[uri] = change["text"]
        else:
            lines = text.split("\n")
            line = self.random.randrange(len(lines))
            # The columns of the protocol are UTF-16: all that is typed is in its first plane.
            column = self.random.randint(0, len(lines[line]))
            until = min(len(lines[line]), column + self.random.choice([0, 0, 0, 1, 5]))
            new = self.random.choice(PIECES)
            lines[line] = lines[line][:column] + new + lines[line][until:]
            self.open[uri] = "\n".join(lines)
            change = {"range": _range(line, column, until), "text": new}
        self.version += 1
        self.edits += 1
        document = {"uri": uri, "version": self.version}
        self.server.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})

    def _ask(self) -> None:
        uri = self.random.choice(list(self.open))
        lines = self.open[uri].split("\n")
        line = self.random.randrange(len(lines))
        where = {"line": line, "character": self.random.randint(0, len(lines[line]))}
        about: Json = {"textDocument": {"uri": uri}}
        method = self.random.choice(["hover", "completion", "codeAction", "codeLens", "documentSymbol", "inlayHint"])
        if method in ("hover", "completion"):
            about["position"] = where
        elif method in ("codeAction", "inlayHint"):
            about |= {"range": {"start": {"line": 0, "character": 0}, "end": where}, "context": {"diagnostics": []}}
        self.requests += 1
        self.server.request(f"textDocument/{method}", about)


def _range(line: int, start: int, end: int) -> Json:
    return {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}


def texts(folders: list[str]) -> list[str]:
    """What is opened: the examples, drawn policies, and manifests of folders."""
    draw = random.Random(1)
    found = [policy(draw, number) for number in range(60)]
    for folder in [str(ROOT / "examples"), *folders]:
        for path in sorted(Path(folder).rglob("*.y*ml")):
            if path.is_file() and path.stat().st_size < _LONGEST:
                text = path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
                if all(ord(char) < 0x10000 for char in text):
                    found.append(text)
    return found


def main() -> int:
    """Run, print the table, and judge it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--documents", type=int, default=40, help="how many are open at most")
    parser.add_argument("--folder", action="append", default=[])
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = LanguageServer(SERVER, {})
        server.initialize(Path(folder))
        typist = Typist(server, Path(folder), texts(options.folder), documents=options.documents, seed=options.seed)
        memory = [server.memory() or 0.0]
        print("| minute | edits | requests | open | memory |\n|---|---|---|---|---|", flush=True)
        for minute in range(1, options.minutes + 1):
            end = time.monotonic() + 60
            while time.monotonic() < end:
                typist.act()
            # Everything that was said is worked off before memory is looked at.
            server.request(
                "textDocument/hover", {"textDocument": {"uri": "file:///none"}, "position": {"line": 0, "character": 0}}
            )
            memory.append(server.memory() or 0.0)
            print(
                f"| {minute} | {typist.edits:,} | {typist.requests:,} | {len(typist.open)} | {memory[-1]:.0f} MB |",
                flush=True,
            )
        server.stop()
    return 1 if _grows(memory[1:]) else 0


def _grows(memory: list[float]) -> bool:
    """Whether the second half takes more than a tenth above the most of the first quarter."""
    quarter = max(memory[: max(1, len(memory) // 4)])
    return max(memory[len(memory) // 2 :]) > 1.1 * quarter


if __name__ == "__main__":
    sys.exit(main())
