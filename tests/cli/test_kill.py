"""A run of --fix that is killed at any moment leaves every file whole: the old one or the new one."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from netpol_lsp.files.discovery import discover

FILES, RUNS = 24, 8
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

# Runs the command and tells when files are being replaced, so that kills hit that time, whatever the machine's speed.
SCRIPT = """
import os, sys
real = os.fsync
def fsync(descriptor):
    real(descriptor)
    os.write(2, b".")
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
    process = subprocess.Popen([sys.executable, "-c", SCRIPT], cwd=tmp_path, stderr=subprocess.PIPE)
    assert process.stderr is not None
    # Each written file syncs twice: itself and its folder.
    process.stderr.read(chance.randrange(1, 2 * FILES - 2))
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()
    kinds = []
    for path, text in texts.items():
        content = path.read_text()
        assert content in (text, text.replace("tcp", "TCP")), path
        kinds.append(content == text)
    assert len(set(kinds)) == 2, "the kill came too early or too late to prove anything"
    assert list(discover([str(tmp_path)]).paths) == [str(path) for path in texts]
    done = subprocess.run(
        [sys.executable, "-m", "netpol_lsp", "--fix", "--select", "NP105", "-q", "."], cwd=tmp_path, check=False
    )
    assert done.returncode == 0
    assert all(path.read_text() == text.replace("tcp", "TCP") for path, text in texts.items())
