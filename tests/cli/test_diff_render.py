"""`netpol-lint diff` with `--render`: charts and kustomizations of git revisions are rendered from a copy of their files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from netpol_lsp.cli.main import main
from netpol_lsp.project import git_revision
from netpol_lsp.project.git_revision import GitProblem, copy_revision, find_revision
from netpol_lsp.sources import kustomize
from tests.charts import POLICY, needs_helm

CHART = "apiVersion: v2\nname: web\nversion: 0.1.0\n"
WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{containers: [{{name: main, image: x, ports: [{{containerPort: 80}}, {{containerPort: 8080}}]}}]}}
"""
WORKLOADS = "---\n".join(WORKLOAD.format(name=name) for name in ("web", "front"))
OPENED = "shop/front[Deployment] -> shop/web[Deployment]"


@pytest.fixture
def repo(tmp_path, monkeypatch, capsys):
    """A repository: `write`, `commit` and `run` in it."""
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    folder = tmp_path / "repo"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.email=a@example.com", "-c", "user.name=a", *arguments]
        return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout

    def write(**files: str) -> None:
        for name, text in files.items():
            path = folder / name.replace("__", "/").replace("_yaml", ".yaml")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(**files: str) -> None:
        write(**files)
        git("add", "-A")
        git("commit", "-qm", "a change")

    def run(*arguments: str) -> SimpleNamespace:
        code = main(["diff", *arguments])
        got = capsys.readouterr()
        return SimpleNamespace(code=code, out=got.out, err=got.err)

    git("init", "-q", "-b", "main")
    return SimpleNamespace(path=folder, git=git, write=write, commit=commit, run=run)


def a_chart(port: int = 80, folder: str = "chart", policy: str = POLICY) -> dict[str, str]:
    return {
        f"{folder}__Chart_yaml": CHART,
        f"{folder}__values_yaml": f"app: web\nport: {port}\n",
        f"{folder}__templates__policy_yaml": policy,
    }


@needs_helm
@pytest.mark.parametrize("arguments", [("--render", "auto"), ("--render", "chart"), ()])
def test_both_sides_are_rendered(repo, arguments) -> None:
    repo.write(config_yaml="")
    if not arguments:
        (repo.path / ".netpol-lint.yaml").write_text("render: {helm: [{chart: chart, namespace: shop}]}\n")
    options = (*arguments, "--namespace", "shop") if arguments else ()
    repo.commit(**a_chart(80), pods_yaml=WORKLOADS)
    repo.commit(**a_chart(8080))
    # The text of a template does not say which port it is: nothing surely changes without rendering.
    assert OPENED not in repo.run("HEAD~1", "HEAD", "--no-render").out
    found = repo.run("HEAD~1", "HEAD", *options)
    assert (found.code, found.err) == (0, "")
    assert OPENED in found.out
    assert "8080" in found.out
    # The line that decided is that of the template, in the revision.
    assert "chart/templates/policy.yaml:" in found.out
    assert "netpol-revision-" not in found.out + found.err
    repo.write(**a_chart(80))
    assert repo.run("HEAD~1", *options).out == "no connection changes\n"
    assert OPENED in repo.run("HEAD", *options).out


@needs_helm
def test_from_a_folder_of_the_repository(repo, monkeypatch) -> None:
    repo.commit(**a_chart(80, "apps__chart"), apps__pods_yaml=WORKLOADS, other__pods_yaml="a: 1\n")
    repo.commit(**a_chart(8080, "apps__chart"))
    monkeypatch.chdir(repo.path / "apps")
    for more in ((), ("--path", "chart", "--path", "pods.yaml")):
        found = repo.run("HEAD~1", "HEAD", "--render", "auto", "--namespace", "shop", *more)
        assert (found.code, found.err) == (0, "")
        assert OPENED in found.out


@needs_helm
def test_a_chart_that_was_not_there_yet(repo) -> None:
    (repo.path / ".netpol-lint.yaml").write_text("render: {helm: [{chart: chart, namespace: shop}]}\n")
    repo.commit(pods_yaml=WORKLOADS)
    repo.commit(**a_chart(80))
    found = repo.run("HEAD~1")
    assert found.code == 0
    assert found.err == "note: `chart`, which is to be rendered, is not in HEAD~1\n"
    assert OPENED in found.out


@needs_helm
def test_a_revision_that_cannot_be_rendered_is_said(repo) -> None:
    broken = POLICY.replace("{{ .Values.port }}", '{{ fail "no port" }}')
    repo.commit(**a_chart(policy=broken), pods_yaml=WORKLOADS)
    repo.commit(**a_chart(80))
    found = repo.run("HEAD~1", "HEAD", "--render", "auto", "--namespace", "shop")
    short = repo.git("rev-parse", "HEAD~1")[:12]
    assert found.code == 2
    assert f"{short}:chart/templates/policy.yaml:15: Helm cannot render the chart: " in found.err
    assert "no port" in found.err
    assert "netpol-revision-" not in found.err


@needs_helm
def test_values_from_elsewhere_are_no_part_of_a_revision(repo, tmp_path) -> None:
    outside = tmp_path / "prod.yaml"
    outside.write_text("port: 8080\n")
    repo.commit(**a_chart(80), pods_yaml=WORKLOADS)
    found = repo.run("HEAD", "--render", "chart", "--values", str(outside))
    assert found.code == 2
    assert "is outside the repository: a revision has no such file" in found.err
    repo.commit(prod_yaml="port: 8080\n")
    found = repo.run("HEAD", "--render", "chart", "--values", str(repo.path / "prod.yaml"), "--namespace", "shop")
    assert (found.code, found.err, found.out) == (0, "", "no connection changes\n")


PROGRAM = f"""#!{sys.executable}
import os, re, sys
with open(os.path.join(sys.argv[-1], "kustomization.yaml")) as file:
    inner = re.search(r"'(.*)'", file.read())[1]
folder = os.path.join(sys.argv[-1], inner)
with open(os.path.join(folder, "policy.yaml")) as file:
    print(file.read().replace("PORT", "80" if "one" in open(os.path.join(folder, "kustomization.yaml")).read() else "8080"))
"""


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script with a first line that names its program")
def test_a_kustomization_is_built_from_the_copy(repo, tmp_path, monkeypatch) -> None:
    program = tmp_path / "kustomize"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    monkeypatch.setattr(kustomize, "find_program", lambda name: str(program) if name == "kustomize" else None)
    policy = POLICY.replace("{{ .Values.app }}", "web").replace("{{ .Values.port }}", "PORT")
    files = {
        "over__policy_yaml": policy.replace("  name: web\n", "  name: web\n  namespace: shop\n"),
        "over__kustomization_yaml": "resources: [policy.yaml]\n# one\n",
        "pods_yaml": WORKLOADS,
    }
    repo.commit(**files)
    repo.commit(over__kustomization_yaml="resources: [policy.yaml]\n# two\n")
    found = repo.run("HEAD~1", "HEAD", "--render", "auto")
    assert (found.code, found.err) == (0, "")
    assert OPENED in found.out


def test_a_copy_has_what_the_revision_has_and_runs_nothing(repo, tmp_path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("a: secret\n")
    repo.write(a_yaml="a: 1\r\n", sub__b_yaml="b: 1\n", big_yaml="x" * (git_revision.MOST_OF_FILE + 1))
    repo.write(**{".gitattributes": "*.yaml filter=evil -text\n"})
    for name, target in {
        "inside.yaml": "sub/b.yaml",
        "outside.yaml": "../secret.yaml",
        "absolute.yaml": str(secret),
        "nowhere.yaml": "nothing.yaml",
        "folder": "sub",
        "to-big.yaml": "big.yaml",
    }.items():
        (repo.path / name).symlink_to(target)
    repo.git("add", "-A")
    repo.git("commit", "-qm", "one")
    mark = tmp_path / "ran"
    repo.git("config", "filter.evil.smudge", f"touch {mark}")
    repo.git("config", "core.hooksPath", str(tmp_path / "hooks"))
    hook = tmp_path / "hooks" / "post-checkout"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\ntouch {mark}\n")
    hook.chmod(0o755)
    target = tmp_path / "copy"
    target.mkdir()
    copy_revision(find_revision("HEAD"), str(target))
    found = {str(path.relative_to(target)): path for path in sorted(target.rglob("*")) if not path.is_dir()}
    assert list(found) == [".gitattributes", "a.yaml", "inside.yaml", "sub/b.yaml"]
    assert not any(path.is_symlink() for path in found.values())
    assert found["a.yaml"].read_bytes() == b"a: 1\r\n"
    assert found["inside.yaml"].read_text() == "b: 1\n"
    assert not mark.exists()


def made_up_tree(repo, name: bytes) -> str:
    """A commit with a file whose name git's own commands would refuse."""
    blob = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"], input=b"a: 1\n", check=True, capture_output=True
    ).stdout
    tree = b"100644 " + name + b"\0" + bytes.fromhex(blob.decode().strip())
    command = ["git", "hash-object", "-t", "tree", "-w", "--stdin", "--literally"]
    made = subprocess.run(command, input=tree, check=True, capture_output=True).stdout.decode().strip()
    return repo.git("commit-tree", "-m", "made up", made).strip()


@pytest.mark.parametrize("name", [b"..", b".git", b".GIT"])
def test_a_name_that_leads_out_is_left_out(repo, tmp_path, name) -> None:
    commit = made_up_tree(repo, name)
    target = tmp_path / "deep" / "copy"
    target.mkdir(parents=True)
    copy_revision(find_revision(commit), str(target))
    assert list(target.iterdir()) == []
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize(("limit", "value"), [("MOST_FILES", 1), ("MOST_BYTES", 5)])
def test_a_revision_that_is_too_large_is_said(repo, tmp_path, monkeypatch, limit, value) -> None:
    repo.commit(a_yaml="a: 1\n", kustomization_yaml="resources: [a.yaml]\n")
    monkeypatch.setattr(git_revision, limit, value)
    with pytest.raises(GitProblem, match="HEAD is too large to be rendered"):
        copy_revision(find_revision("HEAD"), str(tmp_path / "copy"))
    found = repo.run("HEAD", "--render", "auto")
    assert found.code == 2
    assert "too large to be rendered" in found.err


def test_files_are_read_in_portions(repo, tmp_path, monkeypatch) -> None:
    repo.commit(**{f"f{number}_yaml": f"a: {number}\n" for number in range(20)})
    monkeypatch.setattr(git_revision, "_BATCH_BYTES", 12)
    portions = []

    def contents(*arguments, real=git_revision._contents):
        portions.append(len(arguments[1]))
        return real(*arguments)

    monkeypatch.setattr(git_revision, "_contents", contents)
    copy_revision(find_revision("HEAD"), str(tmp_path))
    assert portions == [2] * 10
    assert [(tmp_path / f"f{number}.yaml").read_text() for number in range(20)] == [f"a: {n}\n" for n in range(20)]


@needs_helm
def test_nothing_is_left_behind(repo, monkeypatch, tmp_path) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    repo.commit(**a_chart(80), pods_yaml=WORKLOADS)
    assert repo.run("HEAD", "--render", "auto").code == 0
    assert list(Path(place).iterdir()) == []
