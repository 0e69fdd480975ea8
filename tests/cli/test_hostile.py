"""A repository that means harm: nothing outside is read or written, one file takes nothing else down."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from netpol_lsp.files import writing
from netpol_lsp.files.writing import TEMPORARY_PREFIX, TEMPORARY_SUFFIX, ChangedError, atomic_write

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec:\n  podSelector: {}\n"
KILLERS = {
    "number": f"kind: NetworkPolicy\nmetadata: {{name: {'9' * 4301}}}\n",
    "mappings": f"{HEAD}  ingress: {'{a: ' * 330}{'}' * 330}\n",
    "lists": f"{HEAD}  ingress: {'[' * 330}{']' * 330}\n",
    "blocks": HEAD + "  ingress:\n" + "".join("   " + " " * depth + "a:\n" for depth in range(330)),
    "deep blocks": HEAD + "x:\n" + "".join(" " * depth + "a:\n" for depth in range(1, 3000)),
}


@pytest.fixture
def repository(folder):
    (folder.path / ".git").mkdir()
    for name in ("a.yaml", "b.yaml"):
        folder.bad(name)
    return folder


@pytest.mark.parametrize("killer", KILLERS.values(), ids=KILLERS)
def test_the_other_files_are_linted(repository, killer: str) -> None:
    repository.write("zz.yaml", killer)
    done = repository.run("--format", "json")
    assert done.code == 1
    assert {"a.yaml", "b.yaml"} <= {one["path"] for one in json.loads(done.out)["findings"]}
    assert "internal error" not in done.out + done.err
    assert repository.run("explain", ".").code == 0
    fixed = repository.run("--fix")
    assert fixed.code in (0, 1)
    assert " fixed in " in fixed.err
    assert "a.yaml" not in fixed.out


def test_a_link_that_leads_to_itself_is_said_and_the_rest_is_linted(repository) -> None:
    (repository.path / "loop.yaml").symlink_to("loop.yaml")
    os.mkfifo(repository.path / "pipe.yaml")
    (repository.path / "zero.yaml").symlink_to("/dev/zero")
    done = repository.run("--format", "concise")
    assert "a.yaml" in done.out
    assert "loop.yaml: cannot be read: too many levels of symbolic links" in done.err
    assert "internal error" not in done.err
    assert "zero.yaml: is a device" in repository.run("zero.yaml").err


@pytest.mark.parametrize("line", ["!", "\\", "[z-a]", "(", "[[:nosuch:]]"])
def test_a_pattern_that_is_not_valid_is_passed_over(repository, line: str) -> None:
    repository.write(".gitignore", f"{line}\nb.yaml\n")
    done = repository.run("--format", "concise")
    assert done.code == 1
    assert "a.yaml" in done.out
    assert "b.yaml" not in done.out


@pytest.mark.parametrize("name", [".gitignore", ".netpol-lint.yaml", "base.yaml"])
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_special_files_are_never_waited_for(repository, name: str, kind: str) -> None:
    path = repository.path / name
    if name == "base.yaml":
        repository.write(".netpol-lint.yaml", "extends: base.yaml\n")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
    done = repository.run("--format", "concise")
    assert "internal error" not in done.err
    assert done.code == (1 if name == ".gitignore" or (kind == "folder" and name != "base.yaml") else 2)


@pytest.fixture
def secret(repository) -> Path:
    path = repository.path.parent / "outside" / "secret.yaml"
    path.parent.mkdir()
    path.write_text("password: hunter2\ntoken: [a, ghp_SECRET]\n")
    return path


@pytest.mark.parametrize("how", ["relative", "absolute", "link", "linked folder", "linked config"])
def test_a_config_file_reads_nothing_outside(repository, secret: Path, how: str) -> None:
    config = repository.path / ".netpol-lint.yaml"
    if how == "link":
        (repository.path / "in.yaml").symlink_to(secret)
    if how == "linked folder":
        (repository.path / "in").symlink_to(secret.parent, target_is_directory=True)
    if how == "linked config":
        config.symlink_to(secret)
    else:
        named = {"relative": "../outside/secret.yaml", "absolute": secret, "link": "in.yaml"}.get(how, "in/secret.yaml")
        config.write_text(f"extends: {named}\n")
    for options in ([], ["--allow-outside"]):
        done = repository.run(*options)
        assert done.code == 2
        assert "hunter2" not in done.out + done.err
        assert "password" not in done.out + done.err
        assert ("--allow-outside" in done.err) is (not options)


def test_what_the_user_allows_is_read(repository, secret: Path) -> None:
    secret.write_text("select: [NP602]\n")
    repository.write(".netpol-lint.yaml", "extends: ../outside/secret.yaml\n")
    assert repository.run().code == 2
    assert repository.run("--allow-outside").code == 0


@pytest.mark.parametrize("named", ["../outside", "/", "../outside/*.yaml", "/**/*.yaml", "in"])
def test_context_reads_nothing_outside(repository, secret: Path, named: str) -> None:
    (repository.path / "in").symlink_to(secret.parent, target_is_directory=True)
    repository.write(".netpol-lint.yaml", f"context: ['{named}']\n")
    done = repository.run("--format", "concise")
    assert done.code == 2
    assert "--allow-outside" in done.err
    assert "a.yaml" in done.out
    assert repository.run("--no-config", "--context", str(secret)).code == 1


def test_names_forge_no_command_and_do_not_act_on_the_terminal(repository) -> None:
    for name in ("::error file=x::y.yaml", "a\n::set-output name=a::b.yaml", "\x1b]0;pwned\x07.yaml", "\u202etxt.yaml"):
        repository.bad(name)
    repository.write(".netpol-lint.yaml", 'extends: ../.netpol-lint.yaml\nprofile: "x\\n::error::y\\e[31m"\n')
    outputs = [
        repository.run(),
        repository.run("--no-config", "--format", "concise"),
        repository.run("--no-config", "gone\x1b[31m\n::error::x"),
    ]
    outputs += [repository.run("--no-config", "--format", form) for form in ("text", "github", "junit", "checkstyle")]
    outputs += [repository.run("explain", "--no-config", "."), repository.run("config")]
    for done in outputs:
        whole = done.out + done.err
        assert not {char for char in whole if ord(char) < 32 and char != "\n"}
        assert "\u202e" not in whole
        for line in done.err.splitlines() + ([] if done.out.startswith("::") else done.out.splitlines()):
            assert not line.lstrip().removeprefix("::: ").startswith("::")
    github = repository.run("--no-config", "--format", "github").out.splitlines()
    assert all(re.match("::(error|warning|notice) file=", line) for line in github if line)


def test_fixes_and_reports_never_leave_the_tree_by_a_link(repository, secret: Path) -> None:
    manifest = secret.parent / "p.yaml"
    manifest.write_bytes((repository.path / "a.yaml").read_bytes())
    before = manifest.read_bytes()
    (repository.path / "link.yaml").symlink_to(manifest)
    (repository.path / "report.txt").symlink_to(secret)
    done = repository.run("link.yaml", "--fix")
    assert manifest.read_bytes() == before
    assert done.code == 2
    assert "link.yaml: cannot be written: a link leads out of the tree it is in, so it is not fixed" in done.err
    assert "NP105" in done.out
    assert repository.run("-o", "report.txt").code == 2
    assert secret.read_text().startswith("password")


def test_a_report_after_a_failed_write_shows_what_is_still_there(repository, monkeypatch) -> None:
    target = repository.path / "a.yaml"
    target.chmod(0o444)
    done = repository.run("--fix", "--format", "concise")
    assert done.code == 2
    assert "a.yaml: cannot be written: it is read-only, so it is not fixed" in done.err
    assert "a.yaml" in done.out
    assert "NP105" in done.out
    assert "b.yaml" not in done.out


def test_a_file_that_changes_in_the_last_moment_is_left(tmp_path, monkeypatch) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\n")
    write_new = writing._write_new

    def slow(*arguments) -> None:
        write_new(*arguments)
        path.write_text("a: 2\n")

    monkeypatch.setattr(writing, "_write_new", slow)
    with pytest.raises(ChangedError):
        atomic_write(str(path), "a: 3\n", before=b"a: 1\n")
    assert path.read_text() == "a: 2\n"
    assert [one.name for one in tmp_path.iterdir()] == ["a.yaml"]


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    left = tmp_path / f"{TEMPORARY_PREFIX}{ended.stdout.strip()}-abc{TEMPORARY_SUFFIX}"
    running = tmp_path / f"{TEMPORARY_PREFIX}{os.getpid()}-abc{TEMPORARY_SUFFIX}"
    for path in (left, running):
        path.write_text("")
    atomic_write(str(tmp_path / "a.yaml"), "a: 1\n")
    assert not left.exists()
    assert running.exists()


@pytest.fixture
def many(folder):
    for number in range(51):
        folder.bad(f"p{number:02}.yaml")
    return folder


def caches(folder) -> list[Path]:
    return sorted((folder.path.parent / ".cache" / "netpol-lsp").iterdir())


def test_the_cache_is_private(many) -> None:
    many.run()
    many.run()
    where = many.path.parent / ".cache" / "netpol-lsp"
    assert stat.S_IMODE(where.stat().st_mode) == 0o700
    assert len(caches(many)) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in caches(many)} == {0o600}


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry.__setitem__(0, "x"),
        lambda entry: entry.__setitem__(1, None),
        lambda entry: entry.__setitem__(2, "9"),
        lambda entry: entry.__setitem__(5, "[[1,2]]"),
        lambda entry: entry.__setitem__(5, entry[5].replace('"NP105"', "[]")),
        lambda entry: entry.__setitem__(5, entry[5].replace("TCP", "T").replace('"api"', '"nosuch"')),
        lambda entry: entry.__setitem__(7, [["x"]]),
        lambda entry: entry.clear(),
    ],
)
def test_a_cache_of_another_shape_is_dropped(many, change) -> None:
    fresh = many.run("--format", "json", "--no-cache")
    many.run("-v")
    path = next(path for path in caches(many) if path.suffix == ".json")
    content = json.loads(path.read_text())
    for entry in content["entries"].values():
        change(entry)
    path.write_text(json.dumps(content))
    done = many.run("--format", "json", "-v")
    assert (done.code, done.out) == (fresh.code, fresh.out)
    assert "internal error" not in done.err


def test_links_and_reports_of_others_are_not_taken(many) -> None:
    good = many.run("--format", "concise")
    many.run("--format", "concise")
    report = next(path for path in caches(many) if path.suffix == ".report")
    whole = report.read_bytes()
    report.write_bytes(whole.replace(b"NP105", b"\x1b]0;"))
    assert many.run("--format", "concise").out == good.out
    report.write_bytes(whole)
    elsewhere = many.path.parent / "elsewhere"
    report.rename(elsewhere)
    report.symlink_to(elsewhere)
    assert many.run("--format", "concise").out == good.out
    assert elsewhere.read_bytes() == whole


def test_large_files_are_said(repository) -> None:
    repository.write(".netpol-lint.yaml", "select: [syntax, api]\n")
    repository.write("large.yaml", HEAD + "# " + "x" * 3000)
    done = repository.run("--format", "json", "--max-file-size", "2k")
    found = [one for one in json.loads(done.out)["findings"] if one["path"] == "large.yaml"]
    assert [(one["code"], one["severity"]) for one in found] == [("NP001", "warning")]
    assert (
        found[0]["message"]
        == "the file is larger than 2,000 bytes, which is more than is read; --max-file-size sets how much that is"
    )
    assert repository.run("--max-file-size", "0", "large.yaml").code == 0
    assert repository.run("--max-file-size", "much").code == 2


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("severity: {yaml-syntax: info}", [("NP001", "info")]),
        ("severity: {NP001: error}", [("NP001", "error")]),
        ("severity: {syntax: error}", [("NP001", "error")]),
        ("profile: strict", [("NP001", "warning")]),
        ("ignore: [NP001]", []),
        ("overrides: [{files: [large.yaml], ignore: [NP001]}]", []),
        ("overrides: [{files: [other.yaml], ignore: [NP001]}]", [("NP001", "warning")]),
    ],
)
def test_the_configuration_has_its_say_about_large_files(repository, setting: str, expected: list[object]) -> None:
    repository.write("large.yaml", HEAD + "# " + "x" * 3000)
    repository.write(".netpol-lint.yaml", setting + "\n")
    done = repository.run("--format", "json", "--max-file-size", "2k", "large.yaml")
    assert [(one["code"], one["severity"]) for one in json.loads(done.out)["findings"]] == expected


@pytest.mark.parametrize("command", ["check", "connectivity", "inventory"])
def test_a_file_of_empty_documents_is_cut_once(repository, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    from netpol_lsp.cli.main import main
    from netpol_lsp.lint import analysis
    from netpol_lsp.yaml import manifests

    asked: list[list[str]] = []
    split = manifests.split

    def counted(text: str) -> list[object]:
        chunks = split(text)
        asked.append([chunk.text for chunk in chunks])
        return chunks

    assert analysis.split_manifest is manifests.split_manifest
    monkeypatch.setattr(manifests, "split", counted)
    monkeypatch.setattr("netpol_lsp.project.cluster_inputs.split", lambda _: pytest.fail("it is cut again"))
    repository.write("empty.yaml", HEAD + "---\n" * 3000)
    main([command, *(["--no-cache"] if command == "check" else []), "empty.yaml"])
    (texts,) = asked
    assert len(texts) == 3001
    # Nearly all of them are one string.
    assert len(set(map(id, texts))) < 5


def test_documents_with_the_same_text_are_read_once(repository, monkeypatch: pytest.MonkeyPatch) -> None:
    from netpol_lsp.lint import analysis

    texts: list[str] = []
    read = analysis.parse_manifest
    monkeypatch.setattr(analysis, "parse_manifest", lambda text, *a, **k: texts.append(text) or read(text, *a, **k))
    repository.write("many.yaml", f"---\n{HEAD.replace('name: a', 'name: A_')}" * 50)
    done = repository.run("--jobs", "1", "--format", "json", "many.yaml")
    found = json.loads(done.out)["findings"]
    assert len({one["document"] for one in found if one["code"] == "NP106"}) == 50
    assert len(texts) == 1


def test_what_cannot_be_read_is_a_finding_where_programs_read(repository) -> None:
    (repository.path / "loop.yaml").symlink_to("loop.yaml")
    repository.write("binary.yaml", f"{HEAD}\0".encode())
    for format_name in ("json", "github", "gitlab", "junit", "checkstyle", "rdjson", "sarif"):
        done = repository.run("--format", format_name)
        assert done.code == 2
        assert all(name in done.out for name in ("loop.yaml", "binary.yaml", "a.yaml", "NP990")), format_name
    findings = json.loads(repository.run("--format", "json").out)["findings"]
    unread = {one["path"]: one["message"] for one in findings if one["code"] == "NP990"}
    assert unread == {
        "loop.yaml": "the file cannot be read: too many levels of symbolic links, so it was not linted",
        "binary.yaml": "the file is a binary file: it has a NUL character (line 6), so it was not linted",
    }
    fixed = repository.run("--fix", "--format", "json")
    assert fixed.code == 2
    assert '"NP990"' in fixed.out
    assert "2 fixed in 2 files" in fixed.err
    explained = repository.run("explain", ".")
    assert explained.code == 2
    assert "# a.yaml" in explained.out
    assert "loop.yaml: cannot be read" in explained.err


@pytest.mark.parametrize(
    "name", ["plain.yaml", 'quo"te.yaml', "tab\there.yaml", "line\nfeed.yaml", "snow\u2603\u202e.yaml"]
)
def test_a_patch_applies_whatever_the_file_is_called(repository, name: str) -> None:
    text = (repository.path / "a.yaml").read_text("utf-8") + "          # \u202e kept\n"
    repository.write(name, text)
    (repository.path / "a.yaml").unlink()
    (repository.path / "b.yaml").unlink()
    patch = repository.run("--diff", ".").out
    assert "# \u202e kept" in patch
    subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=repository.path, check=True)
    assert (repository.path / name).read_text("utf-8") == text.replace("tcp", "TCP")


def test_a_patch_on_a_terminal_does_not_act_on_it(repository, monkeypatch) -> None:
    text = (repository.path / "a.yaml").read_text("utf-8")
    repository.write("p.yaml", text + "          # \u202e kept\n")
    monkeypatch.setattr("netpol_lsp.cli.console.is_terminal", lambda _stream: True)
    shown = repository.run("--diff", "p.yaml").out
    assert "\\u202e" in shown
    assert "\u202e" not in shown


@pytest.mark.parametrize(
    "command",
    [
        ("--format", "json"),
        ("--format", "jsonl"),
        ("--format", "sarif"),
        ("--format", "gitlab"),
        ("--format", "rdjson"),
        ("explain", "--format", "json"),
        ("inventory", "--format", "json"),
        ("connectivity", "--format", "json"),
    ],
)
def test_json_shows_what_cannot_be_seen_by_its_number(repository, command: tuple[str, ...]) -> None:
    name = "a\\u202e\\e[31m\\u2066"
    repository.write("p.yaml", HEAD.replace("name: a", f'name: "{name}", namespace: "{name}"'))
    done = repository.run(*command, "." if command[0] != "--format" else "p.yaml")
    text = done.out
    assert text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    for line in text.splitlines() if "jsonl" in command else [text]:
        json.loads(line)


@pytest.mark.parametrize("start", ["=", "::error::"])
@pytest.mark.parametrize(
    "command",
    [
        ("inventory", "before"),
        ("connectivity", "before"),
        ("connectivity", "--color", "always", "before"),
        ("connectivity", "--exposure", "before"),
        ("connectivity", "--format", "csv", "before"),
        ("connectivity", "--format", "markdown", "before"),
        ("connectivity", "--format", "mermaid", "before"),
        ("connectivity", "--format", "dot", "before"),
        ("diff", "before", "after"),
        ("diff", "--format", "markdown", "before", "after"),
    ],
)
def test_names_of_workloads_act_on_nothing(repository, command: tuple[str, ...], start: str) -> None:
    name = f'"{start}a\\n::error::b\\e]0;c\\a\\u202e"'
    labels = "{app: web}"
    pods = f"metadata: {{name: {name}, namespace: {name}}}\nspec: {{selector: {{matchLabels: {labels}}}, "
    pods += f"template: {{metadata: {{labels: {labels}}}, spec: {{containers: [{{name: a}}]}}}}}}\n"
    workload = "apiVersion: apps/v1\nkind: Deployment\n" + pods
    denied = f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: a, namespace: {name}}}\n"
    denied += "spec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n"
    repository.write("before/w.yaml", workload)
    repository.write("after/w.yaml", f"{workload}---\n{denied}")
    out = repository.run(*command).out
    assert "error" in out
    assert not re.search("[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f\u202e]|\x1b(?!\\[[0-9;]*m)", out)
    assert not re.search(r"^\s*(?:::|##(?:vso)?\[)" + ("|^=" if "csv" in command else ""), out, re.MULTILINE)
