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


@pytest.mark.parametrize("name", ["article", "chart", "dubbo", "shop"])
def test_the_overview_names_the_folder(name: str) -> None:
    assert f"`{name}/`" in (EXAMPLES / "README.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("why", "portal/portal", "dubbo-registry/zookeeper:2181", "examples/dubbo"), 0),
        (("test", "examples/dubbo/netpol-tests.yaml", "examples/dubbo"), 1),
    ],
)
def test_the_page_shows_real_output(arguments: tuple[str, ...], code: int, capsys, monkeypatch) -> None:
    monkeypatch.chdir(EXAMPLES.parent)
    assert main([*arguments, "--no-config", "--color", "never"]) == code
    assert f"```\n{capsys.readouterr().out}```" in (EXAMPLES / "dubbo" / "README.md").read_text("utf-8")


def test_what_the_fix_opens_is_all_that_it_opens(tmp_path, capsys, monkeypatch) -> None:
    folder = EXAMPLES / "dubbo"
    for name in ("base", "head"):
        (tmp_path / name).mkdir()
        for file in ("policies.yaml", "workloads.yaml", "netpol-tests.yaml"):
            text = (folder / file).read_text("utf-8")
            if name == "head":
                text = text.replace("app: zoo-keeper", "app: zookeeper").replace(
                    "        - podSelector:\n            matchLabels:\n              app: order",
                    "        - namespaceSelector:\n            matchLabels:\n              kubernetes.io/metadata.name: order\n"
                    "          podSelector:\n            matchLabels:\n              app: order",
                )
            (tmp_path / name / file).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["test", "head", "--no-config"]) == 0
    capsys.readouterr()
    assert main(["diff", "base", "head", "--no-config", "--format", "json"]) == 0
    changes = json.loads(capsys.readouterr().out)["changes"]
    opened = {
        (one["source"]["name"], one["destination"]["name"]) for one in changes if one["opened"]["text"] != "no ports"
    }
    assert opened == {("portal", "zookeeper"), ("order-provider", "payment-provider")}


def test_why_names_the_causes_of_the_experiment_that_failed(capsys, monkeypatch) -> None:
    monkeypatch.chdir(EXAMPLES.parent)
    assert main(["why", "cs1-client", "default/web:80", "examples/article", "--no-config", "--color", "never"]) == 0
    text = capsys.readouterr().out
    assert "07-allow-by-pod-label.yaml:6:9 counts" in text
    assert "without a namespaceSelector the peer means pods of namespace `default`, not of `cs1`" in text
    assert "no such pod is known there" in text
    assert "kubernetes.io/metadata.name: cs1" in text
