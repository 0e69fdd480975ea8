"""The program that takes recordings passes on what it writes down."""

import json
import subprocess
import sys
from pathlib import Path

RECORD = Path(__file__).parent / "recordings" / "record.py"
ECHO = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"


def test_messages_go_through_and_are_written_down(tmp_path):
    messages = [{"id": 1, "method": "x", "params": "商店 🎉"}, {"method": "exit"}]
    bodies = [json.dumps(one, ensure_ascii=False).encode() for one in messages]
    wire = b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)
    log = tmp_path / "log.jsonl"
    command = [sys.executable, str(RECORD), str(log), sys.executable, "-c", ECHO]
    done = subprocess.run(command, input=wire, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, wire)
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert [one["message"] for one in lines if one["from"] == "client"] == messages
    assert [one["message"] for one in lines if one["from"] == "server"] == messages
