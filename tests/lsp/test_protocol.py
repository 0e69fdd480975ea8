"""The life cycle, and messages that are not as they should be: an error reply, never silence, never the end."""

import json

import pytest

pytestmark = pytest.mark.asyncio


def body(**data):
    return json.dumps({"jsonrpc": "2.0", **data}).encode()


async def error_of(editor, message, number):
    editor.server.protocol.receive(message)
    return (await editor.answer(number))["error"]["code"]


async def test_requests_before_initialize_are_refused(make_editor):
    editor = make_editor()
    params = {"textDocument": {"uri": "file:///x"}, "position": {"line": 0, "character": 0}}
    assert await error_of(editor, body(id=7, method="textDocument/hover", params=params), 7) == -32002
    editor.open()
    assert editor.published("file:///ws/web.yaml") == []


async def test_a_second_initialize_is_refused(editor):
    assert (
        await error_of(
            editor,
            body(id=70, method="initialize", params={"processId": None, "rootUri": None, "capabilities": {}}),
            70,
        )
        == -32600
    )


async def test_requests_after_shutdown_are_refused(editor):
    document = editor.open()
    assert await editor.request("shutdown", None) is None
    params = {"textDocument": {"uri": document.uri}, "position": {"line": 0, "character": 0}}
    assert await error_of(editor, body(id=70, method="textDocument/hover", params=params), 70) == -32600
    editor.notify("exit", None)
    assert editor.server.protocol.exit_code == 0
    assert editor.server.protocol.stopped.is_set()


async def test_exit_without_shutdown_is_a_failure(editor):
    editor.notify("exit", None)
    assert editor.server.protocol.exit_code == 1


@pytest.mark.parametrize(
    ("message", "number", "code"),
    [
        (b"{ not json", None, -32700),
        (b"\xff\xfe\x00", None, -32700),
        (b"[" * 100_000, None, -32700),
        (b"[]", None, -32600),
        (b'"text"', None, -32600),
        (b"{}", None, -32600),
        (body(id=70, method=5), None, -32600),
        (body(id={"a": 1}, method="textDocument/hover"), None, -32600),
        (b'{"jsonrpc":"1.0","id":70,"method":"shutdown"}', 70, -32600),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"shutdown"}', None, -32600),
        (body(id=70, method="textDocument/unheardOf", params={}), 70, -32601),
        (body(id=70, method="textDocument/hover", params=[1, 2]), 70, -32602),
        (body(id=70, method="textDocument/hover", params="here"), 70, -32602),
        (body(id="seventy", method="textDocument/hover", params={}), "seventy", -32602),
        (body(id=70, method="workspace/diagnostic", params={"previousResultIds": 5}), 70, -32602),
        (body(id=70, method="textDocument/hover", params={}), 70, -32602),
        (body(id=70, method="textDocument/hover"), 70, -32602),
        (body(id=70, method="textDocument/hover", params={"textDocument": {"uri": 5}, "position": "here"}), 70, -32602),
        (body(id=70, method="workspace/executeCommand", params={"command": "rm -rf"}), 70, -32602),
    ],
)
async def test_malformed_messages_get_an_error_reply(editor, message, number, code, caplog):
    caplog.errors_are_fine = True
    editor.server.protocol.receive(message)
    assert (await editor.answer(number))["error"]["code"] == code
    document = editor.open()
    assert (
        await editor.at("textDocument/hover", document, document.at("podSelector: {matchLabels: {app: web")) is not None
    )


async def test_malformed_notifications_are_dropped(editor, caplog):
    caplog.errors_are_fine = True
    before = len(editor.sent)
    editor.notify("textDocument/didOpen", {"textDocument": {"uri": "file:///x"}})
    editor.notify(
        "textDocument/didChange", {"textDocument": {"uri": "file:///nowhere", "version": 1}, "contentChanges": []}
    )
    editor.notify("textDocument/didClose", {"textDocument": {"uri": "file:///nowhere"}})
    editor.notify("$/unheardOf", {"a": 1})
    editor.notify("$/cancelRequest", {"id": 4711})
    for params in (None, [], "x", {}, {"id": None}, {"id": [1]}, {"id": {"a": 1}}):
        message = body(method="$/cancelRequest", params=params)
        editor.server.protocol.glance(message)
        editor.server.protocol.receive(message)
    assert not [record for record in caplog.records if "could not be handled" in record.getMessage()]
    for message in (
        body(id=4711, result=None),
        body(id=4711, error={"code": 1, "message": "no"}),
        body(id=[], result=1),
    ):
        editor.server.protocol.receive(message)
    await editor.quiet()
    assert [item for item in editor.sent[before:] if item.get("method") != "window/logMessage"] == []


@pytest.mark.parametrize(
    "method",
    [
        "textDocument/hover",
        "textDocument/completion",
        "textDocument/codeAction",
        "textDocument/documentSymbol",
        "textDocument/foldingRange",
        "textDocument/selectionRange",
        "textDocument/documentLink",
        "textDocument/inlayHint",
        "textDocument/codeLens",
    ],
)
async def test_requests_about_documents_that_are_not_open_have_empty_answers(editor, method):
    nowhere = {"line": 0, "character": 0}
    span = {"start": nowhere, "end": nowhere}
    params = {
        "textDocument": {"uri": "file:///nowhere.yaml"},
        "position": nowhere,
        "positions": [nowhere],
        "range": span,
        "context": {"diagnostics": [], "triggerKind": 1},
    }
    assert not await editor.request(method, params)


async def test_a_request_that_is_cancelled_while_it_waits_is_not_run(editor):
    document = editor.open()
    params = {"textDocument": {"uri": document.uri}, "position": {"line": 0, "character": 0}}
    request = body(id=70, method="textDocument/hover", params=params)
    cancel = body(method="$/cancelRequest", params={"id": 70})
    # The reader of the wire sees both before the first one's turn has come.
    protocol = editor.server.protocol
    for message in (request, cancel):
        protocol.glance(message)
    for message in (request, cancel):
        protocol.receive(message)
    assert (await editor.answer(70))["error"]["code"] == -32800
    protocol.receive(request)
    assert len([item for item in editor.sent if item.get("id") == 70]) == 2, "the id may be used again"


async def test_a_long_request_can_be_cancelled(make_editor):
    editor = make_editor()
    await editor.start(capabilities={"textDocument": {"diagnostic": {}}})
    for number in range(5):
        editor.open(uri=f"file:///ws/{number}.yaml")
    number = editor.post("workspace/diagnostic", {"previousResultIds": []})
    editor.notify("$/cancelRequest", {"id": number})
    assert (await editor.answer(number))["error"]["code"] == -32800


async def test_a_request_that_was_answered_cannot_be_cancelled(editor):
    document = editor.open()
    number = editor.post(
        "textDocument/hover", {"textDocument": {"uri": document.uri}, "position": document.position(0)}
    )
    await editor.answer(number)
    editor.notify("$/cancelRequest", {"id": number})
    await editor.quiet()
    assert len([item for item in editor.sent if item.get("id") == number and "method" not in item]) == 1
    assert not editor.server.protocol._cancelled


async def test_a_feature_that_crashes_answers_with_an_error(editor, caplog, monkeypatch):
    caplog.errors_are_fine = True
    from netpol_lsp.lsp.features import hover

    def crash(*_args):
        raise ZeroDivisionError("oh")

    document = editor.open()
    params = {"textDocument": {"uri": document.uri}, "position": document.at("podSelector: {matchLabels: {app: web")}
    with monkeypatch.context() as patch:
        patch.setattr(hover, "find_target", crash)
        answer = await editor.answer(editor.post("textDocument/hover", params))
    assert answer["error"]["code"] == -32603
    assert not editor.requests("window/showMessage")
    assert [item["params"]["type"] for item in editor.requests("window/logMessage")][-1] == 1
    assert await editor.request("textDocument/hover", params) is not None


async def test_what_the_client_says_no_to_is_no_error(make_editor):
    editor = make_editor()
    editor.refusals["client/registerCapability"] = "no"
    editor.refusals["workspace/configuration"] = "no"
    await editor.start()
    document = editor.open()
    assert await editor.diagnostics(document) == []


async def test_odd_characters_arrive_and_leave(editor):
    document = editor.open('kind: NetworkPolicy\nmetadata: {name: "\\ud800 🎉"}\nspec: {\ud800x: 1}\n')
    assert await editor.diagnostics(document)
