"""What README.md shows of `why` is what the command prints."""

import re
from pathlib import Path

import pytest

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
