"""Several processes: the same results, and no traces of failures."""

import json
import os
import select
import subprocess
import sys

import pytest

from netpol_lsp.config.config import default_file_config
from netpol_lsp.files.reading import TextFile
from netpol_lsp.findings.diagnostic import Category, Diagnostic, ObjectRef, Related, Severity, Suppression, Tag
from netpol_lsp.project import executor as crew_module
from netpol_lsp.project.diagnostic_codec import decode, encode
from netpol_lsp.project.errors import PoolError
from netpol_lsp.project.in_process import InProcessExecutor, LintJob
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.source import make_source
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.snapshot import EMPTY

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: true}}
  policyTypes: [ingress]
"""


def work(count: int) -> list[LintJob]:
    return [
        LintJob(number, TextFile(make_source(f"{number}.yaml", "# " * number + "\n" + POLICY)), default_file_config())
        for number in range(count)
    ]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_find_the_same(method: str, monkeypatch) -> None:
    if method == "fork" and sys.platform != "linux":
        pytest.skip("only Linux forks")
    monkeypatch.setattr(crew_module, "_can_fork", lambda: method == "fork")
    alone = {found.number: found.report for found in InProcessExecutor(work(7)).lint(EMPTY)}
    with crew_module.choose_executor(work(7), 2) as crew:
        assert not isinstance(crew, InProcessExecutor)
        assert sorted(said.uri for said in crew.facts()) == [f"{number}.yaml" for number in range(7)]
        together = {found.number: found.report for found in crew.lint(EMPTY)}
    assert together == alone
    assert [d.code for d in together[3].diagnostics if d.is_refused] == ["NP103", "NP105"]


def test_little_work_stays_here() -> None:
    with crew_module.choose_executor(work(3), None) as crew:
        assert isinstance(crew, InProcessExecutor)


def test_much_work_is_spread(monkeypatch) -> None:
    monkeypatch.setattr(crew_module, "PAYS_FROM", {"fork": 2, "spawn": 2})
    monkeypatch.setattr(crew_module, "cores", lambda: 2)
    with crew_module.choose_executor(work(3), None) as crew:
        assert not isinstance(crew, InProcessExecutor)


def fail(*_args: object, **_options: object) -> None:
    raise ZeroDivisionError("oh")


@pytest.mark.skipif(sys.platform != "linux", reason="the fault must be inherited")
def test_a_fault_in_a_process_is_said_here(monkeypatch, capfd) -> None:
    monkeypatch.setattr(crew_module, "_can_fork", lambda: True)
    monkeypatch.setattr(InProcessExecutor, "lint", fail)
    with crew_module.choose_executor(work(3), 2) as crew, pytest.raises(PoolError, match="ZeroDivisionError: oh"):
        list(crew.lint(EMPTY))
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="the fault must be inherited")
def test_a_process_that_dies_is_said(monkeypatch) -> None:
    monkeypatch.setattr(crew_module, "_can_fork", lambda: True)
    monkeypatch.setattr(InProcessExecutor, "facts", lambda _self: sys.exit(3))
    with crew_module.choose_executor(work(3), 2) as crew, pytest.raises(PoolError, match="ended unexpectedly"):
        list(crew.facts())


def test_jobs_do_not_change_the_report(folder) -> None:
    for number in range(12):
        folder.bad(f"p{number}.yaml")
    reports = {folder.run("--format", "json", "--jobs", jobs).out for jobs in ("1", "2", "3", "50")}
    assert len(reports) == 1
    assert json.loads(reports.pop())["summary"]["error"] == 12


def test_processes_of_a_fresh_interpreter(tmp_path) -> None:
    for number in range(6):
        (tmp_path / f"{number}.yaml").write_text(POLICY)
    command = [sys.executable, "-m", "netpol_lsp", "--jobs", "2", "--select", "NP105", "--format", "concise", "-q", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [f"{number}.yaml" for number in range(6)]


def test_findings_survive_the_way_between_processes() -> None:
    full = Diagnostic(
        "NP299", "made-up", Category.INTENT, Severity.HINT, "message `é`", Span(1, 2), 3, "label",
        ObjectRef("NetworkPolicy", None, "web"), "spec.egress[0]",
        (Related(Span(3, 4), "here"), Related(Span(5, 6), "there", "b.yaml")),
        (Fix("write", (TextEdit(Span(7, 8), "x"), TextEdit(Span(9, 9), "")), Applicability.UNSAFE),),
        (Tag.DEPRECATED,), Suppression("comment", "reason"), "abc",
    )  # fmt: skip
    bare = Diagnostic("NP298", "bare", Category.TOOL, Severity.ERROR, "m", Span(0, 0))
    assert decode(json.loads(json.dumps(encode([full, bare])))) == (full, bare)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell with pipes")
def test_a_reader_that_leaves_early_ends_the_run_quietly(tmp_path) -> None:
    for number in range(200):
        (tmp_path / f"{number}.yaml").write_text(POLICY)
    command = f"{sys.executable} -m netpol_lsp --jobs 2 . | head -n 1; echo status ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "status 1"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_processes_end_when_their_parent_is_killed(tmp_path) -> None:
    script = f"""
import os, sys
from netpol_lsp.project import executor as crew
from netpol_lsp.project.in_process import LintJob
from netpol_lsp.files.reading import TextFile
from netpol_lsp.config.config import default_file_config
from netpol_lsp.text.source import make_source
work = [LintJob(n, TextFile(make_source("a", {POLICY!r})), default_file_config()) for n in range(4)]
with crew.choose_executor(work, 2) as many:
    list(many.facts())
    print(*(process.pid for process in many._processes), flush=True)
    sys.stdin.read()
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdin is not None
    children = [int(word) for word in parent.stdout.readline().split()]
    assert len(children) == 2
    watched = [os.pidfd_open(child) for child in children]
    parent.kill()
    parent.wait()
    parent.stdin.close()
    parent.stdout.close()
    for descriptor in watched:
        # Readable when the process has ended.
        ready, _, _ = select.select([descriptor], [], [], 30)
        os.close(descriptor)
        assert ready
