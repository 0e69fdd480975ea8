"""`.ci/release` says what is missing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def repository(tmp_path):
    """A small repository that is ready to be released as 1.2.3."""
    files = {
        "pyproject.toml": '[project]\nurls = {Repository = "https://example.org/team/tool.git"}\n',
        "netpol_lsp/__init__.py": '__version__ = "1.2.3"\n',
        "editors/vscode/package.json": json.dumps({"version": "1.2.3"}),
        "README.md": "- uses: team/tool@v1.2.3\nrev: v1.2.3\n",
        "docs/ci.md": "- uses: team/tool@v1.2.3\n",
        "CHANGELOG.md": "# Changelog\n\n## Unreleased\n\n## 1.2.3 (2026-01-02)\n\n- news\n\n## 1.2.2\n\n- old\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", "git@example.org:team/tool.git")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "x")
    return tmp_path


def git(folder, *arguments):
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def check(folder, version="1.2.3"):
    done = subprocess.run(
        [sys.executable, str(ROOT / ".ci/release"), version, "--only-checks", "--root", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr.splitlines()


def test_ready(repository):
    assert check(repository) == (0, [])
    git(repository, "tag", "v1.2.3")
    assert check(repository) == (0, [])


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        ("netpol_lsp/__init__.py", '__version__ = "1.2.2"\n', "netpol_lsp/__init__.py says 1.2.2"),
        ("editors/vscode/package.json", '{"version": "1.0.0"}', "editors/vscode/package.json says 1.0.0"),
        ("README.md", "uses: team/tool@v1.2.2\n", "README.md has a snippet for v1.2.2"),
        ("docs/ci.md", "uses: team/tool@v1.2.2\n", "docs/ci.md has a snippet for v1.2.2"),
        ("CHANGELOG.md", "## Unreleased\n\n- news\n", "CHANGELOG.md has no section `## 1.2.3` with what is new"),
        (
            "CHANGELOG.md",
            "## Unreleased\n\n- x\n\n## 1.2.3\n\n- y\n",
            "CHANGELOG.md still has something under `## Unreleased`",
        ),
        (
            "pyproject.toml",
            '[project]\nurls = {Repository = "https://example.org/a/b.git"}\n',
            "origin is git@example.org",
        ),
    ],
)
def test_what_is_missing_is_said(repository, file, text, problem):
    (repository / file).write_text(text)
    code, said = check(repository)
    assert (code, any("not committed" in line for line in said)) == (1, True)
    git(repository, "commit", "-qam", "y")
    code, said = check(repository)
    assert code == 1
    assert any(problem in line for line in said)
    assert not any("not committed" in line for line in said)


def test_a_tag_of_another_commit(repository):
    git(repository, "tag", "v1.2.3")
    git(repository, "commit", "-q", "--allow-empty", "-m", "z")
    assert check(repository)[1] == ["not ready: the tag v1.2.3 is there already, on another commit"]


def test_a_version_of_another_kind(repository):
    assert "not ready: `v1` is not a version of three numbers" in check(repository, "v1")[1]
