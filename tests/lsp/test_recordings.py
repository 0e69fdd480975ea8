"""What real clients sent, sent again: `recordings/` has each message of Kate, coc.nvim and lsp-mode as it came.

They were taken with `recordings/record.py`. `{root}` and `{path}` are the workspace's folder,
`{rules}` that of the rules' pages.
"""

import json
from pathlib import Path

import pytest

from netpol_lsp.lsp.state.diagnostic_render import rule_page
from netpol_lsp.text.source import LineIndex

pytestmark = pytest.mark.asyncio

HERE = Path(__file__).parent / "recordings"
FILES = sorted(HERE.glob("*.json"))


class Client:
    """Sends a recording; `answers` are the results in order, with the request that each belongs to."""

    def __init__(self, editor, folder, name):
        rules = rule_page("NP105").rpartition("/")[0]
        text = (HERE / f"{name}.json").read_text("utf-8")
        for placeholder, value in (("{root}", folder.as_uri()), ("{path}", str(folder)), ("{rules}", rules)):
            text = text.replace(placeholder, value)
        self.editor, self.messages = editor, json.loads(text)["messages"]
        self.answers, self.text = [], ""

    async def replay(self):
        editor = self.editor
        for message in self.messages:
            method, params = message["method"], message.get("params")
            if method == "textDocument/didOpen":
                self.text = params["textDocument"]["text"]
            if "id" in message:
                await editor.quiet()
                if method == "codeAction/resolve":
                    params = next(
                        one for one in self.results("textDocument/codeAction")[-1] if one["title"] == params["title"]
                    )
                self.answers.append((method, params, await editor.request(method, params)))
            else:
                editor.notify(method, params)
        await editor.quiet()

    def results(self, method):
        return [result for name, _, result in self.answers if name == method]

    def applied(self, actions):
        """The opened text after all edits of some actions, as a client that applies whatever it gets makes them."""
        text = self.text
        for action in actions:
            edit = action["edit"]
            changes = edit.get("changes") or {
                one["textDocument"]["uri"]: one["edits"] for one in edit["documentChanges"]
            }
            lines = LineIndex(text)
            (edits,) = changes.values()
            for one in sorted(edits, key=lambda item: str(item["range"]), reverse=True):
                start, end = (
                    lines.offset(where["line"], where["character"], self.editor.encoding)
                    for where in (one["range"]["start"], one["range"]["end"])
                )
                text = text[:start] + one["newText"] + text[end:]
        return text


@pytest.fixture
def replayed(make_editor, tmp_path):
    async def replay(name):
        client = Client(make_editor(), tmp_path, name)
        await client.replay()
        return client

    return replay


@pytest.mark.parametrize("name", [file.stem for file in FILES])
async def test_nothing_that_a_client_sends_is_an_error(replayed, name):
    client = await replayed(name)
    assert client.answers
    shown = [
        one for one in client.editor.sent if one.get("method") in ("window/showMessage", "window/showMessageRequest")
    ]
    assert shown == []
    errors = [one["params"] for one in client.editor.sent if one.get("method") == "window/logMessage"]
    assert [one for one in errors if one["type"] <= 2] == []


@pytest.mark.parametrize("name", [file.stem for file in FILES])
async def test_a_recording_is_worth_replaying(name):
    data = json.loads((HERE / f"{name}.json").read_text("utf-8"))
    methods = [message["method"] for message in data["messages"]]
    assert methods[0] == "initialize"
    assert "textDocument/codeAction" in methods
    asked = [message["params"] for message in data["messages"] if message["method"] == "textDocument/codeAction"]
    assert any(params["context"]["diagnostics"] for params in asked)


async def test_kate_fixes_the_finding_and_nothing_else(replayed):
    """It sends the whole document's range, the finding in the context, and applies every action of the answer."""
    client = await replayed("kate")
    ((_, params, actions),) = [answer for answer in client.answers if answer[0] == "textDocument/codeAction"]
    assert params["range"]["start"] == {"line": 0, "character": 0}
    assert [action["kind"] for action in actions] == ["quickfix"]
    assert client.applied(actions) == client.text.replace("[Ingres]", "[Ingress]")


async def test_kate_is_offered_what_may_be_written(replayed):
    completions = (await replayed("kate")).results("textDocument/completion")
    assert "matchExpressions" in {item["label"] for item in completions[-1]["items"]}


async def test_coc_fixes_what_it_names_and_all_that_is_safe(replayed):
    client = await replayed("coc")
    at_cursor, *_, fix_all = client.results("textDocument/codeAction")
    assert [action["title"] for action in at_cursor] == ["Write `Ingress` (unsafe)"]
    assert [action["kind"] for action in fix_all] == ["source.fixAll.netpol"]
    (resolved,) = client.results("codeAction/resolve")
    assert client.applied([resolved]) == client.text.replace("tcp", "TCP")


async def test_coc_is_offered_what_is_in_its_range(replayed):
    """coc sends all findings of the range along: their fixes are answered, and nothing that silences them."""
    whole_file = (await replayed("coc")).results("textDocument/codeAction")[2]
    assert {action["title"] for action in whole_file} == {"Write `TCP`", "Write `Ingress` (unsafe)"}


async def test_lsp_mode_has_a_menu_and_gets_everything(replayed):
    """Its page sets codeActionMenu; the empty settings that it answers with later do not take that back."""
    client = await replayed("lsp-mode")
    (actions,) = client.results("textDocument/codeAction")
    assert [action["title"] for action in actions] == ["Write `Ingress` (unsafe)", "Fix all safe problems in this file"]


async def test_lsp_mode_s_own_language_ids_are_served(replayed):
    client = await replayed("lsp-mode")
    (opened,) = [one["params"] for one in client.messages if one["method"] == "textDocument/didOpen"]
    assert opened["textDocument"]["languageId"] not in ("yaml", "json")
    (hover,) = client.results("textDocument/hover")
    assert "NP105" in hover["contents"]["value"]
