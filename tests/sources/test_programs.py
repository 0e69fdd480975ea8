"""Programs run with limits and without what is ours."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from netpol_lsp.sources.programs import Limits, run_program


def run(code: str, tmp_path, **limits):
    return run_program([sys.executable, "-c", code], str(tmp_path), b"in", Limits(**limits))


def test_what_goes_in_and_comes_out(tmp_path) -> None:
    assert run("import sys; print(sys.stdin.read() * 2)", tmp_path).output == b"inin\n"


def test_the_environment_is_nearly_empty(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "x")
    done = run("import json, os; print(json.dumps(dict(os.environ)))", tmp_path)
    found = json.loads(done.output)
    assert "SECRET_TOKEN" not in found
    assert found["PATH"] == os.environ["PATH"]
    assert found["HOME"] != str(Path.home())


def test_a_program_that_takes_too_long_is_ended_with_what_it_started(tmp_path) -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
    assert run(code, tmp_path, seconds=0.5).failure == "took longer than 0.5 seconds"


def test_a_program_that_writes_too_much_is_ended(tmp_path) -> None:
    code = "while True: print('x' * 1000)"
    assert run(code, tmp_path, output=5000).failure == "wrote more than 5,000 bytes"


def test_a_failure_keeps_what_the_program_complains_of(tmp_path) -> None:
    done = run("import sys; sys.exit('no such thing')", tmp_path)
    assert (done.failure, done.complaint.strip()) == ("failed", "no such thing")


def test_a_program_that_is_not_there(tmp_path) -> None:
    done = run_program([str(tmp_path / "none")], str(tmp_path))
    assert done.failure is not None


@pytest.mark.skipif(sys.platform != "linux", reason="the network can be taken away on Linux only")
def test_there_is_no_network(tmp_path) -> None:
    from netpol_lsp.sources import programs

    if not programs._without_network():
        pytest.skip("this system takes the network away from no one")
    code = "import socket; print(socket.if_nameindex())"
    assert b"eth" not in run(code, tmp_path).output
