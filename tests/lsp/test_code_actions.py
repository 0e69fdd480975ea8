"""Code actions: fixes, suppressions, everything safe at once, refactorings."""

import pytest
from lsprotocol import types

pytestmark = pytest.mark.asyncio

TEXT = """\
# 🎉 商店
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {annotations: {note: "商店 🎉"}, name: web, namespace: shop}
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
        - podSelector: {matchLabels: {k8s-app: kube-dns}} # 🎉
      ports:
        - {protocol: tcp, port: "8080"}
"""


async def actions(editor, document, where, only=None, diagnostics=()):
    """The actions at a range or position, with their edits."""
    span = where if "start" in where else {"start": where, "end": where}
    context = {"diagnostics": list(diagnostics)} | ({"only": only} if only is not None else {})
    params = {"textDocument": {"uri": document.uri}, "range": span, "context": context}
    found = await editor.request("textDocument/codeAction", params)
    return [await editor.request("codeAction/resolve", item) if "edit" not in item else item for item in found]


def applied(document, action):
    (change,) = action["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": document.uri, "version": document.version}
    return document.applied(change["edits"])


async def action(editor, document, where, title):
    found = [item for item in await actions(editor, document, where) if item["title"] == title]
    assert len(found) == 1, [item["title"] for item in await actions(editor, document, where)]
    return found[0]


async def test_a_safe_fix_is_preferred_and_fixes(editor):
    document = editor.open(TEXT)
    found = await action(editor, document, document.at("tcp"), "Write `TCP`")
    assert found["kind"] == "quickfix"
    assert found["isPreferred"] is True
    assert [item["code"] for item in found["diagnostics"]] == ["NP105"]
    assert applied(document, found) == TEXT.replace("tcp", "TCP")


async def test_an_unsafe_fix_says_so_and_is_not_preferred(editor):
    document = editor.open(TEXT)
    found = await actions(editor, document, document.at("podSelector: {matchLabels: {k8s-app: kube-dns"))
    unsafe = [item for item in found if item["title"].endswith("(unsafe)")]
    assert unsafe
    assert not any(item.get("isPreferred") for item in unsafe)


async def test_fixes_come_from_the_servers_own_findings(editor):
    """Some editors send no diagnostics with the request, others those of somebody else."""
    document = editor.open(TEXT)
    nonsense = {"range": document.range(0, 1), "message": "from another server", "code": "X"}
    empty = await actions(editor, document, document.at("tcp"))
    assert [item["title"] for item in await actions(editor, document, document.at("tcp"), diagnostics=[nonsense])] == [
        item["title"] for item in empty
    ]


def findings_of(document, *codes):
    async def find(editor):
        return [item for item in await editor.diagnostics(document) if item["code"] in codes]

    return find


async def test_who_names_a_finding_gets_its_fixes_only(editor):
    """Whatever its range is: some clients send the whole document's and apply everything that comes back."""
    document = editor.open(TEXT)
    (finding,) = await findings_of(document, "NP105")(editor)
    for where in (document.range(0, len(TEXT)), document.at("name: web"), finding["range"]):
        found = await actions(editor, document, where, diagnostics=[finding])
        assert [item["title"] for item in found] == ["Write `TCP`"]
        assert applied(document, found[0]) == TEXT.replace("tcp", "TCP")


async def test_who_names_findings_still_gets_the_kind_that_it_asks_for(editor):
    document = editor.open(TEXT)
    everything = document.range(0, len(TEXT))
    findings = await editor.diagnostics(document)
    (fix_all,) = await actions(editor, document, everything, only=["source.fixAll"], diagnostics=findings)
    assert fix_all["kind"] == "source.fixAll.netpol"
    fixes = await actions(editor, document, everything, only=["quickfix"], diagnostics=findings)
    assert fixes
    assert not [item["title"] for item in fixes if item["title"].startswith("Ignore") or item["kind"] != "quickfix"]
    rewrites = await actions(editor, document, everything, only=["refactor"], diagnostics=findings)
    assert {item["kind"] for item in rewrites} == {"refactor.rewrite"}


async def test_a_finding_of_before_the_last_edit_is_still_meant(editor):
    document = editor.open(TEXT)
    (finding,) = await findings_of(document, "NP105")(editor)
    document.edit(TEXT.index("tcp"), TEXT.index("tcp") + 3, "udpx")
    found = await actions(editor, document, document.range(0, len(TEXT)), diagnostics=[finding])
    assert [item["diagnostics"][0]["code"] for item in found] == ["NP105"] * len(found) != []
    gone = {**finding, "range": document.range(0, 3)}
    assert await actions(editor, document, document.range(0, len(TEXT)), diagnostics=[gone]) == []


async def test_who_does_not_know_what_is_preferred_gets_one_fix_a_finding(make_editor):
    """It may apply all of them, one after the other."""
    counts = []
    for knows in (True, False):
        editor = make_editor()
        await editor.start(capabilities={"textDocument": {"codeAction": {"isPreferredSupport": knows}}})
        document = editor.open(TEXT)
        everything = document.range(0, len(TEXT))
        findings = await editor.diagnostics(document)
        counts.append([len(await actions(editor, document, everything, diagnostics=[one])) for one in findings])
    assert max(counts[0]) > 1
    assert counts[1] == [min(count, 1) for count in counts[0]]


async def test_a_menu_offers_everything_and_fix_all_among_the_fixes(make_editor):
    editor = make_editor()
    editor.configuration = {}
    await editor.start(initializationOptions={"codeActionMenu": True})
    document = editor.open(TEXT)
    (finding,) = await findings_of(document, "NP210")(editor)
    for only in (None, ["quickfix"]):
        found = await actions(editor, document, finding["range"], only=only, diagnostics=[finding])
        kinds = {item["title"]: item["kind"] for item in found}
        assert kinds["Ignore NP210 (peers-or-not-and) here"] == "quickfix"
        assert kinds["Fix all safe problems in this file"] == "quickfix"
        assert len(kinds) == len(found)
    (source,) = await actions(editor, document, finding["range"], only=["source"], diagnostics=[finding])
    assert source["kind"] == "source.fixAll.netpol"
    (fix_all,) = [item for item in found if item["title"].startswith("Fix all")]
    assert applied(document, fix_all) == applied(document, source) != TEXT


async def test_a_light_bulb_is_not_drawn_everywhere_for_fix_all(make_editor):
    editor = make_editor()
    await editor.start(initializationOptions={"codeActionMenu": True})
    document = editor.open(TEXT)
    where = {"start": document.at("商店\n", 2), "end": document.at("商店\n", 2)}
    params = {"textDocument": {"uri": document.uri}, "range": where, "context": {"diagnostics": [], "triggerKind": 2}}
    assert await editor.request("textDocument/codeAction", params) == []
    params["context"]["triggerKind"] = 1
    assert [item["title"] for item in await editor.request("textDocument/codeAction", params)] == [
        "Fix all safe problems in this file"
    ]


async def test_a_selection_gathers_all_findings_in_it(editor):
    document = editor.open(TEXT)
    titles = [
        item["title"] for item in await actions(editor, document, document.range(0, len(TEXT)), only=["quickfix"])
    ]
    assert "Write the port as a number" in titles
    assert "Write `TCP`" in titles


async def test_everything_safe_at_once(editor):
    document = editor.open(TEXT)
    (found,) = await actions(editor, document, document.at("kind"), only=["source.fixAll"])
    assert found["kind"] == "source.fixAll.netpol"
    assert applied(document, found) == TEXT.replace("tcp", "TCP").replace('"8080"', "8080")


async def test_nothing_safe_to_fix(editor, policy):
    document = editor.open(policy)
    assert await actions(editor, document, document.at("kind"), only=["source"]) == []


@pytest.mark.parametrize(
    ("only", "kinds"),
    [
        (None, {"quickfix", "source.fixAll.netpol", "refactor.rewrite"}),
        ([""], {"quickfix", "source.fixAll.netpol", "refactor.rewrite"}),
        (["quickfix"], {"quickfix"}),
        (["refactor"], {"refactor.rewrite"}),
        (["refactor.rewrite"], {"refactor.rewrite"}),
        (["refactor.rewrite.more"], set()),
        (["refactor.extract"], set()),
        (["source"], {"source.fixAll.netpol"}),
        (["source.fixAll"], {"source.fixAll.netpol"}),
        (["source.fixAll.netpol"], {"source.fixAll.netpol"}),
        (["source.fixAll.eslint"], set()),
        (["source.organizeImports"], set()),
        (["quick"], set()),
        ([], set()),
    ],
)
async def test_only_what_is_asked_for(editor, only, kinds):
    document = editor.open(TEXT)
    found = await actions(editor, document, document.range(0, len(TEXT)), only=only)
    assert {item["kind"] for item in found} == kinds


async def test_ignore_here(editor):
    document = editor.open(TEXT)
    found = await action(
        editor,
        document,
        document.at("podSelector: {matchLabels: {k8s-app: kube-dns"),
        "Ignore NP210 (peers-or-not-and) here",
    )
    document.replace(applied(document, found))
    assert "        # netpol: ignore[NP210] TODO: say why\n        - podSelector" in document.text
    assert "NP210" not in {item["code"] for item in await editor.diagnostics(document)}


async def test_ignore_in_the_document(editor):
    document = editor.open(f"a: 1\n---\n{TEXT}")
    found = await action(
        editor,
        document,
        document.at("podSelector: {matchLabels: {k8s-app: kube-dns"),
        "Ignore NP210 (peers-or-not-and) in this document",
    )
    document.replace(applied(document, found))
    assert "---\n# 🎉 商店\n# netpol: ignore[NP210] TODO: say why\napiVersion" in document.text
    assert "NP210" not in {item["code"] for item in await editor.diagnostics(document)}


async def test_what_the_api_server_refuses_cannot_be_ignored(editor):
    document = editor.open(TEXT)
    assert not [
        item for item in await actions(editor, document, document.at("tcp")) if item["title"].startswith("Ignore")
    ]


async def test_an_action_of_an_older_version_is_refused(editor):
    document = editor.open(TEXT)
    params = {"textDocument": {"uri": document.uri}, "range": document.range_of("tcp"), "context": {"diagnostics": []}}
    stale = (await editor.request("textDocument/codeAction", params))[0]
    document.edit(0, 0, "# another line\n")
    answer = await editor.answer(editor.post("codeAction/resolve", stale))
    assert answer["error"]["code"] == -32801
    document.close()
    answer = await editor.answer(editor.post("codeAction/resolve", stale))
    assert answer["error"]["code"] == -32801


@pytest.mark.parametrize(
    "data",
    [
        None,
        5,
        {},
        {"uri": 5},
        {"uri": "file:///ws/web.yaml", "version": 1, "key": "x", "range": [0, 0, 0, 0]},
        {"uri": "file:///ws/web.yaml", "version": 1, "range": "x"},
    ],
)
async def test_an_action_that_nobody_offered_is_refused(editor, data):
    editor.open(TEXT)
    answer = await editor.answer(editor.post("codeAction/resolve", {"title": "x", "data": data}))
    assert answer["error"]["code"] == -32801


async def test_a_client_that_resolves_nothing_gets_the_edits_at_once(make_editor):
    editor = make_editor()
    await editor.start(
        capabilities={
            "textDocument": {"codeAction": {"resolveSupport": None}},
            "workspace": {"workspaceEdit": {"documentChanges": False}},
        }
    )
    document = editor.open(TEXT)
    params = {"textDocument": {"uri": document.uri}, "range": document.range_of("tcp"), "context": {"diagnostics": []}}
    found = await editor.request("textDocument/codeAction", params)
    fix = next(item for item in found if item["title"] == "Write `TCP`")
    assert document.applied(fix["edit"]["changes"][document.uri]) == TEXT.replace("tcp", "TCP")
    assert "source.fixAll.netpol" not in {item["kind"] for item in found}, "slow, and nobody asked"
    params["context"]["only"] = ["source.fixAll"]
    (everything,) = await editor.request("textDocument/codeAction", params)
    assert everything["edit"]["changes"][document.uri]


async def test_peers_can_be_split_and_joined(editor):
    document = editor.open(TEXT)
    joined = next(
        item
        for item in await actions(editor, document, document.at("podSelector: {matchLabels: {k8s-app: kube-dns"))
        if "one item" in item["title"]
    )
    document.replace(applied(document, joined))
    assert "kube-system}}\n          podSelector" in document.text
    split = next(
        item
        for item in await actions(editor, document, document.at("namespaceSelector"))
        if item["title"].startswith("Split")
    )
    assert split["kind"] == "refactor.rewrite"
    document.replace(applied(document, split))
    assert document.text == TEXT


async def test_labels_as_expressions_and_back(editor):
    document = editor.open(TEXT)
    found = await action(editor, document, document.at("app: web"), "Write matchLabels as matchExpressions")
    document.replace(applied(document, found))
    assert (
        "matchExpressions:\n      - key: app\n        operator: In\n        values:\n          - web\n" in document.text
    )
    found = await action(editor, document, document.at("operator"), "Write matchExpressions as matchLabels")
    assert applied(document, found) == TEXT


async def test_a_default_deny_is_added_at_the_end(editor, policy):
    document = editor.open(policy.rstrip("\n"))
    found = next(
        item
        for item in await actions(editor, document, document.at("NetworkPolicy"))
        if "denies everything" in item["title"]
    )
    text = applied(document, found)
    assert text.startswith(
        policy
        + "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: default-deny\n  namespace: shop\n"
    )
    document.replace(text)
    assert "NP001" not in {item["code"] for item in await editor.diagnostics(document)}


async def test_edits_keep_the_line_endings(editor):
    document = editor.open(TEXT.replace("\n", "\r\n"))
    found = await action(
        editor,
        document,
        document.at("podSelector: {matchLabels: {k8s-app: kube-dns"),
        "Ignore NP210 (peers-or-not-and) here",
    )
    text = applied(document, found)
    assert text.count("\n") == text.count("\r\n") == TEXT.count("\n") + 1


async def test_over_the_wire(wire):
    uri = "file:///ws/web.yaml"
    text = TEXT.replace("name: web", "name: Web")
    wire.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "yaml", 1, text)))
    column = len('metadata: {annotations: {note: "商店 🎉"}, name: '.encode(wire.encoding)) // (
        1 if wire.encoding == "utf-8" else 2
    )
    column -= wire.encoding == "utf-16"
    where = types.Position(3, column)
    params = types.CodeActionParams(
        types.TextDocumentIdentifier(uri), types.Range(where, where), types.CodeActionContext([])
    )
    found = await wire.text_document_code_action_async(params)
    fix = next(item for item in found if item.kind == "quickfix")
    fix = await wire.code_action_resolve_async(fix)
    (change,) = fix.edit.document_changes
    (edit,) = change.edits
    assert change.text_document.version == 1
    assert edit.range == types.Range(where, types.Position(3, column + 3))
    assert edit.new_text == "web"
