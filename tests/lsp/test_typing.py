"""Typing: every half-typed state of a policy has findings, hovers, completions and symbols, and none of them is absurd."""

import pytest
from lsprotocol import types

from netpol_lsp.lint.engine import lint_text

pytestmark = pytest.mark.asyncio

BLOCK = """\
# 前端 🎉
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: web
      tier: "1.10"
  policyTypes:
    - Ingress
  ingress:
    - from:
        # 🎉
        - namespaceSelector:
            matchLabels: {team: blue}
          podSelector: {}
      ports:
        - protocol: TCP
          port: 8080
"""
FLOW = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop, annotations: {a: "商店 🎉"}}
spec:
  podSelector: {matchExpressions: [{key: app, operator: In, values: [a, "1"]}]}
  policyTypes: [Egress]
  egress:
  - to:
    - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}
    ports:
    - {protocol: UDP, port: 53}
    - port: 53
"""
JSON = '{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "web", "namespace": "shop", "annotations": {"a": "中🎉"}},\n "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}}'
REQUESTS = ("textDocument/hover", "textDocument/completion")


async def look(editor, document, offset):
    """Ask for everything at a place; gives the findings."""
    found = await editor.diagnostics(document)
    position = document.position(offset)
    for method in REQUESTS:
        await editor.at(method, document, position)
    await editor.request("textDocument/documentSymbol", {"textDocument": {"uri": document.uri}})
    return found


def check(found, document, offset):
    """Nothing absurd: no internal error, no two complaints about one word, none about lines that are done."""
    assert "NP990" not in {item["code"] for item in found}, found
    errors = [item for item in found if item["severity"] == 1]
    here = document.position(offset)["line"]
    for item in errors:
        same = [other["code"] for other in errors if other["range"]["start"] == item["range"]["start"]]
        # That something is missing is said where it could stand, beside whatever stands there.
        assert item["code"] not in ("NP001", "NP101") or same == [item["code"]], (document.text[-80:], same)
        word = document.slice(item["range"])
        # A key waits for its value on the lines below it, a bracket for its end; other lines are done.
        is_open = f"{word}:" in document.text or word[:1] in ("{", "[", "")
        is_missing = item["code"] == "NP104"
        assert item["range"]["end"]["line"] >= here or is_open or is_missing, (document.text[-80:], item)


@pytest.mark.parametrize("text", [BLOCK, FLOW, JSON], ids=["block", "flow", "json"])
async def test_typed_and_deleted_again(make_editor, text):
    editor = make_editor("utf-8" if text is FLOW else "utf-16")
    await editor.start()
    document = editor.open("", uri="file:///ws/new.yaml")
    for offset, char in enumerate(text):
        document.edit(offset, offset, char)
        check(await look(editor, document, offset + 1), document, offset + 1)
        editor.sent.clear()
    finished = {(one.code, one.message) for one in lint_text(text).diagnostics}
    document.edit(0, 0, " ")
    document.edit(0, 1, "")
    assert {(item["code"], item["message"]) for item in await editor.diagnostics(document)} == finished
    for offset in range(len(text) - 1, -1, -1):
        document.edit(offset, offset + 1, "")
        check(await look(editor, document, offset), document, offset)
        editor.sent.clear()
    assert await editor.diagnostics(document) == []


async def test_typed_in_the_middle_of_a_finished_policy(make_editor):
    """A new line with half a key does not disturb what is around it."""
    editor = make_editor()
    await editor.start()
    document = editor.open(BLOCK)
    at = BLOCK.index("\n  policyTypes")
    for offset, char in enumerate("\n  egress:", start=at):
        document.edit(offset, offset, char)
        found = await look(editor, document, offset + 1)
        check(found, document, offset + 1)
        assert len([item for item in found if item["severity"] == 1]) <= 1
        symbols = await editor.request("textDocument/documentSymbol", {"textDocument": {"uri": document.uri}})
        assert symbols[0]["name"] == "shop/web"
        assert "ingress" in {part["name"] for part in symbols[0]["children"]}


def units(text, encoding):
    """The length of a text as the encoding counts it."""
    return len(text.encode()) if encoding == "utf-8" else len(text.encode("utf-16-le")) // 2


async def test_over_the_wire(wire):
    uri = "file:///ws/new.yaml"
    identifier = types.TextDocumentIdentifier(uri)
    wire.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "yaml", 1, "# 🎉\n")))
    line, column, version, typed = 1, 0, 1, ""
    for char in BLOCK[: BLOCK.index("matchLabels")]:
        version += 1
        here = types.Position(line, column)
        change = types.TextDocumentContentChangePartial(types.Range(here, here), char)
        wire.text_document_did_change(
            types.DidChangeTextDocumentParams(types.VersionedTextDocumentIdentifier(version, uri), [change])
        )
        typed += char
        line, column = 1 + typed.count("\n"), units(typed.rpartition("\n")[2], wire.encoding)
        await wire.text_document_hover_async(types.HoverParams(identifier, types.Position(line, column)))
        await wire.text_document_completion_async(types.CompletionParams(identifier, types.Position(line, column)))
    await wire.until(lambda: wire.published and wire.published[-1].version == version)
    symbols = await wire.text_document_document_symbol_async(types.DocumentSymbolParams(identifier))
    assert [symbol.name for symbol in symbols] == ["shop/web"]
