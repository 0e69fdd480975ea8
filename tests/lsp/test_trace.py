"""What a client reads of the server's work: warnings in its log, the rest in its trace, when it wants one."""

import logging
import re
import threading

import pytest

from tests.builders import HEAD

pytestmark = pytest.mark.asyncio

POLICY = HEAD + "spec: {podSelector: {}, policyTypes: [Ingress]}\n"


def traced(editor):
    return [item["params"] for item in editor.sent if item.get("method") == "$/logTrace"]


def messages(editor):
    return [item["message"] for item in traced(editor)]


def logged(editor):
    return [item["params"] for item in editor.sent if item.get("method") == "window/logMessage"]


async def hover(editor, document):
    await editor.at("textDocument/hover", document, {"line": 0, "character": 0})


async def test_nothing_is_traced_unless_it_is_wanted(make_editor):
    editor = make_editor()
    await editor.start()
    await hover(editor, editor.open(POLICY))
    await editor.quiet()
    assert traced(editor) == []


async def test_each_operation_is_a_line_with_its_duration(make_editor, tmp_path):
    (tmp_path / ".netpol-lint.yaml").write_text("context: [cluster.yaml]\n")
    (tmp_path / "cluster.yaml").write_text(POLICY)
    (tmp_path / "web.yaml").write_text(POLICY)
    editor = make_editor()
    await editor.start(tmp_path, trace="messages")
    document = editor.open(POLICY, uri=(tmp_path / "web.yaml").as_uri())
    await editor.quiet()
    await hover(editor, document)
    for wanted in (
        r"reading of the workspace: [\d.]+ ms, files with policies: 2",
        r"reading of the context: [\d.]+ ms, files with policies: 1",
        r"check of web\.yaml: [\d.]+ ms",
        r"textDocument/didOpen: [\d.]+ ms",
        r"textDocument/hover: [\d.]+ ms",
    ):
        assert any(re.fullmatch(wanted, message) for message in messages(editor)), (wanted, messages(editor))
    assert all(set(item) == {"message"} for item in traced(editor)), "details are for who wants them"


async def test_verbose_adds_details(make_editor):
    editor = make_editor()
    await editor.start()
    editor.notify("$/setTrace", {"value": "verbose"})
    document = editor.open(POLICY + "# x\n" * 500)
    await editor.quiet()
    await hover(editor, document)
    by_name = {item["message"].partition(":")[0]: item.get("verbose", "") for item in traced(editor)}
    assert document.uri in by_name["check of web.yaml"]
    assert "version: 1" in by_name["check of web.yaml"]
    assert document.uri in by_name["textDocument/hover"]
    assert "\nanswer: " in by_name["textDocument/hover"]
    opened = by_name["textDocument/didOpen"]
    assert len(opened) < 1000, "a file is not sent back as a whole"
    assert re.search(r"\.\.\. \(\d+ characters\)$", opened)


async def test_a_request_that_fails_is_traced_with_its_error(make_editor, caplog):
    editor = make_editor()
    await editor.start(trace="messages")
    await editor.answer(editor.post("textDocument/unheardOf", {}))
    assert any(re.fullmatch(r"textDocument/unheardOf: [\d.]+ ms, error -32601", one) for one in messages(editor))
    await editor.answer(editor.post("textDocument/hover", {"textDocument": 5}))
    assert any("textDocument/hover cannot be understood" in one for one in messages(editor))
    caplog.errors_are_fine = True


async def test_a_request_that_is_cancelled_is_traced_as_such(make_editor):
    editor = make_editor()
    await editor.start(capabilities={"textDocument": {"diagnostic": {}}}, trace="messages")
    document = editor.open(POLICY)
    number = editor.post("textDocument/diagnostic", {"textDocument": {"uri": document.uri}})
    editor.notify("$/cancelRequest", {"id": number})
    await editor.answer(number)
    assert any(re.fullmatch(r"textDocument/diagnostic: [\d.]+ ms, error -32800", one) for one in messages(editor))
    assert not editor.server.protocol._running


async def test_the_trace_ends_when_it_is_turned_off(make_editor):
    editor = make_editor()
    await editor.start(trace="verbose")
    document = editor.open(POLICY)
    await editor.quiet()
    editor.notify("$/setTrace", {"value": "off"})
    before = len(traced(editor))
    await hover(editor, document)
    document.edit(0, 0, "# more\n")
    await editor.quiet()
    assert len(traced(editor)) == before


@pytest.mark.parametrize("trace", ["off", "messages", "verbose"])
async def test_warnings_go_to_the_log_in_any_case(make_editor, trace, caplog):
    caplog.errors_are_fine = True
    editor = make_editor()
    await editor.start(trace=trace)
    logger = logging.getLogger("netpol_lsp.test")
    logger.info("a word")
    logger.warning("take care")
    logger.error("it broke")
    assert [item for item in logged(editor) if item["message"] in ("a word", "take care", "it broke")] == [
        {"type": 2, "message": "take care"},
        {"type": 1, "message": "it broke"},
    ]
    assert ("a word" in messages(editor)) is (trace != "off")
    assert not editor.requests("window/showMessage")


async def test_what_a_thread_logs_waits_for_its_turn(make_editor):
    editor = make_editor()
    await editor.start()
    thread = threading.Thread(target=logging.getLogger("netpol_lsp.test").warning, args=("from a thread",))
    thread.start()
    thread.join()
    assert logged(editor) == [], "messages of two threads would mix on the wire"
    await editor.until(lambda: logged(editor))
    assert logged(editor) == [{"type": 2, "message": "from a thread"}]


async def test_a_value_that_does_not_exist_is_no_end(make_editor, caplog):
    caplog.errors_are_fine = True
    editor = make_editor()
    await editor.start()
    editor.notify("$/setTrace", {"value": "loud"})
    await hover(editor, editor.open(POLICY))
    assert traced(editor) == []


async def test_over_the_wire(wire):
    from lsprotocol import types

    lines = []

    def log_trace(params: types.LogTraceParams):
        lines.append(params)
        wire.arrived.set()

    wire.protocol.fm.features[types.LOG_TRACE] = log_trace
    wire.set_trace(types.SetTraceParams(types.TraceValue.Verbose))
    position = types.Position(0, 0)
    await wire.text_document_hover_async(types.HoverParams(types.TextDocumentIdentifier("file:///x.yaml"), position))
    await wire.until(lambda: any(one.message.startswith("textDocument/hover: ") for one in lines))
    assert any("file:///x.yaml" in (one.verbose or "") for one in lines)
