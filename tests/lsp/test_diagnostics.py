"""Diagnostics: pushed, pulled, versioned, cleared."""

import pytest
from lsprotocol import types

pytestmark = pytest.mark.asyncio


async def test_a_finding_stands_on_its_token(editor, policy):
    document = editor.open(policy.replace("[Ingress]", "[ingress]"))
    (finding,) = [item for item in await editor.diagnostics(document) if item["code"] == "NP105"]
    assert document.slice(finding["range"]) == "ingress"
    assert finding["severity"] == 1
    assert finding["source"] == "netpol-lint"
    assert finding["codeDescription"]["href"].endswith("docs/rules/NP105.md")
    assert finding["data"]["fixes"] == [{"title": "Write `Ingress`", "applicability": "safe"}]


async def test_each_version_is_reported_and_named(editor, policy):
    document = editor.open(policy)
    at = policy.index("Ingress]")
    assert await editor.diagnostics(document) == []
    document.edit(at, at + 1, "i")
    assert [item["code"] for item in await editor.diagnostics(document)][:1] == ["NP105"]
    document.edit(at, at + 1, "I")
    assert await editor.diagnostics(document) == []
    assert [item["version"] for item in editor.published(document.uri)] == [1, 2, 3]


async def test_a_burst_of_edits_is_checked_once(editor, policy):
    document = editor.open(policy)
    await editor.quiet()
    for char in "abcdefghijklmnop":
        document.edit(len(document.text), len(document.text), char)
    await editor.quiet()
    assert [item["version"] for item in editor.published(document.uri)] == [1, 17]


async def test_over_the_wire(wire, policy):
    uri = "file:///ws/web.yaml"
    text = policy.replace("[Ingress]", "[ingress]")
    wire.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "yaml", 1, text)),
    )
    await wire.until(lambda: uri in wire.diagnostics)
    (finding,) = [item for item in wire.diagnostics[uri] if item.code == "NP105"]
    assert finding.range == types.Range(types.Position(6, 16), types.Position(6, 23))
