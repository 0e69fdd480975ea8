"""What follows the text's structure: symbols, folding, selection, links, inlay hints, code lenses."""

import pytest
from lsprotocol import types

pytestmark = pytest.mark.asyncio

TEXT = """\
# 🎉 商店
# netpol: ignore[NP105, unheard-of] 理由
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {annotations: {note: "商店 🎉"}, name: web, namespace: shop}
spec:
  podSelector: {}
  ingress:
    - {}
  egress:
    - to:
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: db}}
          podSelector: {matchLabels: {app: pg}} # 🎉
        - ipBlock: {cidr: 10.0.0.0/8}
      ports:
        - port: 5432
        - {protocol: UDP, port: 8000, endPort: 8080}
    - ports: [{protocol: TCP, port: 443}]
    - to: []
"""
EMPTY = (
    "kind: NetworkPolicy\nmetadata: {name: x}\nspec: {podSelector: {}, policyTypes: [Ingress, Egress], ingress: []}\n"
)


async def ask(editor, document, method, **more):
    return await editor.request(method, {"textDocument": {"uri": document.uri}, **more})


def names(symbols, depth=0):
    found = []
    for symbol in symbols:
        found.append("  " * depth + symbol["name"] + (f": {symbol['detail']}" if "detail" in symbol else ""))
        found += names(symbol.get("children", []), depth + 1)
    return found


async def test_symbols(editor):
    document = editor.open(f"kind: Deployment\n---\n{TEXT}")
    symbols = await ask(editor, document, "textDocument/documentSymbol")
    assert names(symbols) == [
        "shop/web: isolates ingress and egress",
        "  podSelector: every pod",
        "  ingress",
        "    rule 1: from everyone, every port",
        "  egress",
        "    rule 1",
        "      peer: pods with app=pg in namespace db",
        "      peer: addresses in 10.0.0.0/8",
        "      port: TCP 5432",
        "      port: UDP 8000-8080",
        "    rule 2: to everywhere",
        "      port: TCP 443",
        "    rule 3: to everywhere, every port",
    ]
    assert document.slice(symbols[0]["selectionRange"]) == "web"


async def test_symbols_follow_their_document(editor):
    document = editor.open(f"a: 1\n---\n{TEXT}")
    await ask(editor, document, "textDocument/documentSymbol")
    document.edit(0, 0, "# 🎉\n\n")
    moved = await ask(editor, document, "textDocument/documentSymbol")
    fresh = editor.open(document.text, uri="file:///ws/fresh.yaml")
    assert moved == await ask(editor, fresh, "textDocument/documentSymbol")


def check_nesting(symbol, document):
    for part in symbol.get("children", []):
        for inner, outer in ((part["range"], symbol["range"]), (part["selectionRange"], part["range"])):
            assert (outer["start"]["line"], outer["start"]["character"]) <= (
                inner["start"]["line"],
                inner["start"]["character"],
            )
            assert (inner["end"]["line"], inner["end"]["character"]) <= (
                outer["end"]["line"],
                outer["end"]["character"],
            )
        check_nesting(part, document)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        EMPTY,
        "kind: NetworkPolicy\nspec:\n  ingress:\n  -\n  - from:\n",
        "x: &p {podSelector: {}}\nkind: NetworkPolicy\nspec: {ingress: [{from: [*p, *p]}], egress: [null]}\n",
        '{"kind": "NetworkPolicy", "spec": {"ingress": [{}]}}',
    ],
)
async def test_symbols_lie_inside_each_other(editor, text):
    document = editor.open(text)
    symbols = await ask(editor, document, "textDocument/documentSymbol")
    assert symbols
    for symbol in symbols:
        check_nesting(symbol, document)


async def test_symbols_for_clients_without_trees(make_editor):
    editor = make_editor()
    await editor.start(capabilities={"textDocument": {"documentSymbol": {"hierarchicalDocumentSymbolSupport": False}}})
    document = editor.open(TEXT)
    (symbol,) = await ask(editor, document, "textDocument/documentSymbol")
    assert symbol["name"] == "shop/web"
    assert symbol["location"]["uri"] == document.uri


async def test_folding(editor):
    document = editor.open(f"a: 1\n---\n{TEXT}")
    folds = {
        (fold["startLine"], fold["endLine"]): fold.get("kind")
        for fold in await ask(editor, document, "textDocument/foldingRange")
    }
    assert folds[(2, 3)] == "comment"
    assert folds[(4, 20)] == "region"
    assert (7, 20) in folds, "spec"
    assert (12, 18) in folds, "the first egress rule"
    assert len({first for first, _ in folds}) == len(folds)


async def test_selection_grows_node_by_node(editor):
    document = editor.open(TEXT)
    position = document.at("pg", 1)
    (found,) = await ask(editor, document, "textDocument/selectionRange", positions=[position])
    texts = []
    while found:
        texts.append(document.slice(found["range"]))
        found = found.get("parent")
    assert texts[:7] == [
        "",
        "pg",
        "app: pg",
        "{app: pg}",
        "matchLabels: {app: pg}",
        "{matchLabels: {app: pg}}",
        "podSelector: {matchLabels: {app: pg}}",
    ]
    assert texts[-1] == TEXT
    for inner, outer in zip(texts, texts[1:], strict=False):
        assert inner in outer
        assert len(inner) < len(outer)


async def test_selection_has_an_answer_for_each_position(editor):
    document = editor.open(TEXT)
    positions = [document.position(0), document.position(len(TEXT)), {"line": 999, "character": 0}]
    assert len(await ask(editor, document, "textDocument/selectionRange", positions=positions)) == 3


async def test_links(editor):
    document = editor.open(TEXT)
    (link,) = await ask(editor, document, "textDocument/documentLink")
    assert document.slice(link["range"]) == "NP105"
    assert link["target"].endswith("/docs/rules/NP105.md")
    assert "unsupported-value" in link["tooltip"]


def drawn(document, hints):
    """The lines that have hints, with these in `<>`."""
    offsets = sorted(((document._offset(hint["position"]), hint["label"]) for hint in hints), reverse=True)
    text = document.text
    for offset, label in offsets:
        text = f"{text[:offset]}<{label}>{text[offset:]}"
    return [line.strip() for line in text.splitlines() if "<" in line]


async def test_hints(editor):
    document = editor.open(TEXT)
    hints = await ask(editor, document, "textDocument/inlayHint", range=document.range(0, len(TEXT)))
    assert drawn(document, hints) == [
        "spec:<policyTypes: [Ingress, Egress]>",
        "podSelector: {}<every pod of the namespace>",
        "- {}<allows everyone, every port>",
        "<AND>podSelector: {matchLabels: {app: pg}} # 🎉",
        "- <OR>ipBlock: {cidr: 10.0.0.0/8}",
        "- port: 5432<TCP>",
        "- <everywhere:>ports: [{protocol: TCP, port: 443}]",
        "- to: []<allows everywhere>",
    ]
    assert {hint["label"]: hint.get("tooltip") for hint in hints}["AND"] == "pods with app=pg in namespace db"


async def test_hints_on_what_is_empty(editor):
    document = editor.open(EMPTY)
    hints = await ask(editor, document, "textDocument/inlayHint", range=document.range(0, len(document.text)))
    assert [hint["label"] for hint in hints] == ["every pod of the namespace", "allows nothing", "allows nothing"]


async def test_hints_on_how_far_selectors_reach(editor):
    text = (
        "kind: NetworkPolicy\nmetadata: {name: x}\nspec:\n  podSelector: {matchLabels: {a: b}}\n  policyTypes: [Ingress]\n"
        "  ingress:\n    - from:\n        - podSelector: {}\n        - podSelector:\n            matchLabels: {a: b}\n"
        "        - namespaceSelector: {}\n        - namespaceSelector: {matchLabels: {a: b}}\n"
    )
    document = editor.open(text)
    hints = await ask(editor, document, "textDocument/inlayHint", range=document.range(0, len(text)))
    assert [line.replace("<OR>", "") for line in drawn(document, hints) if "-" in line] == [
        "- podSelector: {}<every pod of the namespace>",
        "- podSelector:<own namespace>",
        "- namespaceSelector: {}<every namespace>",
        "- namespaceSelector: {matchLabels: {a: b}}",
    ]


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ("{name: x}", ["{name: x<namespace: shop>}"]),
        ("{name: x, namespace: }", ["{name: x, namespace:<shop> }"]),
        ("{name: x, namespace: bank}", []),
        ("{name: x, namespace: $NS}", []),
        ("{generateName: x-}", []),
    ],
)
async def test_the_namespace_that_the_configuration_gives(make_editor, tmp_path, metadata, expected):
    (tmp_path / ".netpol-lint.yaml").write_text("default-namespace: shop\n")
    editor = make_editor()
    await editor.start(tmp_path)
    text = f"kind: NetworkPolicy\nmetadata: {metadata}\nspec:\n  podSelector: {{matchLabels: {{a: b}}}}\n  policyTypes: [Ingress]\n  ingress: [{{from: [{{ipBlock: {{cidr: 10.0.0.0/8}}}}]}}]\n"
    document = editor.open(text, uri=(tmp_path / "x.yaml").as_uri())
    hints = await ask(editor, document, "textDocument/inlayHint", range=document.range(0, len(text)))
    assert drawn(document, hints) == [f"metadata: {one}" for one in expected]


async def test_nothing_is_said_of_effects_while_the_types_are_not_known(editor):
    document = editor.open(EMPTY.replace("policyTypes: [", "policyTypes: [Ingres, "))
    assert "policyTypes: [Ingres" in document.text
    hints = await ask(editor, document, "textDocument/inlayHint", range=document.range(0, len(document.text)))
    assert [hint["label"] for hint in hints] == ["every pod of the namespace"]


async def test_hints_only_where_asked(editor):
    document = editor.open(TEXT)
    where = document.range_of("- port: 5432")
    hints = await ask(editor, document, "textDocument/inlayHint", range=where)
    assert [hint["label"] for hint in hints] == ["TCP"]


@pytest.mark.parametrize(
    ("switches", "gone"),
    [
        ({"peers": False}, {"AND", "OR"}),
        ({"protocol": False}, {"TCP"}),
        ({"types": False}, {"policyTypes: [Ingress, Egress]"}),
        ({"meaning": False}, {"allows everywhere", "every pod of the namespace"}),
        (False, {"AND", "TCP"}),
    ],
)
async def test_each_kind_of_hint_can_be_switched_off(make_editor, switches, gone):
    editor = make_editor()
    await editor.start(
        initializationOptions={"inlayHints": switches}, capabilities={"workspace": {"configuration": False}}
    )
    document = editor.open(TEXT)
    hints = await ask(editor, document, "textDocument/inlayHint", range=document.range(0, len(TEXT)))
    assert not gone & {hint["label"] for hint in hints}
    assert bool(hints) is (switches is not False)


async def test_no_hints_where_a_template_hides_something(editor):
    document = editor.open(
        "kind: NetworkPolicy\nmetadata: {name: x}\nspec:\n  podSelector: {}\n  {{- if .x }}\n  ingress: []\n  {{- end }}\n"
    )
    assert await ask(editor, document, "textDocument/inlayHint", range=document.range(0, len(document.text))) == []


async def test_lenses(editor):
    document = editor.open(f"{TEXT}---\n{EMPTY}")
    lenses = await ask(editor, document, "textDocument/codeLens")
    assert [lens["command"]["title"] for lens in lenses] == ["isolates ingress and egress - explain"] * 2
    assert [
        document.slice({**lens["range"], "end": document.position(len(document.text))})[:10] for lens in lenses
    ] == ["apiVersion", "kind: Netw"]
    command = lenses[1]["command"]
    explained = await editor.request(
        "workspace/executeCommand", {"command": command["command"], "arguments": command["arguments"]}
    )
    assert "`x`" in explained["markdown"]
    assert "`shop/web`" not in explained["markdown"]


async def test_lenses_can_be_switched_off(make_editor):
    editor = make_editor()
    await editor.start(initializationOptions={"codeLens": False}, capabilities={"workspace": {"configuration": False}})
    assert await ask(editor, editor.open(TEXT), "textDocument/codeLens") == []


async def test_over_the_wire(wire):
    uri = "file:///ws/web.yaml"
    identifier = types.TextDocumentIdentifier(uri)
    wire.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "yaml", 1, TEXT)))
    (symbol,) = await wire.text_document_document_symbol_async(types.DocumentSymbolParams(identifier))
    column = len('metadata: {annotations: {note: "商店 🎉"}, name: '.encode(wire.encoding)) // (
        1 if wire.encoding == "utf-8" else 2
    )
    column -= wire.encoding == "utf-16"
    assert symbol.selection_range.start == types.Position(4, column)
    assert await wire.text_document_folding_range_async(types.FoldingRangeParams(identifier))
    (selection,) = await wire.text_document_selection_range_async(
        types.SelectionRangeParams(identifier, [types.Position(4, column)])
    )
    assert selection.parent.range == types.Range(types.Position(4, column), types.Position(4, column + 3))
    (link,) = await wire.text_document_document_link_async(types.DocumentLinkParams(identifier))
    assert link.range == types.Range(types.Position(1, 17), types.Position(1, 22))
    everything = types.Range(types.Position(0, 0), types.Position(99, 0))
    hints = await wire.text_document_inlay_hint_async(types.InlayHintParams(identifier, everything))
    assert "OR" in {hint.label for hint in hints}
    (lens,) = await wire.text_document_code_lens_async(types.CodeLensParams(identifier))
    result = await wire.workspace_execute_command_async(
        types.ExecuteCommandParams(lens.command.command, lens.command.arguments)
    )
    assert "isolates them for ingress and egress" in result["markdown"] if isinstance(result, dict) else result.markdown
