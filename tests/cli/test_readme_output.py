"""What README.md shows is what the commands print, and what it counts is there."""

import re
from pathlib import Path

import pytest

from netpol_lsp.capabilities.platforms import all_platforms
from netpol_lsp.capabilities.profiles import all_profiles
from netpol_lsp.cli import connectivity
from netpol_lsp.cli.main import main
from tests.charts import needs_helm

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("example", ["article", "dubbo"])
def test_the_output_in_the_readme_is_real(example, capfdbinary, monkeypatch):
    block = re.search(rf"<!-- why: {example} -->\n(.*?)<!-- /why -->", README, re.DOTALL)
    assert block is not None
    command, *shown = [line[4:] for line in block[1].strip("\n").splitlines()]
    assert command.startswith("$ netpol-lint why ")
    monkeypatch.chdir(ROOT)
    assert main(command.removeprefix("$ netpol-lint ").split()) == 0
    printed = capfdbinary.readouterr().out.decode().splitlines()
    assert len(shown) > 5
    assert printed[: len(shown)] == shown


@needs_helm
def test_the_rendering_in_the_readme_is_real(capfdbinary, monkeypatch):
    block = re.search(r"<!-- render: chart -->\n(.*?)<!-- /render -->", README, re.DOTALL)
    assert block is not None
    command, *shown = [line[4:] for line in block[1].strip("\n").splitlines()]
    monkeypatch.chdir(ROOT)
    assert main([*command.removeprefix("$ netpol-lint ").split(), "--no-config"]) == 1
    printed = capfdbinary.readouterr().out.decode().splitlines()
    assert printed[: len(shown)] == shown


def test_the_first_finding_is_one_of_the_run(capfdbinary, monkeypatch):
    block = re.search(r"^    error\[.*?(?=^\S)", README, re.DOTALL | re.MULTILINE)
    assert block is not None
    shown = "\n".join(line[4:] for line in block[0].strip("\n").splitlines())
    monkeypatch.chdir(ROOT)
    assert main(["check", "--no-cache", "--exit-zero", "--format", "text", "examples"]) == 0
    assert shown in capfdbinary.readouterr().out.decode()


def test_all_formats_of_connectivity_are_named():
    (line,) = [line for line in README.splitlines() if line.startswith("    netpol-lint connectivity  ")]
    assert set(re.findall(r"\w+", line.rpartition(":")[2])) - {"a"} == set(connectivity.FORMATS)


def test_plugins_and_platforms_are_counted():
    assert f"has {len(all_profiles())} plugins and {len(all_platforms())} platforms" in README
