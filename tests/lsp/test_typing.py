"""Typing: every half-typed state of a policy has findings, hovers, completions and symbols, and none of them is absurd."""

import json

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
JSON_LINES = json.dumps(json.loads(JSON), indent=2, ensure_ascii=False)
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


@pytest.mark.parametrize("text", [BLOCK, FLOW, JSON, JSON_LINES], ids=["block", "flow", "json", "json-lines"])
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


MIDDLE = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: web
@  policyTypes:
  - Ingress
  - Egress
@  ingress:
  - from:
    - podSelector: {}
@    ports:
    - port: 80
@---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress]
"""
"""Each `@` is a place where lines are typed, with_occurrence_index from 0."""
TYPED = {
    "a list in brackets": (
        3,
        '    - port: 90\n  egress: [{to: [{ipBlock: {cidr: "10.0.0.0/8", except: ["10.1.0.0/16"]}}]}]',
    ),
    "types in brackets": (2, "    - namespaceSelector: {matchLabels: {team: blue}}"),
    "a key behind a list in its column": (1, '  egress: [{to: [{podSelector: {matchLabels: {app: "db"}}}]}]'),
    "a key in quotes": (0, '      "tier": "db"\n      \'track\': stable'),
    "a mark between documents": (3, "---\n# the data base"),
    "a template action": (0, "      track: {{ .Values.track | quote }}"),
    "conditions": (0, "    matchExpressions:\n    - key: tier\n      operator: In\n      values: [db, cache]"),
    "a peer": (2, "    - namespaceSelector:\n        matchLabels:\n          team: blue\n      podSelector: {}"),
}
CLOSED_BY_EDITORS = {"[": "]", "{": "}", '"': '"', "'": "'"}


def what_an_editor_closed(line):
    """The signs that an editor has put behind the cursor by itself."""
    closers = []
    for char in line:
        if closers and char == closers[-1]:
            closers.pop()
        elif char in CLOSED_BY_EDITORS and not (closers and closers[-1] in "'\""):
            closers.append(CLOSED_BY_EDITORS[char])
    return "".join(reversed(closers))


@pytest.mark.parametrize("closes", [False, True], ids=["", "auto-closing"])
@pytest.mark.parametrize("name", TYPED)
async def test_lines_typed_into_a_finished_policy(make_editor, name, closes):
    """Whatever is half typed, it has one kind of error at most, and what is no YAML is on the line that is being typed."""
    place, lines = TYPED[name]
    pieces = MIDDLE.split("@")
    before, after = "".join(pieces[: place + 1]), "\n" + "".join(pieces[place + 1 :])
    editor = make_editor()
    await editor.start()
    document = editor.open(before + after)
    for length in range(1, len(lines) + 1):
        typed = lines[:length]
        closed = what_an_editor_closed(typed.rpartition("\n")[2]) if closes else ""
        document.edit(0, len(document.text), before + typed + closed + after)
        offset = len(before) + length
        found = await look(editor, document, offset)
        editor.sent.clear()
        assert "NP990" not in {item["code"] for item in found}
        errors = [(item["code"], item["message"]) for item in found if item["severity"] == 1]
        if not closed:  # inside brackets that are closed, what is missing is said beside half a key
            assert len({code for code, _ in errors}) <= 1, (typed, errors)
        here = document.position(offset)["line"]
        for item in found:
            if item["code"] == "NP001":
                assert item["range"]["start"]["line"] == here, (typed, item)
    finished = {one.code for one in lint_text(before + lines + after).diagnostics if one.severity == "error"}
    assert not finished


CHANGED = {
    "a closing bracket": ("{}\n", "{\n", "the bracket `{` is not closed"),
    "an opening bracket": ("  podSelector: {}", "  podSelector: }", "`}` does not belong here"),
    "a colon": ("policyTypes:\n", "policyTypes\n", "`policyTypes` has no colon after it"),
    "a dash": ("- from:", " from:", "`from` is in a list but has no dash before it"),
    "a dash of a mark": ("\n---", "\n--", "`--` separates no documents: `---` does"),
    "a bracket in front of a block": ("spec:\n", "spec: {\n", "the bracket `{` is not closed"),
    "a bracket in front of a list": ("policyTypes:\n", "policyTypes: [\n", "the bracket `[` is not closed"),
    "a bracket in front of a value": ("[Ingress]", "[[Ingress]", "the bracket `[` is not closed"),
    "a quote in front of a value": ("app: web", 'app: "web', "the quote that opens here is not closed"),
    "a quote in brackets": ("[Ingress]", '["Ingress]', "the quote that opens here is not closed"),
}


@pytest.mark.parametrize("name", CHANGED)
async def test_one_sign_changed(make_editor, name):
    """One sign too many or too few is one error, in the line where it is."""
    old, new, message = CHANGED[name]
    text = MIDDLE.replace("@", "")
    at = text.index(old)
    editor = make_editor()
    await editor.start()
    document = editor.open(text)
    document.edit(at, at + len(old), new)
    found = [item for item in await look(editor, document, at) if item["severity"] == 1]
    assert [item["message"] for item in found] == [message]
    first = document.position(at)["line"]
    assert first <= found[0]["range"]["start"]["line"] <= first + new.count("\n")


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
