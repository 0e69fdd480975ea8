"""The set-up pages: what they tell people to paste can be read, and the index knows every page."""

import json
import re
import struct
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EDITORS = Path(__file__).resolve().parents[2] / "editors"
INDEX = (EDITORS / "README.md").read_text("utf-8")
PAGES = sorted(EDITORS.glob("[a-z]*.md"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SETTINGS = {item["name"] for item in json.loads((EDITORS / "settings.json").read_text("utf-8"))}


def leaves(value: object, path: str = "") -> set[str]:
    """The dotted paths of a tree's leaves."""
    if not isinstance(value, dict):
        return {path}
    return {leaf for key, inner in value.items() for leaf in leaves(inner, f"{path}.{key}" if path else key)}


def blocks(language: str) -> list[tuple[str, str]]:
    return [
        (page.name, text) for page in PAGES for kind, text in BLOCK.findall(page.read_text("utf-8")) if kind == language
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_index_leads_to_every_page(page: Path) -> None:
    assert f"]({page.name})" in INDEX


def test_links_of_the_pages_resolve() -> None:
    for page in [*PAGES, EDITORS / "README.md", *EDITORS.glob("*/README.md")]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
            assert target.startswith("https://") or (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_page_says_whether_it_was_run(page: Path) -> None:
    text = page.read_text("utf-8")
    head = " ".join(re.split(r"\n(?:## |1\. )", text)[0].split())
    was_run = "\n## Tested\n" in text
    assert was_run != ("Not run here" in head)
    assert was_run == (EDITORS.parent / "tests/editors" / page.stem / "run").exists()


def test_each_page_names_the_server_and_the_project_s_own_configuration() -> None:
    for page in PAGES:
        text = page.read_text("utf-8")
        assert "pipx install netpol-lsp" in text, page.name
        assert ".netpol-lint.yaml" in text, page.name


@pytest.mark.parametrize(("name", "text"), blocks("json"))
def test_json_can_be_pasted(name: str, text: str) -> None:
    known = {f"netpol.{setting}" for setting in SETTINGS}
    ours = {
        re.sub(r".*\bnetpol\.", "netpol.", leaf)
        for leaf in leaves(json.loads(text))
        if re.search(r"(^|\.)netpol\.", leaf)
    }
    assert ours <= known, name


@pytest.mark.parametrize(("name", "text"), blocks("toml"))
def test_toml_can_be_pasted(name: str, text: str) -> None:
    ours = {leaf.partition(".config.netpol.")[2] for leaf in leaves(tomllib.loads(text)) if ".config.netpol." in leaf}
    assert ours <= SETTINGS, name


def test_the_extension_s_libraries_fit_those_of_the_server() -> None:
    """`editors/vscode/lock` writes the list anew."""
    lock = (EDITORS / "vscode/requirements.txt").read_text("utf-8")
    pinned = {
        canonicalize_name(name): version for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lock, re.MULTILINE)
    }
    digests = re.split(r"^(?=[\w.-]+==)", lock, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in one for one in digests)
    project = tomllib.loads((EDITORS.parent / "pyproject.toml").read_text("utf-8"))["project"]
    for dependency in map(Requirement, project["dependencies"]):
        assert dependency.specifier.contains(pinned[canonicalize_name(dependency.name)]), dependency


def test_the_extension_s_page_says_where_it_comes_from() -> None:
    manifest = json.loads((EDITORS / "vscode/package.json").read_text("utf-8"))
    urls = tomllib.loads((EDITORS.parent / "pyproject.toml").read_text("utf-8"))["project"]["urls"]
    assert manifest["repository"]["url"] == urls["Repository"]
    assert manifest["bugs"]["url"] == urls["Issues"]
    icon = (EDITORS / "vscode" / manifest["icon"]).read_bytes()
    width, height = struct.unpack(">II", icon[16:24])
    assert icon.startswith(b"\x89PNG")
    assert width == height >= 128


def test_pages_say_what_works_before_the_package_is_published() -> None:
    for page in [*PAGES, EDITORS / "README.md", EDITORS / "neovim/README.md"]:
        text = " ".join(page.read_text("utf-8").split())
        assert re.search(r"once it is published", text, re.IGNORECASE), page.name
        assert "until then" in text or "until it is" in text, page.name
