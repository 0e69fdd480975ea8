"""Diagnostics: pushed or pulled, versioned, cleared, for all kinds of files."""

import json

import pytest
from lsprotocol import types

from netpol_lsp.project import edit_limits

pytestmark = pytest.mark.asyncio

PULL = {"textDocument": {"diagnostic": {"dynamicRegistration": False}}}
BAD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {annotations: {note: "商店 🎉"}, name: web, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [ingress]
"""


def codes(items):
    return [item["code"] for item in items]


async def test_a_finding_stands_on_its_token(editor, policy):
    document = editor.open(policy.replace("[Ingress]", "[ingress]"))
    (finding,) = [item for item in await editor.diagnostics(document) if item["code"] == "NP105"]
    assert document.slice(finding["range"]) == "ingress"
    assert finding["severity"] == 1
    assert finding["source"] == "netpol-lint"
    assert finding["codeDescription"]["href"].endswith("docs/rules/NP105.md")
    assert finding["data"] == {"name": "unsupported-value", "category": "api"}


async def test_a_finding_behind_wide_letters_stands_on_its_token(editor, policy):
    document = editor.open(policy.replace("name: web,", "name: Web_,"))
    (finding,) = [item for item in await editor.diagnostics(document) if item["code"] == "NP106"]
    assert document.slice(finding["range"]) == "Web_"


async def test_a_finding_in_a_later_document_stands_on_its_token(editor, policy):
    document = editor.open(f"{policy}---\n{BAD}")
    (finding,) = [item for item in await editor.diagnostics(document) if item["code"] == "NP105"]
    assert document.slice(finding["range"]) == "ingress"
    document.edit(0, 0, "# one more line\n")
    (moved,) = [item for item in await editor.diagnostics(document) if item["code"] == "NP105"]
    assert document.slice(moved["range"]) == "ingress"
    assert moved["range"]["start"]["line"] == finding["range"]["start"]["line"] + 1
    assert {**moved, "range": 0} == {**finding, "range": 0}


async def test_related_places_move_with_their_document(editor):
    twice = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: b}\nspec:\n  podSelector: {}\n  podSelector: {}\n"
    document = editor.open(f"a: 1\n---\n{twice}")
    found = [item for item in await editor.diagnostics(document) if item.get("relatedInformation")]
    assert found
    document.edit(0, 0, "\n\n")
    again = [item for item in await editor.diagnostics(document) if item.get("relatedInformation")]
    for before, after in zip(found, again, strict=True):
        (one,), (other,) = before["relatedInformation"], after["relatedInformation"]
        assert one["location"]["uri"] == other["location"]["uri"] == document.uri
        assert one["location"]["range"]["start"]["line"] + 2 == other["location"]["range"]["start"]["line"]
        assert document.slice(other["location"]["range"]).startswith("podSelector")


async def test_each_version_is_reported_and_named(editor, policy):
    document = editor.open(policy)
    at = policy.index("Ingress]")
    assert await editor.diagnostics(document) == []
    document.edit(at, at + 1, "i")
    assert "NP105" in codes(await editor.diagnostics(document))
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


async def test_only_what_the_client_understands_is_sent(make_editor):
    editor = make_editor()
    plain = {"relatedInformation": False, "codeDescriptionSupport": False, "dataSupport": False, "tagSupport": None}
    await editor.start(capabilities={"textDocument": {"publishDiagnostics": plain}})
    document = editor.open(BAD.replace("podSelector: {}\n", "podSelector: {}\n  podSelector: {}\n"))
    for item in await editor.diagnostics(document):
        assert set(item) <= {"range", "severity", "code", "source", "message"}


@pytest.mark.parametrize(
    "text", ["", "a: 1\n", "kind: Deployment\nmetadata: {name: x}\n", "# just a note\n", "{", "\t"]
)
async def test_files_of_others_get_nothing(editor, text):
    document = editor.open(text)
    await editor.quiet()
    assert editor.published(document.uri) == []


async def test_a_file_that_is_no_longer_ours_is_cleared(editor):
    document = editor.open(BAD)
    assert await editor.diagnostics(document)
    document.replace("kind: ConfigMap\n")
    assert await editor.diagnostics(document) == []


async def test_json(editor):
    manifest = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "中🎉"},
        "spec": {"podSelector": {}, "policyTypes": ["egress"]},
    }
    document = editor.open(json.dumps(manifest, ensure_ascii=False), uri="file:///ws/web.json", language="json")
    (finding,) = [item for item in await editor.diagnostics(document) if item["code"] == "NP105"]
    assert document.slice(finding["range"]) == '"egress"'


async def test_helm_templates_are_judged_where_they_are_known(editor):
    document = editor.open(
        'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {{ include "x.name" . }} # 🎉\nspec:\n'
        "  podSelector: {matchLabels: {app: {{ .Values.app }}}}\n  {{- if .Values.egress }}\n  policyTypes: [egress]\n  {{- end }}\n",
        language="helm",
    )
    found = await editor.diagnostics(document)
    assert codes(found) == ["NP105"]
    assert document.slice(found[0]["range"]) == "egress"


@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "vscode-remote://host/ws/a.yaml", "inmemory:/x", "file:///ws/%E4%B8%AD%20a.yaml"]
)
async def test_documents_of_any_kind_of_address(editor, uri):
    document = editor.open(BAD, uri=uri)
    assert "NP105" in codes(await editor.diagnostics(document))


async def test_a_byte_order_mark_shifts_nothing(editor):
    document = editor.open("\ufeff" + BAD.replace("apiVersion: networking.k8s.io/v1", "apiVersion: extensions/v1beta1"))
    found = await editor.diagnostics(document)
    assert any(document.slice(item["range"]) == "extensions/v1beta1" for item in found)
    at = document.text.index("ingress]")
    document.edit(at, at + 1, "I")
    assert "NP105" not in codes(await editor.diagnostics(document))


async def test_closing_a_file_that_is_gone_clears_it(editor):
    document = editor.open(BAD)
    assert await editor.diagnostics(document)
    document.close()
    assert editor.published(document.uri)[-1] == {"uri": document.uri, "diagnostics": []}


async def test_closing_a_file_falls_back_to_the_disk(editor, tmp_path, policy):
    path = tmp_path / "web.yaml"
    path.write_text(BAD)
    document = editor.open(policy.replace("[Ingress]", "[INGRESS]"), uri=path.as_uri())
    (unsaved,) = [item for item in await editor.diagnostics(document) if item["code"] == "NP105"]
    document.close()
    last = editor.published(document.uri)[-1]
    assert "version" not in last
    (saved,) = [item for item in last["diagnostics"] if item["code"] == "NP105"]
    assert saved["message"] != unsaved["message"]
    path.unlink()
    editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": 3}]})
    assert editor.published(document.uri)[-1]["diagnostics"] == []


async def test_nothing_is_published_for_a_version_that_was_closed(editor):
    document = editor.open(BAD)
    document.close()
    await editor.quiet()
    assert editor.published(document.uri) == []


@pytest.mark.parametrize(("limit", "most"), [("MAX_LENGTH", 100), ("MAX_DOCUMENTS", 0)])
async def test_a_text_that_is_too_large_is_left_alone(editor, monkeypatch, limit, most):
    monkeypatch.setattr(edit_limits, limit, most)
    document = editor.open(f"{BAD}---\n")
    (note,) = await editor.diagnostics(document)
    assert "netpol-lint" in note["message"]
    document.edit(0, 1, "A")
    assert len(await editor.diagnostics(document)) == 1
    document.replace("kind: x\n")
    assert await editor.diagnostics(document) == []


async def test_a_rule_that_crashes_is_a_finding(editor, policy, monkeypatch):
    from netpol_lsp.lint import plan, registry
    from netpol_lsp.lint.rule import DocumentRule

    def crash(ctx):
        raise ValueError("boom")
        yield

    rules = [DocumentRule(rule.info, crash) if rule.info.code == "NP106" else rule for rule in registry.all_rules()]
    monkeypatch.setattr(plan, "all_rules", lambda: tuple(rules))
    document = editor.open(policy)
    found = await editor.diagnostics(document)
    assert codes(found) == ["NP990"]
    assert "NP106" in found[0]["message"]


async def test_identical_documents_each_have_their_findings(editor):
    document = editor.open("---\n".join([BAD] * 3))
    found = [item for item in await editor.diagnostics(document) if item["code"] == "NP105"]
    assert [item["range"]["start"]["line"] for item in found] == [5, 12, 19]


async def pull(editor, document, previous=None):
    params = {"textDocument": {"uri": document.uri}}
    return await editor.request(
        "textDocument/diagnostic", params | ({"previousResultId": previous} if previous else {})
    )


async def pulling(make_editor, encoding="utf-16", **more):
    editor = make_editor(encoding)
    answer = await editor.start(capabilities=PULL, **more)
    return editor, answer["capabilities"]


async def test_who_pulls_gets_nothing_pushed(make_editor, encoding):
    editor, capabilities = await pulling(make_editor, encoding)
    assert capabilities["diagnosticProvider"]["workspaceDiagnostics"] is True
    document = editor.open(BAD)
    report = await pull(editor, document)
    assert report["kind"] == "full"
    (finding,) = [item for item in report["items"] if item["code"] == "NP105"]
    assert document.slice(finding["range"]) == "ingress"
    await editor.quiet()
    assert editor.published(document.uri) == []


async def test_who_does_not_pull_is_not_offered_it(make_editor):
    editor = make_editor()
    assert "diagnosticProvider" not in (await editor.start())["capabilities"]


async def test_an_answer_that_is_the_same_is_not_sent_again(make_editor):
    editor, _ = await pulling(make_editor)
    document = editor.open(BAD)
    first = await pull(editor, document)
    assert await pull(editor, document, first["resultId"]) == {"kind": "unchanged", "resultId": first["resultId"]}
    document.edit(len(document.text), len(document.text), "# a note\n")
    assert (await pull(editor, document, first["resultId"]))["kind"] == "unchanged"
    document.replace(BAD.replace("[ingress]", "[Ingress]"))
    second = await pull(editor, document, first["resultId"])
    assert second["kind"] == "full"
    assert "NP105" not in codes(second["items"])


async def test_pulling_for_the_workspace(make_editor, policy):
    editor, _ = await pulling(make_editor)
    named = policy.replace("name: web", "name: good")  # two policies of one name would be one
    bad, good = editor.open(BAD, uri="file:///ws/bad.yaml"), editor.open(named, uri="file:///ws/good.yaml")
    first = (await editor.request("workspace/diagnostic", {"previousResultIds": []}))["items"]
    by_uri = {item["uri"]: item for item in first}
    assert "NP105" in codes(by_uri[bad.uri]["items"])
    assert by_uri[good.uri]["items"] == []
    assert by_uri[good.uri]["version"] == 1
    known = [{"uri": item["uri"], "value": item["resultId"]} for item in first]
    bad.close()
    second = (await editor.request("workspace/diagnostic", {"previousResultIds": known}))["items"]
    by_uri = {item["uri"]: item for item in second}
    assert by_uri[good.uri]["kind"] == "unchanged"
    assert by_uri[bad.uri]["items"] == []


async def test_a_change_while_a_report_is_made_is_in_the_report(make_editor, monkeypatch):
    from netpol_lsp.lsp.state import scheduler

    monkeypatch.setattr(scheduler, "TURN", -1.0)  # somebody else has a turn after each step
    editor, _ = await pulling(make_editor)
    document = editor.open("---\n".join([BAD] * 4))
    number = editor.post("textDocument/diagnostic", {"textDocument": {"uri": document.uri}})
    document.replace(BAD.replace("[ingress]", "[egress]"))
    report = (await editor.answer(number))["result"]
    (finding,) = [item for item in report["items"] if item["code"] == "NP105"]
    assert "egress" in finding["message"]


async def test_typing_while_a_big_file_is_checked(editor, monkeypatch):
    from netpol_lsp.lsp.state import scheduler

    monkeypatch.setattr(scheduler, "TURN", -1.0)
    document = editor.open("---\n".join([BAD] * 4))
    at = document.text.index("ingress")
    for _ in range(3):
        document.edit(at, at + 1, "I" if document.text[at] == "i" else "i")
        assert await editor.at("textDocument/hover", document, document.position(at))
    found = [item for item in await editor.diagnostics(document) if item["code"] == "NP105"]
    assert len(found) == 3
    assert editor.published(document.uri)[-1]["version"] == 4


async def test_over_the_wire(wire):
    uri = "file:///ws/web.yaml"
    document = types.TextDocumentItem(uri, "yaml", 1, BAD.replace("name: web", "name: Web_"))
    wire.text_document_did_open(types.DidOpenTextDocumentParams(document))
    await wire.until(lambda: uri in wire.diagnostics)
    by_code = {item.code: item for item in wire.diagnostics[uri]}
    assert by_code["NP105"].range == types.Range(types.Position(5, 16), types.Position(5, 23))
    column = len('metadata: {annotations: {note: "商店 🎉"}, name: '.encode(wire.encoding)) // (
        1 if wire.encoding == "utf-8" else 2
    )
    column -= wire.encoding == "utf-16"  # Python writes a byte order mark
    assert by_code["NP106"].range.start == types.Position(2, column)
    assert wire.published[-1].version == 1
    change = types.TextDocumentContentChangePartial(by_code["NP106"].range, "web")
    wire.text_document_did_change(
        types.DidChangeTextDocumentParams(types.VersionedTextDocumentIdentifier(2, uri), [change])
    )
    await wire.until(lambda: wire.published[-1].version == 2)
    assert "NP106" not in {item.code for item in wire.diagnostics[uri]}
    wire.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))
    await wire.until(lambda: not wire.diagnostics[uri])
