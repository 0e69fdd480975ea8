"""Two ways to the language server: an editor in this process (fast), and a client over the wire."""

import asyncio
import json
import logging
import sys
from functools import cache
from itertools import count

import pytest
import pytest_asyncio
import pytest_lsp
from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import ClientServerConfig, LanguageClient, make_test_lsp_client

from netpol_lsp.lsp.server import NetpolServer
from netpol_lsp.lsp.state.scheduler import _running
from netpol_lsp.text.source import LineIndex

ENCODINGS = ("utf-8", "utf-16", "utf-32")
PATIENCE = 30  # seconds until a condition that does not come is a failure

POLICY = """\
# 前端的策略 🎉 front end
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {annotations: {note: "商店 🎉"}, name: web, namespace: shop} # 名字
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector: {matchLabels: {team: blue}}
          podSelector: {matchLabels: {app: shop}}
      ports:
        - {protocol: TCP, port: 8080}
"""

# What VS Code offers, in the parts that we use.
CAPABILITIES = {
    "general": {"positionEncodings": ["utf-16"]},
    "workspace": {
        "configuration": True,
        "workspaceFolders": True,
        "workspaceEdit": {"documentChanges": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
        "didChangeConfiguration": {"dynamicRegistration": True},
        "diagnostics": {"refreshSupport": True},
        "inlayHint": {"refreshSupport": True},
        "codeLens": {"refreshSupport": True},
        "fileOperations": {"didRename": True, "didDelete": True},
    },
    "textDocument": {
        "publishDiagnostics": {
            "relatedInformation": True,
            "versionSupport": True,
            "codeDescriptionSupport": True,
            "dataSupport": True,
            "tagSupport": {"valueSet": [1, 2]},
        },
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor", "source"]}},
            "resolveSupport": {"properties": ["edit"]},
            "dataSupport": True,
            "isPreferredSupport": True,
        },
        "completion": {
            "completionItem": {
                "snippetSupport": True,
                "documentationFormat": ["markdown"],
                "insertReplaceSupport": True,
                "commitCharactersSupport": True,
                "deprecatedSupport": True,
                "preselectSupport": True,
                "tagSupport": {"valueSet": [1]},
                "labelDetailsSupport": True,
            }
        },
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "documentLink": {"tooltipSupport": True},
        "foldingRange": {},
        "inlayHint": {},
    },
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
}

# Making a converter costs more than most tests: all servers of this process share one.
converter = cache(default_converter)


def merged(base, extra):
    """`base` with the dictionaries of `extra` laid over it."""
    result = dict(base)
    for key, value in extra.items():
        known = result.get(key)
        result[key] = merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return result


async def up_to_date(condition):
    """Wait until a condition holds, letting everything else run meanwhile."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - it lets the other tasks run, it does not wait
            await asyncio.sleep(0)


class Document:
    """An open document as an editor knows it."""

    def __init__(self, editor, uri, text):
        self.editor, self.uri, self.text, self.version = editor, uri, text, 1

    def position(self, offset):
        """The position of an offset of the text."""
        line, character = LineIndex(self.text).position(offset, self.editor.encoding)
        return {"line": line, "character": character}

    def at(self, needle, shift=0):
        """The position of a piece of the text, which must stand there once."""
        assert self.text.count(needle) == 1, needle
        return self.position(self.text.index(needle) + shift)

    def range(self, start, end):
        """The range of two offsets."""
        return {"start": self.position(start), "end": self.position(end)}

    def range_of(self, needle):
        """The range of a piece of the text, which must stand there once."""
        assert self.text.count(needle) == 1, needle
        start = self.text.index(needle)
        return self.range(start, start + len(needle))

    def slice(self, where):
        """The text of a range."""
        return self.text[self._offset(where["start"]) : self._offset(where["end"])]

    def edit(self, start, end, text):
        """Replace a piece of the text, as a keystroke does."""
        change = {"range": self.range(start, end), "text": text}
        self.text = self.text[:start] + text + self.text[end:]
        self._send([change])

    def replace(self, text):
        """Another text as a whole."""
        self.text = text
        self._send([{"text": text}])

    def applied(self, edits):
        """The text with edits of the protocol made."""
        result = self.text
        spans = [(self._offset(e["range"]["start"]), self._offset(e["range"]["end"]), e["newText"]) for e in edits]
        for start, end, new in sorted(spans, reverse=True):
            result = result[:start] + new + result[end:]
        return result

    def close(self):
        """Close it."""
        self.editor.notify("textDocument/didClose", {"textDocument": {"uri": self.uri}})

    def _offset(self, position):
        return LineIndex(self.text).offset(position["line"], position["character"], self.editor.encoding)

    def _send(self, changes):
        self.version += 1
        document = {"uri": self.uri, "version": self.version}
        self.editor.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})


class Editor:
    """A client in this process: what it receives is what the wire would carry."""

    def __init__(self, encoding="utf-16"):
        self.encoding = encoding
        self.server = NetpolServer(converter)
        self.sent = []
        self.configuration = None
        self.refusals = {}
        self._ids = count(1)
        self.server.protocol.connect(self._receive)

    async def start(self, folder=None, capabilities=None, **params):
        """Initialize; gives the server's answer."""
        offered = merged(CAPABILITIES, {"general": {"positionEncodings": [self.encoding]}})
        folders = [{"uri": folder.as_uri(), "name": "ws"}] if folder else None
        root = folder.as_uri() if folder else None
        answer = await self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": root,
                "workspaceFolders": folders,
                "capabilities": merged(offered, capabilities or {}),
                **params,
            },
        )
        self.notify("initialized", {})
        return answer

    def notify(self, method, params):
        """Send a notification."""
        self.server.protocol.receive(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}).encode())

    def post(self, method, params):
        """Send a request; gives its id."""
        number = next(self._ids)
        body = {"jsonrpc": "2.0", "id": number, "method": method}
        if params is not None:
            body["params"] = params
        self.server.protocol.receive(json.dumps(body).encode())
        return number

    async def answer(self, number):
        """The whole answer to a request."""
        await up_to_date(lambda: any(item.get("id") == number and "method" not in item for item in self.sent))
        return next(item for item in self.sent if item.get("id") == number and "method" not in item)

    async def request(self, method, params):
        """The result of a request, which must not fail."""
        answer = await self.answer(self.post(method, params))
        assert "error" not in answer, answer
        return answer["result"]

    def open(self, text=POLICY, uri="file:///ws/web.yaml", language="yaml"):
        """Open a document."""
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return Document(self, uri, text)

    async def quiet(self):
        """Wait until the server has nothing left to do."""
        server = self.server
        await up_to_date(
            lambda: (
                server.services.files.is_idle
                and server.services.sync.index.is_ready
                and server.services.sync.context.is_ready
                and server.services.sync.rendering.is_ready
                and server.services.scheduler.is_idle
            )
        )

    async def until(self, condition):
        """Wait until a condition holds."""
        await up_to_date(condition)

    def published(self, uri):
        """What was published for a document, in order."""
        messages = (item for item in self.sent if item.get("method") == "textDocument/publishDiagnostics")
        return [item["params"] for item in messages if item["params"]["uri"] == uri]

    async def diagnostics(self, document):
        """The findings that the editor shows for a document's newest version."""
        await self.quiet()
        published = self.published(document.uri)
        return published[-1]["diagnostics"] if published else []

    async def at(self, method, document, position, **more):
        """The result of a request about a position."""
        return await self.request(method, {"textDocument": {"uri": document.uri}, "position": position, **more})

    def requests(self, method):
        """The requests of the server with this method."""
        return [item for item in self.sent if item.get("method") == method]

    def _receive(self, body):
        message = json.loads(body)
        self.sent.append(message)
        if "method" in message and "id" in message:
            asyncio.get_running_loop().call_soon(self._answer, message)

    def _answer(self, message):
        method = message["method"]
        if method in self.refusals:
            answer = {"error": {"code": -32601, "message": self.refusals[method]}}
        else:
            answer = {"result": [self.configuration] if method == "workspace/configuration" else None}
        body = json.dumps({"jsonrpc": "2.0", "id": message["id"], **answer}).encode()
        self.server.protocol.receive(body)


@pytest.fixture(params=ENCODINGS)
def encoding(request):
    """Each way to count columns."""
    return request.param


@pytest.fixture
def policy():
    """A policy without findings, with letters of one to four bytes in front of what is interesting."""
    return POLICY


@pytest.fixture
def make_editor(caplog):
    """Makes editors; what a server logs as an error fails the test, unless it says otherwise."""
    editors = []

    def make(encoding="utf-16"):
        editors.append(Editor(encoding))
        return editors[-1]

    yield make
    for task in tuple(_running):
        task.cancel()
    for editor in editors:
        editor.server.services.log.close()
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert not errors or getattr(caplog, "errors_are_fine", False), errors


@pytest_asyncio.fixture
async def editor(make_editor, encoding):
    """An initialized editor without a workspace, in each encoding."""
    editor = make_editor(encoding)
    await editor.start()
    return editor


class WireClient(LanguageClient):
    """Records all that arrives and wakes who waits for it."""


def _make_wire_client():
    client = make_test_lsp_client()
    client.arrived = asyncio.Event()
    client.published = []

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(params: types.RegistrationParams):
        client.registrations = params.registrations

    def publish(params: types.PublishDiagnosticsParams):
        client.published.append(params)
        client.diagnostics[params.uri] = params.diagnostics
        client.arrived.set()

    client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = publish

    async def until(condition):
        async with asyncio.timeout(PATIENCE):
            while not condition():
                client.arrived.clear()
                await client.arrived.wait()

    client.until = until
    return client


COMMAND = [sys.executable, "-W", "error", "-m", "netpol_lsp.lsp.main"]


@pytest_lsp.fixture(
    params=["utf-8", "utf-16"],
    config=ClientServerConfig(server_command=COMMAND, client_factory=_make_wire_client),
)
async def wire(request, lsp_client: LanguageClient):
    """A client over standard input and output, in both encodings that editors use."""
    converter = lsp_client.protocol._converter
    offered = merged(CAPABILITIES, {"general": {"positionEncodings": [request.param]}})
    params = types.InitializeParams(
        capabilities=converter.structure(offered, types.ClientCapabilities),
        workspace_folders=[types.WorkspaceFolder("file:///ws", "ws")],
    )
    lsp_client.encoding = request.param
    await lsp_client.initialize_session(params)
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def read_workspace(make_editor, tmp_path):
    """Starts an editor in a folder of files, opens one of them, and waits until the folder has been read."""

    async def start(files, name, encoding="utf-16", capabilities=None):
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        editor = make_editor(encoding)
        await editor.start(tmp_path, capabilities)
        document = editor.open(files[name], (tmp_path / name).as_uri())
        await editor.until(lambda: editor.server.services.session.workspace.is_complete)
        await editor.quiet()
        return editor, document

    return start
