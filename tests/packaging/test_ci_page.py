"""The snippets of docs/ci.md are what they say: their jobs are valid, and the commands run in a repository."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from netpol_lsp import __version__
from tests.indented_blocks import blocks_of
from tests.packaging.test_action import APP, OPEN, git

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = blocks_of((ROOT / "docs/ci.md").read_text("utf-8"))
# https://docs.gitlab.com/ci/yaml/: the keywords of a job.
GITLAB_KEYWORDS = {"image", "rules", "variables", "script", "artifacts", "stage", "needs"}


def snippet(word):
    (found,) = [block for block in BLOCKS if word in block]
    return YAML(typ="safe").load(found)


def test_the_workflow_uses_the_action_as_it_is():
    workflow = snippet("runs-on:")
    assert workflow["permissions"] == {"contents": "read"}
    step = workflow["jobs"]["netpol"]["steps"][-1]
    inputs = YAML(typ="safe").load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    assert set(step["with"]) <= set(inputs)
    assert step["uses"].endswith(f"@v{__version__}")
    page = (ROOT / "docs/ci.md").read_text("utf-8")
    assert {name for name in inputs if name.startswith("diff")} == {
        line.split("`")[1] for line in page.splitlines() if line.startswith("| `diff")
    }


@pytest.fixture
def merge_request(tmp_path):
    """Runs the job's script in a branch, beside a curl that notes what it is asked for; gives the exit code and what was posted."""
    if shutil.which("bash") is None or shutil.which("git") is None:
        pytest.skip("there is no bash, or no git")
    tools, repository, log = tmp_path / "tools", tmp_path / "repository", tmp_path / "log"
    for folder in (tools, repository):
        folder.mkdir()
    (tools / "pip").write_text("#!/bin/sh\n")
    (tools / "netpol-lint").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m netpol_lsp "$@"\n')
    (tools / "curl").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >"{log}"\ncat netpol-diff.md >>"{log}"\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    git(repository, "init", "-q")
    (repository / "app.yaml").write_text(APP)
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "one")
    base = git(repository, "rev-parse", "HEAD")
    git(repository, "checkout", "-qb", "change")

    def run(text):
        (repository / "app.yaml").write_text(text)
        git(repository, "commit", "-qam", "two", "--allow-empty")
        environment = {
            **os.environ,
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "CI_MERGE_REQUEST_IID": "7",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
            "CI_API_V4_URL": "https://gitlab.example.org/api/v4",
            "CI_PROJECT_ID": "42",
            "NETPOL_TOKEN": "token",
        }
        script = "set -eo pipefail\n" + "\n".join(snippet("GIT_DEPTH")["netpol-diff"]["script"])
        done = subprocess.run(
            ["bash", "-c", script], cwd=repository, env=environment, capture_output=True, text=True, check=False
        )
        return done, log.read_text("utf-8") if log.exists() else None

    return run


def test_the_job_has_keywords_of_gitlab():
    job = snippet("GIT_DEPTH")["netpol-diff"]
    assert set(job) <= GITLAB_KEYWORDS
    assert job["variables"]["GIT_DEPTH"] == "0"


def test_a_change_is_posted(merge_request):
    done, posted = merge_request(APP + OPEN)
    assert done.returncode == 0, done.stderr
    assert "PRIVATE-TOKEN: token\n" in posted
    assert "body@netpol-diff.md\n" in posted
    assert "https://gitlab.example.org/api/v4/projects/42/merge_requests/7/notes\n" in posted
    assert "| + | `shop/web[Pod]` | `data/db[Pod]` | TCP 5432 |" in posted


def test_what_opens_to_the_world_is_posted_and_fails_the_job(merge_request):
    done, posted = merge_request(APP + "  ingress: [{}]\n")
    assert done.returncode == 1
    assert "### Opened to or from outside the cluster" in posted


def test_no_change_is_no_note(merge_request):
    done, posted = merge_request(APP + "# a comment\n")
    assert done.returncode == 0, done.stderr
    assert posted is None
