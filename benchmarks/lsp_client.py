"""A small language client for measuring: drives any server over its standard input and output."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]


class Message(NamedTuple):
    """What a server sent. `at` is when its last byte came (seconds, `time.perf_counter`)."""

    at: float
    content: Json


class ServerEndedError(Exception):
    """The server left, or never answered."""


class LanguageServer:
    """One server process and the conversation with it.

    `settings` answer the server's questions for its configuration, by dotted section. `progress`: when the server said
    what of its work in the background (`begin`, `report`, `end`).
    """

    def __init__(self, command: list[str], settings: Json, *, timeout: float = 60) -> None:
        self.settings = settings
        self.timeout = timeout
        self.received = 0
        self.capabilities: Json = {}
        self.progress: list[tuple[float, str]] = []
        self._inbox: queue.Queue[Message | None] = queue.Queue()
        self._writing = threading.Lock()
        self._requests = 0
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        threading.Thread(target=self._read, daemon=True).start()

    def initialize(self, root: Path) -> None:
        """Say hello; positions are UTF-16 and diagnostics are pushed."""
        capabilities: Json = {
            "general": {"positionEncodings": ["utf-16"]},
            "window": {"workDoneProgress": True},
            "workspace": {
                "configuration": True,
                "didChangeConfiguration": {"dynamicRegistration": True},
                "workspaceFolders": True,
            },
            "textDocument": {
                "publishDiagnostics": {"versionSupport": True, "relatedInformation": True},
                "hover": {"contentFormat": ["markdown"]},
                "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
            },
        }
        folder = {"uri": root.as_uri(), "name": root.name}
        params = {
            "processId": os.getpid(),
            "rootUri": folder["uri"],
            "workspaceFolders": [folder],
            "capabilities": capabilities,
        }
        self.capabilities = self.request("initialize", params)["capabilities"]
        self.notify("initialized", {})
        self.notify("workspace/didChangeConfiguration", {"settings": self.settings})

    @property
    def takes_ranges(self) -> bool:
        """Whether the server wants edits as ranges, not whole texts."""
        sync = self.capabilities.get("textDocumentSync")
        return (sync.get("change") if isinstance(sync, dict) else sync) == 2

    def notify(self, method: str, params: Json) -> None:
        self._write({"method": method, "params": params})

    def request(self, method: str, params: Json | None) -> Any:
        """The result of a request."""
        self._requests += 1
        number = self._requests
        self._write({"id": number, "method": method, "params": params})
        while True:
            message = self._next(self.timeout)
            if message.content.get("id") == number and "method" not in message.content:
                if "error" in message.content:
                    raise ServerEndedError(method, message.content["error"])
                return message.content.get("result")

    def diagnostics(self, uri: str, version: int, since: float) -> Message | None:
        """The diagnostics of a version of a document, or None when none come in time.

        Of a server that does not number them, the first ones that come after `since`.
        """
        end = time.perf_counter() + self.timeout
        while (left := end - time.perf_counter()) > 0:
            try:
                message = self._next(left)
            except TimeoutError:
                break
            params = message.content.get("params") or {}
            if message.content.get("method") != "textDocument/publishDiagnostics" or params["uri"] != uri:
                continue
            if message.at >= since and (params.get("version") is None or params["version"] >= version):
                return message
        return None

    def settle(self, quiet: float) -> None:
        """Wait until the server has been silent for `quiet` seconds."""
        while True:
            try:
                self._next(quiet)
            except TimeoutError:
                return

    def stop(self) -> None:
        """Say goodbye, and see to it that the process is gone."""
        try:
            self.request("shutdown", None)
            self.notify("exit", {})
            self._process.wait(5)
        except (ServerEndedError, TimeoutError, OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def cpu(self) -> float | None:
        """The processor time of the server and its children so far, in seconds; None where the system does not tell."""
        try:
            ticks = [int(number) for pid in self._family() for number in _stat(pid)[11:13]]
        except OSError:
            return None
        return sum(ticks) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float | None:
        """The resident memory of the server and its children now, in MB; None where the system does not tell."""
        try:
            pages = [int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) for pid in self._family()]
        except OSError:
            return None
        return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def _family(self) -> list[int]:
        found = [self._process.pid]
        for pid in found:  # grows while it is walked
            for task in Path(f"/proc/{pid}/task").iterdir():
                found += map(int, (task / "children").read_text("ascii").split())
        return found

    def _next(self, timeout: float) -> Message:
        try:
            message = self._inbox.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError from None
        if message is None:
            raise ServerEndedError("the server ended", self._process.poll())
        self.received += 1
        return message

    def _write(self, content: Json) -> None:
        body = json.dumps({"jsonrpc": "2.0", **content}).encode()
        stream = self._process.stdin
        assert stream is not None
        with self._writing:
            stream.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
            stream.flush()

    def _read(self) -> None:
        """Take in what the server says, in a thread of its own; answer what it asks."""
        stream = self._process.stdout
        assert stream is not None
        try:
            while header := stream.readline():
                length = 0
                while header.strip():
                    name, _, value = header.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                    header = stream.readline()
                body = stream.read(length)
                message = Message(time.perf_counter(), json.loads(body))
                if "method" in message.content and "id" in message.content:
                    self._write({"id": message.content["id"], "result": self._answer(message.content)})
                    continue
                if message.content.get("method") == "$/progress":
                    self.progress.append((message.at, message.content["params"]["value"]["kind"]))
                self._inbox.put(message)
        except OSError:
            pass  # the server has gone
        except ValueError:
            if self._process.stdin is None or not (stream.closed or self._process.stdin.closed):
                raise  # no pipe was closed: what the server wrote cannot be read
        finally:
            self._inbox.put(None)

    def _answer(self, question: Json) -> Any:
        if question["method"] != "workspace/configuration":
            return None
        return [self._setting(item.get("section") or "") for item in question["params"]["items"]]

    def _setting(self, section: str) -> Any:
        found: Any = self.settings
        for name in filter(None, section.split(".")):
            found = found.get(name) if isinstance(found, dict) else None
        return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the command's name, which may hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
