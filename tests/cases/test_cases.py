"""Data-only cases: a folder of manifests, linted as one run, and what must come out of it.

A case is a folder here with input files (and a `.netpol-lint.yaml` where it needs one) and `expected.txt`: one line a
finding, `path:line:column code severity message`, below it the related places. `NETPOL_UPDATE_CASES=1` writes
`expected.txt` anew: read what has changed before committing it.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from netpol_lsp.cli.main import main

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/expected.txt"))


def lines_of(report: dict) -> list[str]:
    lines = []
    for found in report["findings"]:
        start = found["start"]
        lines.append(
            f"{found['path']}:{start['line']}:{start['column']} {found['code']} {found['severity']} {found['message']}"
        )
        for item in found.get("related", []):
            lines.append(f"    {item['path']}:{item['start']['line']} {item['message']}")
    return lines


def test_there_are_cases() -> None:
    assert len(CASES) >= 12


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_case(case: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    folder = tmp_path / "case"
    shutil.copytree(case, folder, ignore=shutil.ignore_patterns("expected.txt"))
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    code = main(["--format", "json", "--exit-zero", "-q", "."])
    found = lines_of(json.loads(capsys.readouterr().out))
    assert code == 0
    text = "\n".join([*found, ""]) if found else ""
    if os.environ.get("NETPOL_UPDATE_CASES"):
        (case / "expected.txt").write_text(text)
    assert text == (case / "expected.txt").read_text()
