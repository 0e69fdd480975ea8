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
            "DIFF": "false",
            "DIFF_AGAINST": "",
            "DIFF_PATHS": ".",
            "DIFF_FAIL_ON": "",
            "DIFF_ARGUMENTS": "",
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


def test_each_variable_is_an_input():
    (step,) = [step for step in STEPS if "run" in step]
    assert {value for name, value in step["env"].items() if name != "PYTHON"} == {
        f"${{{{ inputs.{name} }}}}" if name != "diff-against" else "${{ inputs.diff-against || github.base_ref }}"
        for name in ACTION["inputs"]
        if name != "python-version"
    }


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


APP = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: main, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: data, labels: {app: db}}
spec: {containers: [{name: main, image: i}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: data}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress, Egress]
"""
OPEN = """\
  ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}], ports: [{port: 5432}]}]
"""


def git(folder, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def pull_request(tmp_path):
    """Gives checkouts of a pull request: `main` has gone on since the branch left it; the runner has what is merged."""
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    origin = tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "-q")
    (origin / "app.yaml").write_text(APP)
    git(origin, "add", ".")
    git(origin, "commit", "-qm", "one")
    git(origin, "checkout", "-qb", "change")
    (origin / "app.yaml").write_text(APP + OPEN)
    git(origin, "commit", "-qam", "two")
    git(origin, "checkout", "-q", "main")
    for number in range(3):
        other = APP.replace("web", f"web{number}").replace("shop", "elsewhere").replace("db", f"db{number}")
        (origin / "other.yaml").write_text(other)
        git(origin, "add", ".")
        git(origin, "commit", "-qm", f"main {number}")
    git(origin, "merge", "-q", "--no-ff", "-m", "merge", "change")
    git(origin, "update-ref", "refs/pull/7/merge", "HEAD")
    git(origin, "reset", "-q", "--hard", "HEAD~1")

    def checkout(depth=1, ref="refs/pull/7/merge", name="checkout"):
        folder = tmp_path / name
        folder.mkdir()
        git(folder, "init", "-q")
        git(folder, "remote", "add", "origin", origin.as_uri())
        shallow = [f"--depth={depth}"] if depth else []
        git(folder, "fetch", "-q", "--no-tags", *shallow, "origin", f"+{ref}:refs/remotes/pull/7/merge")
        git(folder, "checkout", "-q", "--detach", "refs/remotes/pull/7/merge")
        return folder

    checkout.origin = origin
    return checkout


SHIM = """\
#!/bin/sh
case "$*" in
  "-I -m venv "*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
  "-I -m pip "* | "-I -c import sys, sysconfig"*) ;;
  *) exec "{python}" "$@" ;;
esac
"""


@pytest.fixture
def compared(lint, tmp_path):
    """Runs the step with a difference; gives how it ended and the summary. Nothing is installed: this Python has it all."""
    shim = tmp_path / "python"
    shim.write_text(SHIM.format(python=sys.executable))
    shim.chmod(0o755)

    def compared(folder, against="main", **variables):
        summary = tmp_path / "summary.md"
        done = lint(
            folder,
            PYTHON=str(shim),
            DIFF="true",
            DIFF_AGAINST=against,
            GITHUB_STEP_SUMMARY=str(summary),
            GITHUB_REF="refs/pull/7/merge",
            GITHUB_ACTIONS="true",
            **variables,
        )
        return done, summary.read_text("utf-8") if summary.exists() else ""

    return compared


ROW = (
    "| + | `shop/web[Pod]` | `data/db[Pod]` | TCP 5432 | NetworkPolicy data/db (rule 1) allows it (`app.yaml:17:21`) |"
)


@pytest.mark.parametrize("depth", [1, 0])
def test_the_summary_has_what_the_pull_request_opens_and_nothing_else(pull_request, compared, depth):
    done, summary = compared(pull_request(depth))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "### Opened across namespaces" in summary
    assert ROW in summary
    # What happened on main meanwhile is not the change's doing.
    assert "elsewhere" not in summary


@pytest.mark.parametrize(("fail_on", "code"), [("opened-world", 0), ("opened-cross", 1), ("changed", 1)])
def test_a_change_can_fail_the_job(pull_request, compared, fail_on, code):
    done, summary = compared(pull_request(), DIFF_FAIL_ON=fail_on)
    assert done.returncode == code, done.stdout + done.stderr
    assert ROW in summary
    assert ("::error::diff: the change has" in done.stdout) is bool(code)


def test_findings_and_a_difference_in_one_run(pull_request, compared):
    folder = pull_request()
    (folder / "bad.yaml").write_text(BAD.replace("shop", "nowhere"))
    done, summary = compared(folder)
    assert done.returncode == 1
    assert "::error file=bad.yaml" in done.stdout
    assert ROW in summary


def test_only_some_paths(pull_request, compared):
    folder = pull_request()
    (folder / "deploy").mkdir()
    done, summary = compared(folder, DIFF_PATHS="deploy\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No connection changes." in summary


def test_no_pull_request_is_a_notice(pull_request, compared):
    done, summary = compared(pull_request(), against="")
    assert done.returncode == 0
    assert "::notice::diff: this is not a pull request" in done.stdout
    assert summary == ""


def test_a_history_that_cannot_be_had_is_said(pull_request, compared):
    folder = pull_request()
    git(folder, "remote", "set-url", "origin", "file:///nowhere")
    done, summary = compared(folder)
    assert done.returncode == 2
    assert "::error::diff: the branch main cannot be fetched: give actions/checkout `fetch-depth: 0`" in done.stdout
    assert summary == ""


def test_a_history_that_is_too_short_is_said(pull_request, compared):
    folder = pull_request()
    git(folder, "fetch", "-q", "--depth=1", "origin", "+refs/heads/main:refs/remotes/origin/main")
    git(folder, "remote", "set-url", "origin", "file:///nowhere")
    done, _ = compared(folder)
    assert done.returncode == 2
    assert "the history does not reach to where main was left" in done.stdout


@pytest.mark.parametrize("name", ["--upload-pack=touch was-run", "main; touch was-run", "$(touch was-run)", "a..b"])
def test_a_branch_is_a_name_and_no_command(pull_request, compared, name):
    folder = pull_request()
    done, summary = compared(folder, against=name)
    assert done.returncode == 2, done.stdout + done.stderr
    assert not (folder / "was-run").exists()
    assert summary == ""


def test_a_wrong_fail_on_is_said(pull_request, compared):
    done, _ = compared(pull_request(), DIFF_FAIL_ON="opened-wrld")
    assert done.returncode == 2
    assert "diff-fail-on is opened-world" in done.stdout
