"""Which files a command line means."""

import os
import subprocess
from pathlib import Path

import pytest

from netpol_lsp.files.discovery import discover, would_discover
from netpol_lsp.files.gitignore import Patterns, globs_in


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(*paths: str) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text("a: 1\n")


def found(*arguments: str, **options) -> list[str]:
    result = discover(arguments, **options)
    assert result.problems == ()
    return list(result.paths)


def test_walks_in_order_and_takes_manifests_only() -> None:
    make("b.yaml", "a/z.yml", "a/b.json", "a/readme.md", "c.yaml.bak", "a.b/x.yaml", ".hidden.yaml")
    assert found(".") == [".hidden.yaml", "a.b/x.yaml", "a/b.json", "a/z.yml", "b.yaml"]


def test_paths_are_shown_as_given() -> None:
    make("a/b.yaml")
    assert found("./a/b.yaml") == ["a/b.yaml"]
    assert found("a/") == ["a/b.yaml"]
    assert found("./a") == ["a/b.yaml"]
    assert found(str(Path("a").absolute())) == [str(Path("a/b.yaml").absolute())]
    os.chdir("a")
    assert found("..") == ["../a/b.yaml"]


def test_named_files_are_always_taken() -> None:
    make("notes.txt", ".git/x.yaml", "node_modules/y.yaml")
    assert found("notes.txt", ".git/x.yaml", "node_modules/y.yaml") == [
        ".git/x.yaml",
        "node_modules/y.yaml",
        "notes.txt",
    ]


def test_each_file_once() -> None:
    make("a/b.yaml")
    assert found("a/b.yaml", "a", "./a/b.yaml", str(Path("a/b.yaml").absolute())) == ["a/b.yaml"]


def test_standard_input_comes_first_and_once() -> None:
    make("!.yaml")
    assert found("!.yaml", "-", "-") == ["-", "!.yaml"]


@pytest.mark.parametrize("folder", [".git", ".venv", ".terraform", "node_modules", "vendor", "venv", "__pycache__"])
def test_hidden_and_vendored_folders_are_skipped(folder: str) -> None:
    make(f"{folder}/a.yaml", f"deep/{folder}/a.yaml", "b.yaml")
    assert found(".") == ["b.yaml"]
    assert found(folder) == [f"{folder}/a.yaml"]


def test_config_file_is_no_manifest() -> None:
    make(".netpol-lint.yaml", "a.yaml")
    assert found(".") == ["a.yaml"]


def test_missing_path_is_a_problem_and_the_rest_is_taken() -> None:
    make("a.yaml")
    result = discover(["no.yaml", "a.yaml", "*.yml"])
    assert result.paths == ("a.yaml",)
    assert result.problems == ("no.yaml: no such file or folder", "*.yml: matches no file")


def test_globs() -> None:
    make("x/a.yaml", "x/y/b.yaml", "x/y/c.txt", "z/d.yaml")
    assert found("x/**/*.yaml") == ["x/a.yaml", "x/y/b.yaml"]
    assert found("x/*.yaml") == ["x/a.yaml"]
    assert found("?/*.yaml") == ["x/a.yaml", "z/d.yaml"]
    assert found("[z]") == ["z/d.yaml"]


def test_file_whose_name_looks_like_a_glob() -> None:
    make("a[1].yaml")
    assert found("a[1].yaml") == ["a[1].yaml"]


def test_broken_link_is_named_as_it_is() -> None:
    Path("a.yaml").symlink_to("gone.yaml")
    assert found("a.yaml") == ["a.yaml"]
    assert found(".") == []


def test_linked_folders_are_not_walked_so_loops_do_no_harm() -> None:
    make("a/b.yaml")
    Path("a/loop").symlink_to("..", target_is_directory=True)
    Path("other").symlink_to("a", target_is_directory=True)
    assert found(".") == ["a/b.yaml"]
    assert found("other") == ["other/b.yaml"]


def test_linked_file_is_taken_unless_its_target_is_taken_too(tmp_path_factory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "o.yaml"
    outside.write_text("a: 1\n")
    make("a/b.yaml", "..data/c.yaml")
    Path("a/in.yaml").symlink_to("b.yaml")
    Path("a/out.yaml").symlink_to(outside)
    Path("c.yaml").symlink_to("..data/c.yaml")
    assert found(".") == ["a/b.yaml", "a/out.yaml", "c.yaml"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_named_pipe_in_a_folder_is_skipped() -> None:
    os.mkfifo("a.yaml")
    assert found(".") == []


def test_folder_that_ends_like_a_manifest_is_walked() -> None:
    make("d.yaml/a.yaml")
    assert found(".") == ["d.yaml/a.yaml"]


def test_excluded_by_configuration() -> None:
    make("a/b.yaml", "a/c.yaml", "x/d.yaml")
    asked: list[str] = []

    def excluded(path: str) -> bool:
        asked.append(path)
        return path in ("x/", "a/c.yaml")

    assert found(".", excluded=excluded) == ["a/b.yaml"]
    assert "x/d.yaml" not in asked
    assert found("a/c.yaml", excluded=excluded) == ["a/c.yaml"]
    assert found("a/c.yaml", excluded=excluded, force_exclude=True) == []


def test_asking_for_one_file_agrees_with_the_walk(here, tmp_path_factory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "o.yaml"
    outside.write_text("a: 1\n")
    make(
        "repo/a.yaml", "repo/b.txt", "repo/.hidden.yaml", "repo/.github/x.yaml", "repo/node_modules/x.yaml",
        "repo/sub/.netpol-lint.yaml", "repo/sub/vendor/x.yaml", "repo/sub/gen/x.yaml", "repo/sub/keep.yaml",
        "repo/sub/drop.yaml", "repo/out/x.yaml", "repo/sub/not/x.yaml", "repo/sub/not.yaml", "repo/d.yaml/x.json",
        "repo/local.yaml", "repo/sub/nested/a.yaml", "repo/sub/nested/nested.yml",
    )  # fmt: skip
    (here / "repo/.git/info").mkdir(parents=True)
    (here / "repo/.git/info/exclude").write_text("local.yaml\n")
    (here / "repo/.gitignore").write_text("/out/\ndrop.yaml\n*.yml\n")
    (here / "repo/sub/.gitignore").write_text("gen/\n!nested/*.yml\n")
    (here / "repo/sub/in.yaml").symlink_to("keep.yaml")
    (here / "repo/sub/hidden.yaml").symlink_to("../.github/x.yaml")
    (here / "repo/out.yaml").symlink_to(outside)
    (here / "repo/linked").symlink_to("sub", target_is_directory=True)
    (here / "link").symlink_to("repo", target_is_directory=True)

    def excluded(path: str) -> bool:
        return "/not" in path

    for folder in (here / "repo", here / "repo/sub", here / "repo/out", here / "link"):
        walked = discover([str(folder)], excluded).paths
        assert len(walked) == {"repo": 8, "sub": 4, "out": 0, "link": 8}[folder.name]
        every = [str(path) for path in here.rglob("*") if path.is_file()]
        every += [str(path) for name in ("link", "repo/linked") for path in (here / name).rglob("*") if path.is_file()]
        assert sorted(path for path in every if would_discover(str(folder), path, excluded)) == sorted(walked)


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


def test_gitignore_agrees_with_git() -> None:
    git("init", "-q")
    make(
        "a.yaml", "build/a.yaml", "keep/build/a.yaml", "secret.yaml", "sub/secret.yaml", "sub/x.yaml", "sub/y.yaml",
        "sub/deep/x.yaml", "only/top.yaml", "deep/only/top.yaml", "odd/#x.yaml", "odd/!y.yaml", "odd/sp ace.yaml",
        "ex/cluded.yaml", "local.yaml", "q/1.yaml", "q/12.yaml", "m/n/o/p.yaml", "m/p.yaml", "dironly", "dironly.yaml/x.yaml",
    )  # fmt: skip
    Path(".gitignore").write_text(
        "# comment\n\nbuild/\n!keep/build/\nsecret.yaml\n/only/\nodd/\\#x.yaml\nodd/\\!y.yaml\n"
        "sp\\ ace.yaml\nq/[0-9].yaml\nm/**/p.yaml\ndironly.yaml/\n"
    )
    Path("sub/.gitignore").write_text("*.yaml\n!y.yaml\n!secret.yaml\n")
    Path(".git/info/exclude").write_text("/local.yaml\nex/\n")
    expected = git(
        "-c", "core.quotepath=off", "ls-files", "--others", "--exclude-standard", "--", "*.yaml"
    ).splitlines()
    assert len(expected) > 5
    assert found(".") == sorted(expected)
    assert found("sub") == sorted(path for path in expected if path.startswith("sub/"))
    os.chdir("sub")
    assert found(".") == sorted(path.removeprefix("sub/") for path in expected if path.startswith("sub/"))


def test_gitignore_without_a_repository() -> None:
    make("a.yaml", "b/c.yaml")
    Path(".gitignore").write_text("c.yaml\n")
    assert found(".") == ["a.yaml"]


def test_gitignore_above_the_repository_does_not_count() -> None:
    make("repo/a.yaml")
    Path(".gitignore").write_text("a.yaml\n")
    Path("repo/.git").mkdir()
    assert found("repo") == ["repo/a.yaml"]


def test_worktree_has_a_file_called_git() -> None:
    make("repo/sub/a.yaml", "repo/sub/b.yaml")
    Path("repo/.git").write_text("gitdir: elsewhere\n")
    Path("repo/.gitignore").write_text("sub/b.yaml\n")
    assert found("repo/sub") == ["repo/sub/a.yaml"]


def test_patterns_of_no_lines_ignore_nothing() -> None:
    assert Patterns([]).verdict("a") is None
    assert not Patterns(["# only a comment"]).covers("a/b")


def test_globs_name_files_and_folders_above_them() -> None:
    matches = globs_in("/repo", ["overlays/prod/", "*.gen.yaml", "!keep.gen.yaml"])
    assert matches("/repo/overlays/prod/x/a.yaml")
    assert matches("/repo/x/a.gen.yaml")
    assert not matches("/repo/x/keep.gen.yaml")
    assert not matches("/repo/overlays/test/a.yaml")
    assert not matches("/elsewhere/overlays/prod/a.yaml")
