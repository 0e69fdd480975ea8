"""The step of action.yml, run as GitHub's runner runs it, in a repository that means harm."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

REPO = Path(__file__).resolve().parents[2]
ACTION = YAML(typ="safe").load((REPO / "action.yml").read_text("utf-8"))
STEPS = ACTION["runs"]["steps"]

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")

BAD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingres]
"""
HOSTILE = ("pip", "venv", "ensurepip", "netpol_lsp", "json", "sitecustomize", "usercustomize", "encodings", "ruamel")


@pytest.fixture(scope="module")
def lint(tmp_path_factory):
    """Runs the step in a folder; what it installs is shared by pip's own cache only."""

    def lint(folder, paths=".", arguments="", **variables):
        (step,) = [step for step in STEPS if "run" in step]
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/root"),
            "PYTHON": sys.executable,
            "PATHS": paths,
            "ARGUMENTS": arguments,
            "GITHUB_ACTION_PATH": str(REPO),
            "RUNNER_TEMP": str(tmp_path_factory.mktemp("temp")),
            # Where this machine has its packages from.
            **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
            **variables,
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False
        )

    return lint


def test_what_is_used_is_pinned_by_digest():
    for step in STEPS:
        if "uses" in step:
            _, _, revision = step["uses"].partition("@")
            assert len(revision) == 40
            int(revision, 16)


def test_inputs_reach_the_shell_as_variables_only():
    for step in STEPS:
        assert "${{" not in step.get("run", "")


def test_nothing_of_the_repository_is_run_and_names_are_no_options(lint, tmp_path):
    folder = tmp_path / "a repository"
    folder.mkdir()
    for name in HOSTILE:
        (folder / name).mkdir()
        for file in ("__init__.py", "__main__.py"):
            (folder / name / file).write_text(f"open({str(tmp_path / 'was-run')!r}, 'a').write('{name} ')\n")
        (folder / f"{name}.py").write_text(f"open({str(tmp_path / 'was-run')!r}, 'a').write('{name}.py ')\n")
    (folder / "pip.conf").write_text("[global]\nindex-url = file:///nowhere\n")
    (folder / "bad policy.yaml").write_text(BAD)
    (folder / "--output=written.yaml").write_text(BAD)
    (folder / "--exit-zero").write_text(BAD)
    names = "bad policy.yaml\n--output=written.yaml\n--exit-zero\n"
    done = lint(folder, paths=names, arguments="--format concise --fail-on error", PYTHONPATH=str(folder))
    assert not (tmp_path / "was-run").exists(), (tmp_path / "was-run").read_text()
    assert done.returncode == 1, done.stdout + done.stderr
    lines = sorted(line.partition(":")[0] for line in done.stdout.splitlines() if "NP105" in line)
    assert lines == ["--exit-zero", "--output=written.yaml", "bad policy.yaml"]
    assert not (folder / "written.yaml").exists()


def test_the_whole_repository_by_default(lint, tmp_path):
    (tmp_path / "web.yaml").write_text(BAD)
    done = lint(tmp_path, GITHUB_ACTIONS="true")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "::error file=web.yaml" in done.stdout
