"""A long day in a minute: random edits, requests, opens and closes. No error, and nothing is kept for ever."""

import gc
import random
from pathlib import Path

import pytest

from netpol_lsp.lint.analysis import DocumentAnalysis
from netpol_lsp.lsp.state.document_cache import CachedDocument
from netpol_lsp.lsp.state.snapshot import Snapshot

pytestmark = pytest.mark.asyncio

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").rglob("*.yaml"))
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
    "🎉",
    "中",
    "\r\n",
    "\u2028",
    "---\n",
    "egress: []\n",
    "port: 53\n",
    "&a ",
    "*a",
    "{{ .x }}",
]
ABOUT_A_PLACE = ("hover", "completion")
ABOUT_A_DOCUMENT = ("documentSymbol", "foldingRange", "codeLens", "documentLink")


def kept():
    """How many values of each kind are alive."""
    gc.collect()
    counts = {Snapshot: 0, CachedDocument: 0, DocumentAnalysis: 0}
    for value in gc.get_objects():
        if type(value) in counts:
            counts[type(value)] += 1
    return counts


class Monkey:
    """Does what people do, without thinking."""

    def __init__(self, editor, seed):
        self.editor = editor
        self.random = random.Random(seed)
        self.texts = [path.read_text() for path in EXAMPLES]
        self.documents = {}
        self.asked = []

    def place(self, document):
        return self.random.randint(0, len(document.text))

    def open(self):
        uri = f"file:///ws/{self.random.randrange(40)}.yaml"
        if uri not in self.documents:
            text = self.random.choice(self.texts) if self.random.random() < 0.9 else ""
            self.documents[uri] = self.editor.open(text, uri=uri)

    def close(self, document):
        document.close()
        del self.documents[document.uri]

    def edit(self, document):
        start = self.place(document)
        while document.text[start - 1 : start + 1] == "\r\n":
            start -= 1
        end = min(len(document.text), start + self.random.choice([0, 0, 0, 1, 5]))
        while document.text[end - 1 : end + 1] == "\r\n":
            end -= 1
        document.edit(start, max(start, end), self.random.choice(PIECES))
        if len(document.text) > 6000:
            document.replace(self.random.choice(self.texts))

    def ask(self, document):
        identifier = {"textDocument": {"uri": document.uri}}
        start, end = sorted((self.place(document), self.place(document)))
        kind = self.random.randrange(4)
        if kind == 0:
            method, params = self.random.choice(ABOUT_A_PLACE), identifier | {"position": document.position(start)}
        elif kind == 1:
            method, params = self.random.choice(ABOUT_A_DOCUMENT), identifier
        elif kind == 2:
            method, params = (
                "codeAction",
                identifier | {"range": document.range(start, end), "context": {"diagnostics": []}},
            )
        else:
            method, params = "inlayHint", identifier | {"range": document.range(start, end)}
        self.asked.append(self.editor.post(f"textDocument/{method}", params))

    async def step(self):
        document = self.random.choice(list(self.documents.values())) if self.documents else None
        chance = self.random.random()
        if document is None or chance < 0.05:
            self.open()
        elif chance < 0.09:
            self.close(document)
        elif chance < 0.65:
            self.edit(document)
        elif chance < 0.97:
            self.ask(document)
        else:
            await self.editor.quiet()

    async def rest(self):
        """Wait for all answers, none of which is an error."""
        await self.editor.quiet()
        for number in self.asked:
            answer = await self.editor.answer(number)
            assert "error" not in answer, answer
        self.asked.clear()
        for item in self.editor.sent:
            if item.get("method") == "textDocument/publishDiagnostics":
                codes = [one.get("code") for one in item["params"]["diagnostics"]]
                assert "NP990" not in codes, item
        self.editor.sent.clear()


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_long_day(make_editor, seed):
    before = kept()
    editor = make_editor("utf-16" if seed == 1 else "utf-8")
    await editor.start()
    monkey = Monkey(editor, seed)
    for _ in range(10):
        for _ in range(60):
            await monkey.step()
        await monkey.rest()
        for document in monkey.documents.values():
            assert editor.server.services.session.get(document.uri).source.text == document.text, (
                "the server has the editor's text"
            )
    alive = kept()
    versions = 2 * len(monkey.documents)
    assert alive[Snapshot] - before[Snapshot] <= versions
    for document in list(monkey.documents.values()):
        monkey.close(document)
    await monkey.rest()
    after = kept()
    assert after[Snapshot] <= before[Snapshot]
    assert after[CachedDocument] <= before[CachedDocument]
    assert len(editor.server.services.session.workspace.view) == 0
    assert not editor.server.services.scheduler._costs
