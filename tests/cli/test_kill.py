"""A run of --fix that is killed at any moment leaves every file whole: the old one or the new one."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from netpol_lsp.files.discovery import discover

FILES, RUNS = 12, 12
OLD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p{number}, namespace: shop}}
spec:
  podSelector: {{matchLabels: {{app: web}}}}
  policyTypes: [Ingress]
  ingress:
    - ports: [{{protocol: tcp, port: 80}}]
"""
PADDING = "# a long comment, so that writing takes its time\n" * 200

# Runs the command, which says when it is about to replace a file and waits for leave, so that a kill always hits
# the time of writing, whatever the machine's speed; where in a replacement it hits is left to chance.
SCRIPT = """
import os, sys
real = os.fsync
def fsync(descriptor):
    real(descriptor)
    os.write(2, b".")
    os.read(0, 1)
os.fsync = fsync
from netpol_lsp.cli.main import main
sys.exit(main(["--fix", "--select", "NP105", "-q", "."]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("run", range(RUNS))
def test_every_file_is_old_or_new(tmp_path: Path, run: int) -> None:
    texts = {}
    for number in range(FILES):
        texts[tmp_path / f"p{number:02}.yaml"] = OLD.format(number=number) + PADDING
    for path, text in texts.items():
        path.write_text(text)
    chance = random.Random(run)
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    )
    assert process.stdin is not None
    assert process.stderr is not None
    for _ in range(chance.randrange(1, FILES - 1)):
        assert process.stderr.read(1) == b"."
        process.stdin.write(b".")
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdin.close()
    process.stderr.close()
    kinds = []
    for path, text in texts.items():
        content = path.read_text()
        assert content in (text, text.replace("tcp", "TCP")), path
        kinds.append(content == text)
    assert kinds.count(True) >= 1, "the kill came too late to prove anything"
    assert list(discover([str(tmp_path)]).paths) == [str(path) for path in texts]
    done = subprocess.run(
        [sys.executable, "-m", "netpol_lsp", "--fix", "--select", "NP105", "-q", "."], cwd=tmp_path, check=False
    )
    assert done.returncode == 0
    assert all(path.read_text() == text.replace("tcp", "TCP") for path, text in texts.items())
