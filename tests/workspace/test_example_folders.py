"""The folders of examples show what their pages say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netpol_lsp.cli.main import main

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def findings(folder: str, capsys, monkeypatch) -> set[tuple[str, str, str]]:
    monkeypatch.chdir(EXAMPLES.parent)
    assert main(["--no-config", "--no-cache", "--exit-zero", "-q", "--format", "json", f"examples/{folder}"]) == 0
    report = json.loads(capsys.readouterr().out)
    return {(one["path"].rpartition("/")[2][:2], one["code"], one["severity"]) for one in report["findings"]}


def test_the_experiment_that_failed_has_its_causes_named(capsys, monkeypatch) -> None:
    """Three policies replace one another, such pods are in another namespace, and the policy's own has none."""
    found = findings("article", capsys, monkeypatch)
    assert {("07", "NP305", "warning"), ("07", "NP211", "warning"), ("07", "NP302", "warning")} <= found


def test_the_two_mistakes_between_modules(capsys, monkeypatch) -> None:
    found = findings("dubbo", capsys, monkeypatch)
    assert found == {("po", "NP211", "warning"), ("po", "NP302", "warning")}


@pytest.mark.parametrize("name", ["article", "dubbo", "shop"])
def test_the_overview_names_the_folder(name: str) -> None:
    assert f"`{name}/`" in (EXAMPLES / "README.md").read_text()
