"""Inputs of other people that linters failed on: what must be found there, and nothing else.

The inputs are data of other projects, and each says at its head what is right; `shared_cases.json` holds our reading of the
heads: by the name of an input, its findings as `[file:]line severity CODE`, exactly. Besides:

- `after_safe_fixes`: what is left once all safe fixes are applied; `after_all_fixes`: the unsafe ones, too. Where one of them is
  not there, such a run must change nothing and leave the same findings.
- `fixes`: what a title of one of the fixes must have in it, by code.
- `says`: words that the message of a finding must have in it, by code.
- `arguments`: further runs, each with its own findings.
- `explain`: words that `explain` must say of it, and must not.
- `note`: why more or less than the head says is right.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netpol_lsp.cli.main import main

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "cases"
TABLE: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("shared_cases.json").read_text())
NAMES = sorted(TABLE)

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the cases of ../shared are not there")

Run = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of an input that may be changed."""
    source, copy = CASES / request.param, tmp_path / Path(request.param).name
    if source.is_dir():
        shutil.copytree(source, copy, copy_function=shutil.copyfile)
    else:
        shutil.copyfile(source, copy)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for folder in (path for path in [copy, *copy.rglob("*")] if path.is_dir()):
        folder.chmod(0o755)
    return copy


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """The findings of a run of the command."""

    def check(path: Path, *arguments: str) -> list[dict[str, Any]]:
        main([*arguments, "--no-config", "--no-cache", "--exit-zero", "-q", "--format", "json", str(path)])
        return list(json.loads(capsys.readouterr().out)["findings"])

    return check


def lines(found: list[dict[str, Any]], path: Path) -> list[str]:
    """The findings as the table has them."""

    def line(one: dict[str, Any]) -> str:
        name = f"{Path(one['path']).name}:" if path.is_dir() else ""
        return f"{name}{one['start']['line']} {one['severity']} {one['code']}"

    return [line(one) for one in found if not one.get("suppressed")]


def content(path: Path) -> dict[str, str]:
    return {str(one): one.read_text() for one in (path.rglob("*") if path.is_dir() else [path]) if one.is_file()}


def test_each_input_is_in_the_table() -> None:
    assert (
        sorted(f"{folder.name}/{one.name}" for folder in CASES.iterdir() if folder.is_dir() for one in folder.iterdir())
        == NAMES
    )


@pytest.mark.parametrize(("case", "name"), [(name, name) for name in NAMES], indirect=["case"], ids=NAMES)
def test_what_is_found(case: Path, name: str, run: Run) -> None:
    expected = TABLE[name]
    found = run(case)
    assert lines(found, case) == expected["findings"]
    for code, words in expected.get("says", {}).items():
        assert any(words in one["message"] for one in found if one["code"] == code), (code, words)
    for code, title in expected.get("fixes", {}).items():
        titles = [fix["title"] for one in found if one["code"] == code for fix in one["fixes"]]
        assert any(title in one for one in titles), (code, titles)
    for arguments, others in expected.get("arguments", {}).items():
        assert lines(run(case, *arguments.split()), case) == others, arguments


@pytest.mark.parametrize("which", ["after_safe_fixes", "after_all_fixes"])
@pytest.mark.parametrize(("case", "name"), [(name, name) for name in NAMES], indirect=["case"], ids=NAMES)
def test_what_fixes_leave(case: Path, name: str, which: str, run: Run) -> None:
    before = content(case)
    left = run(case, "--fix", *(["--unsafe-fixes"] if which == "after_all_fixes" else []))
    if which in TABLE[name]:
        assert content(case) != before
        assert [f"{one['severity']} {one['code']}" for one in left] == TABLE[name][which]
    else:
        assert content(case) == before
        assert lines(left, case) == TABLE[name]["findings"]


@pytest.mark.parametrize(
    ("case", "name"), [(name, name) for name in NAMES if "explain" in TABLE[name]], indirect=["case"]
)
def test_what_is_explained(case: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["explain", str(case)])
    text = capsys.readouterr().out
    for words in TABLE[name]["explain"]["says"]:
        assert words in text
    for words in TABLE[name]["explain"]["never"]:
        assert words not in text
