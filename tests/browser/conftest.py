"""A browser for all tests of pages, and pages from manifests."""

import contextlib
import os
from pathlib import Path

import pytest

from netpol_lsp.cli.main import main
from tests.browser.chromium import Chromium, Tab, find_chromium


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """A headless Chromium; the tests skip where there is none, unless one is demanded."""
    program = find_chromium()
    if program is None:
        assert not os.environ.get("NETPOL_CHROMIUM_REQUIRED"), "there is no Chromium"
        pytest.skip("there is no Chromium: install it, or name it in NETPOL_CHROMIUM")
    browser = Chromium(program, tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def make_page(page: Path, folder: Path, *arguments: str) -> Path:
    """The page of a command that runs in a folder."""
    with contextlib.chdir(folder):
        assert main([*arguments, "--no-config", "--format", "html", "--output", str(page)]) == 0
    return page


@pytest.fixture(scope="session")
def dubbo_page(tmp_path_factory):
    """The page of examples/dubbo."""
    return make_page(tmp_path_factory.mktemp("dubbo") / "dubbo.html", EXAMPLES / "dubbo", "connectivity", ".")


@pytest.fixture
def show(chromium, tmp_path):
    """Opens the page of a command; what it asks of the network, and what its console says, fails the test."""
    tabs: list[Tab] = []

    def show(*arguments: str, folder: Path = tmp_path, page: Path | None = None, **options) -> Tab:
        tabs.append(chromium.open(page or make_page(tmp_path / f"page{len(tabs)}.html", folder, *arguments), **options))
        return tabs[-1]

    yield show
    for tab in tabs:
        own = [url for url in tab.requests if url.startswith("file:") and url.endswith(".html")]
        assert len(own) == 1
        assert [url for url in tab.requests if url not in own and not url.startswith(("data:", "blob:"))] == []
        assert tab.problems == getattr(tab, "expected_problems", [])
        tab.close()
