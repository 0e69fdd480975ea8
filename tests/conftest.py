"""A folder of manifests and a way to run the command in it."""

import io
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest

from netpol_lsp.cli.main import main
from netpol_lsp.files.boundary import EVERYWHERE
from netpol_lsp.sources.kustomize import build_kustomization, can_build

GOOD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {name}
  namespace: shop
spec:
  podSelector: {{}}
  policyTypes: [Ingress]
  ingress:
    - from:
        - podSelector: {{matchLabels: {{app: web}}}}
      ports:
        - protocol: TCP
          port: 80
"""
BAD = GOOD.replace("protocol: TCP", "protocol: tcp")
"""Refused by the API server for its protocol (NP105), which a safe fix mends."""

# No test depends on how fast the machine is.
hypothesis.settings.register_profile("netpol", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("netpol")

SLOW = (
    # The same once more: UTF-16 is what every client speaks.
    "[utf-8",
    "[utf-32",
    "benchmarks/",
    "cli/test_kill.py",
    "cli/test_same_output.py",
    "cli/test_hostile.py",
    "corpus/",
    "editors/test_editors.py",
    "files/test_patterns.py",
    "formats/test_any_text.py",
    "formats/test_page.py",
    "kube/net/test_sets.py",
    "lint/test_contained.py",
    "lint/test_growth.py",
    "lsp/test_agreement",
    "lsp/test_large_file.py",
    "lsp/test_many_documents.py",
    "lsp/test_process.py",
    "lsp/test_soak.py",
    "lsp/test_trace.py",
    "lsp/test_typing.py",
    "lsp/test_urgent.py",
    "packaging/",
    "parity/test_objects.py",
    "parity/test_verdicts.py",
    "policies/networkpolicy/test_redundancy.py",
    "project/test_cached_findings.py",
    "project/test_disk_cache.py",
    "project/test_process_pool.py",
    "properties/",
    "reach/test_brute_force.py",
    "reach/test_verdicts.py",
    "test_any_text_has_an_answer",
    "test_nothing_is_lost",
    "test_no_finding_of_any_rule_rests_on_an_unknown_fact",
    "test_nothing_is_unknown_where_all_is_modelled",
    "cli/test_render.py",
    "lsp/test_rendering.py",
    "sources/",
    "over_the_wire",
    "test_stored_objects_are_those_of_the_api_server",
    "test_wheel_works_alone",
    "text/test_pattern.py",
    "workspace/test_dns_coverage.py",
    "yaml/edit/test_mappings.py",
    "yaml/recovery/test_lost_indentation.py",
    "yaml/templates/test_growth.py",
)
"""Parts of the ids of tests that take seconds each, or start programs: `-m "not slow"` leaves them out."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(part in item.nodeid for part in SLOW):
            item.add_marker(pytest.mark.slow)


@dataclass
class Done:
    """What a run of the command gave."""

    code: int
    out: str
    err: str


class Folder:
    """A folder that the command runs in."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = path
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def config(self, text: str, name: str = ".netpol-lint.yaml") -> Path:
        """A config file that builds on the one above the folder."""
        up = "../" * (name.count("/") + 1)
        return self.write(name, f"extends: {up}.netpol-lint.yaml\n{text}")

    def good(self, name: str) -> Path:
        return self.write(name, GOOD.format(name=Path(name).stem))

    def bad(self, name: str) -> Path:
        return self.write(name, BAD.format(name=Path(name).stem))

    def run(self, *arguments: str, stdin: bytes = b"") -> Done:
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        self._capsys.readouterr()
        code = main(arguments)
        captured = self._capsys.readouterr()
        return Done(code, captured.out, captured.err)


@pytest.fixture
def folder(tmp_path, capsys, monkeypatch) -> Folder:
    for name in ("GITHUB_ACTIONS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", os.fspath(tmp_path / ".cache"))
    # Only the API server's own rules, so that new rules with opinions do not change what these tests see.
    (tmp_path / ".netpol-lint.yaml").write_text("select: [api, tool]\n")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return Folder(work, capsys, monkeypatch)


@pytest.fixture(scope="session")
def new_kustomize(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A kustomize that says where objects came from and knows `patches`; without one the test is skipped."""
    if not can_build():
        pytest.skip("neither kustomize nor kubectl is installed")
    folder = tmp_path_factory.mktemp("kustomize")
    (folder / "kustomization.yaml").write_text(
        "resources: [a.yaml]\npatches: [{patch: '{kind: A, metadata: {name: a}}', target: {kind: A}}]\n"
    )
    (folder / "a.yaml").write_text("apiVersion: v1\nkind: A\nmetadata: {name: a}\n")
    built = build_kustomization(str(folder), EVERYWHERE)
    if built.has_failed:
        pytest.skip("kustomize, or kubectl, is too old or does not work here: " + built.problems[0].message)
