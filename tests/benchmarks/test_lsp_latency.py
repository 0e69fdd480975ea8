"""The latency benchmark runs, for any server; what it measures is not judged here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "lsp_latency.py"
pytestmark = pytest.mark.skipif(not SCRIPT.exists(), reason="the benchmarks do not travel with the source package")

# Pushes one finding for each version that it is told of, without saying which; wants whole texts; speaks of nothing else.
PEER = """
import json, sys

def send(content):
    body = json.dumps({"jsonrpc": "2.0", **content}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\\r\\n\\r\\n%b" % (len(body), body))
    sys.stdout.flush()

while header := sys.stdin.buffer.readline():
    sys.stdin.buffer.readline()
    message = json.loads(sys.stdin.buffer.read(int(header.split(b":")[1])))
    method = message.get("method")
    if method == "exit":
        break
    if method == "initialize":
        send({"id": message["id"], "result": {"capabilities": {"textDocumentSync": 1}}})
        send({"id": 1, "method": "workspace/configuration", "params": {"items": [{"section": "yaml.hover"}, {"section": "no.such"}]}})
    elif method is None:
        assert message["result"] == [True, None], message
    elif "id" in message:
        send({"id": message["id"], "result": None})
    elif method in ("textDocument/didOpen", "textDocument/didChange"):
        uri = message["params"]["textDocument"]["uri"]
        finding = {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}}, "message": "odd"}
        send({"method": "textDocument/publishDiagnostics", "params": {"uri": uri, "diagnostics": [finding]}})
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_two_servers_take_turns(tmp_path: Path) -> None:
    peer, figures = tmp_path / "peer.py", tmp_path / "figures.json"
    peer.write_text(PEER, "utf-8")
    command = f"other='{Path(sys.executable).as_posix()}' '{peer.as_posix()}'"
    done = run("--lines", "60,150", "--edits", "6", "--server", command, "--json", str(figures))
    assert done.returncode == 0, done.stderr
    rows = json.loads(figures.read_text("utf-8"))
    assert [row["server"] for row in rows] == ["netpol-lsp", "other"] * 2
    assert [row["lines"] >= lines for row, lines in zip(rows, (60, 60, 150, 150), strict=True)] == [True] * 4
    for row in rows:
        assert row["unanswered"] == 0
        assert row["diagnostics"] > 0
        assert row["open_ms"] > 0
        assert row["keystroke_ms"]["n"] == row["hover_ms"]["n"] == row["completion_ms"]["n"] == 6
        assert row["keystroke_ms"]["p50"] <= row["keystroke_ms"]["p99"] <= row["keystroke_ms"]["max"]
    assert done.stdout.count("\n") == 2 + len(rows)


def test_a_server_that_ends_is_told_of(tmp_path: Path) -> None:
    peer = tmp_path / "peer.py"
    peer.write_text("", "utf-8")
    done = run("--only", "--lines", "60", "--server", f"gone='{Path(sys.executable).as_posix()}' '{peer.as_posix()}'")
    assert done.returncode != 0
    assert "the server ended" in done.stderr or "BrokenPipe" in done.stderr
