"""The hooks of .pre-commit-hooks.yaml, run by pre-commit itself in a repository of policies."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
PRE_COMMIT = Path(sys.executable).parent / "pre-commit"

pytestmark = [
    pytest.mark.skipif(not PRE_COMMIT.exists(), reason="pre-commit is not installed beside this Python"),
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
]

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
RESTRICTED = HEAD + (
    "metadata: {name: web, namespace: shop}\n"
    "spec:\n"
    "  podSelector: {matchLabels: {app: web}}\n"
    "  policyTypes: [Egress]\n"
    "  egress:\n"
    "    - to: [{podSelector: {matchLabels: {app: db}}}]\n"
)
DNS = HEAD + (
    "metadata: {name: dns, namespace: shop}\n"
    "spec:\n"
    "  podSelector: {}\n"
    "  policyTypes: [Egress]\n"
    "  egress:\n"
    "    - to:\n"
    "        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}\n"
    "          podSelector: {matchLabels: {k8s-app: kube-dns}}\n"
    "      ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]\n"
)
LOWER_CASE = RESTRICTED.replace("to: [{pod", "ports: [{port: 80, protocol: tcp}]\n      to: [{pod").replace(
    "web", "api"
)


def run(folder, *command, **variables):
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **variables}
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "VIRTUAL_ENV", "GITHUB_ACTIONS"):
        environment.pop(name, None)
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def git(folder, *arguments):
    done = run(folder, "git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def hooks(tmp_path_factory):
    """This checkout as a repository of hooks, whatever state it is in, and pre-commit's own folder."""
    home = tmp_path_factory.mktemp("hooks")
    copy = home / "netpol-lsp"
    copy.mkdir()
    for name in (".pre-commit-hooks.yaml", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(REPO / name, copy)
    for name in ("netpol_lsp", "schemas", "docs"):
        shutil.copytree(REPO / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    git(copy, "init", "-q", ".")
    git(copy, "add", "-A", "--force")
    git(copy, "commit", "-q", "-m", "as it is")
    return copy, git(copy, "rev-parse", "HEAD").strip(), home / "cache"


@pytest.fixture
def repository(tmp_path, hooks):
    """A repository with policies, and a function that runs a hook over some of its files."""
    source, revision, cache = hooks
    folder = tmp_path / "policies"
    folder.mkdir()
    git(folder, "init", "-q", ".")

    def hook(name, *files):
        (folder / ".pre-commit-config.yaml").write_text(
            f"repos:\n  - repo: {source}\n    rev: {revision}\n    hooks: [{{id: {name}}}]\n"
        )
        git(folder, "add", "-A")
        chosen = ("--files", *files) if files else ("--all-files",)
        return run(folder, PRE_COMMIT, "run", name, *chosen, "--color", "never", PRE_COMMIT_HOME=str(cache))

    return folder, hook


def test_a_changed_file_is_judged_with_the_rest_of_the_repository(repository):
    folder, hook = repository
    (folder / "web.yaml").write_text(RESTRICTED)
    alone = hook("netpol-lint", "web.yaml")
    assert alone.returncode == 1, alone.stdout + alone.stderr
    assert "NP216" in alone.stdout
    (folder / "dns.yaml").write_text(DNS)
    together = hook("netpol-lint", "web.yaml")
    assert together.returncode == 0, together.stdout + together.stderr


def test_many_files_are_one_run(repository):
    """pre-commit splits files over processes unless it is told not to."""
    folder, hook = repository
    for number in range(60):
        name = f"web-{number}-{'x' * 40}"
        (folder / f"{name}.yaml").write_text(RESTRICTED.replace("name: web", f"name: {name}"))
    (folder / "dns.yaml").write_text(DNS)
    done = hook("netpol-lint")
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "dns.yaml").unlink()
    done = hook("netpol-lint")
    assert done.stdout.count(" files, ") == done.stdout.count(" policies: ") == 1
    assert done.stdout.count("[NP216]") == 1


def test_the_other_hook_fixes(repository):
    folder, hook = repository
    (folder / "dns.yaml").write_text(DNS)
    (folder / "api.yaml").write_text(LOWER_CASE)
    done = hook("netpol-lint-fix", "api.yaml")
    assert "files were modified by this hook" in done.stdout, done.stdout + done.stderr
    assert (folder / "api.yaml").read_text() == LOWER_CASE.replace("tcp", "TCP")
    assert hook("netpol-lint-fix", "api.yaml").returncode == 0


def test_what_the_configuration_excludes_is_left_out(repository):
    folder, hook = repository
    (folder / "old").mkdir()
    (folder / "old" / "web.yaml").write_text(RESTRICTED.replace("Egress]", "Egres]"))
    (folder / ".netpol-lint.yaml").write_text("exclude: [old/]\n")
    done = hook("netpol-lint", "old/web.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
