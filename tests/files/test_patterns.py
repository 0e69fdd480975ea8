"""Patterns of .gitignore: as git reads them, and in time that does not depend on how they are written."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from netpol_lsp.files.gitignore import Patterns, read_patterns
from netpol_lsp.files.globs import expand_glob, fixed_start
from netpol_lsp.files.wildcards import InvalidPatternError, compile_wildcard
from tests.steps import steps_of

PIECES = [
    "a",
    "b",
    "ab",
    "*",
    "**",
    "?",
    "[ab]",
    "[!a]",
    "[^b]",
    "[a-b]",
    "[[:alpha:]]",
    "/",
    "/",
    "\\a",
    "\\*",
    ".",
    "[",
    "]",
    "!",
]
NAMES = ["a", "b", "ab", "ba", "abb", ".a", "*", "a.b", "[", "!", "A"]


def _git(folder: Path, paths: list[str]) -> dict[str, bool]:
    """What git ignores, by path."""
    done = subprocess.run(
        ["git", "-c", "core.excludesFile=", "check-ignore", "--no-index", "-v", "-n", "-z", "--stdin"],
        cwd=folder,
        input="\0".join(paths),
        capture_output=True,
        text=True,
        check=False,
    )
    fields = done.stdout.split("\0")
    return {
        fields[at + 3]: bool(fields[at]) and not fields[at + 2].startswith("!") for at in range(0, len(fields) - 3, 4)
    }


@pytest.mark.parametrize("seed", range(25))
def test_as_git(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    paths = ["/".join(draw.choice(NAMES) for _ in range(draw.randint(1, 4))) for _ in range(150)]
    for _ in range(4):
        lines = ["".join(draw.choices(PIECES, k=draw.randint(1, 6))) for _ in range(draw.randint(1, 5))]
        (tmp_path / ".gitignore").write_text("\n".join(lines) + "\n")
        patterns = Patterns(lines)
        expected = _git(tmp_path, paths)
        assert {path: patterns.covers(path) for path in expected} == expected, lines


@pytest.mark.parametrize(
    "line",
    ["!", "/", "//", "***", "[", "[]", "[!]", "[z-a]", "\\", "a\\", "**/**", "!!", "[[:nosuch:]]", "[a-", "(", "(?P<x>",
     "{a,b}", " \\ ", "(?i)x", "\\Q", "[\\]", "[^]", "#", "", " "],
)  # fmt: skip
def test_no_line_is_too_odd(line: str) -> None:
    patterns = Patterns([line, "b.yaml"])
    assert patterns.verdict("b.yaml") is True
    patterns.covers("a/b/c")


def test_what_is_closed_wrongly_matches_nothing() -> None:
    for pattern in ("[", "a[", "[!]", "[]", "a\\", "[[:nosuch:]]", "x" * 5000):
        with pytest.raises(InvalidPatternError):
            compile_wildcard(pattern)
    assert not compile_wildcard("[z-a]").matches("z")


@pytest.mark.parametrize(
    "line", ["*a" * 15 + "b", "**/*a" * 15 + "b", "[ab]*" * 20 + "c", "?*" * 30 + "c", "a*" * 2000 + "b"]
)
def test_many_stars_take_few_steps(line: str) -> None:
    patterns = Patterns([line])
    path = "a" * 200 + "/" + "a" * 200
    assert steps_of(lambda: patterns.covers(path)) < 5000


def test_a_hundred_thousand_patterns() -> None:
    patterns = Patterns(f"x{number}*y{number}" for number in range(100_000))
    assert patterns.verdict("x7zy7") is True
    assert patterns.verdict("x7zy8") is None
    assert steps_of(lambda: patterns.covers("some/folder/file.yaml")) < 100


def test_patterns_that_are_all_alike_are_not_all_tried() -> None:
    patterns = Patterns(f"*{number}*" for number in range(100_000))
    assert patterns.verdict("file") is None
    assert steps_of(lambda: patterns.covers("some/folder/file.yaml")) < 100_000


def test_a_file_of_patterns_may_be_anything(tmp_path: Path) -> None:
    file = tmp_path / ".gitignore"
    file.write_bytes(b"\xef\xbb\xbfa.yaml\r\n\xff\xfe\n#c\n  \nb\x00c\n")
    patterns = read_patterns(str(file))
    assert patterns is not None
    assert patterns.verdict("a.yaml") is True
    link = tmp_path / "link"
    link.symlink_to(file)
    assert read_patterns(str(link)) is None
    assert read_patterns("/dev/null") is None
    assert read_patterns(str(tmp_path)) is None


def test_globs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path in ("a/x.yaml", "a/b/y.yaml", "a/.h/z.yaml", "c.yaml", ".d.yaml", "a/b/n.txt"):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text("")
    assert sorted(expand_glob("**/*.yaml")) == ["a/b/y.yaml", "a/x.yaml", "c.yaml"]
    assert sorted(expand_glob("a/*")) == ["a/b", "a/x.yaml"]
    assert sorted(expand_glob(".*.yaml")) == [".d.yaml"]
    assert sorted(expand_glob("a/.h/*.yaml")) == ["a/.h/z.yaml"]
    assert sorted(expand_glob("a/**")) == ["a", "a/b", "a/b/n.txt", "a/b/y.yaml", "a/x.yaml"]
    assert sorted(expand_glob("a/[")) == []
    assert sorted(expand_glob(f"{tmp_path}/?.yaml")) == [f"{tmp_path}/c.yaml"]


def test_linked_folders_do_no_harm_to_globs(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "x.yaml").write_text("")
    assert list(expand_glob(f"{tmp_path}/**/*.yaml")) == [f"{tmp_path}/x.yaml"]


def test_where_a_glob_starts() -> None:
    assert fixed_start("a/b/*.yaml") == "a/b"
    assert fixed_start("/*/x") == "/"
    assert fixed_start("../*.yaml") == ".."
    assert fixed_start("*.yaml") == ""
