"""Clients that count bytes and cannot negotiate it say so in their initialization options."""

import pytest

pytestmark = pytest.mark.asyncio

LINE = '{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a, annotations: {note: "前端 🚀"}}, spec: {podSelector: {}, policyTypes: [ingress]}}\n'


async def finding_of(editor):
    document = editor.open(LINE)
    (finding,) = [item for item in await editor.diagnostics(document) if item["code"] == "NP105"]
    return document, finding


@pytest.mark.parametrize("counted", ["utf-8", "utf-16", "utf-32"])
async def test_the_option_outweighs_what_was_agreed(make_editor, counted):
    editor = make_editor("utf-16")
    await editor.start(initializationOptions={"positionEncoding": counted})
    editor.encoding = counted
    document, finding = await finding_of(editor)
    assert document.slice(finding["range"]) == "ingress"
    context = {"diagnostics": [], "only": ["quickfix"]}
    actions = await editor.request(
        "textDocument/codeAction",
        {"textDocument": {"uri": document.uri}, "range": finding["range"], "context": context},
    )
    resolved = await editor.request("codeAction/resolve", actions[0])
    (change,) = resolved["edit"]["documentChanges"]
    assert document.applied(change["edits"]) == LINE.replace("ingress", "Ingress")


@pytest.mark.parametrize("nonsense", ["utf-7", 8, None, ["utf-8"], {}])
async def test_nonsense_is_ignored(make_editor, nonsense):
    editor = make_editor("utf-16")
    await editor.start(initializationOptions={"positionEncoding": nonsense})
    document, finding = await finding_of(editor)
    assert document.slice(finding["range"]) == "ingress"
