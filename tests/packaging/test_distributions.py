"""The source distribution holds the repository, and the page for an index has no link that leads nowhere there."""

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
URLS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


def tracked():
    """What git has, less what is being removed; None outside of a checkout."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        return None
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    return {name for name in done.stdout.splitlines() if (ROOT / name).exists()} if done.returncode == 0 else None


def test_the_source_distribution_is_the_repository(dist):
    files = tracked()
    if files is None:
        pytest.skip("this is no checkout of git")
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert files - names == set()
    built = {"PKG-INFO"}
    assert {name for name in names - files - built if not _is_new(name)} == set()


def _is_new(name):
    """Whether git does not ignore a file that it does not have: somebody is about to add it."""
    ignored = subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT, check=False)
    return ignored.returncode != 0


def test_the_page_for_an_index_has_absolute_links(dist):
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        (name,) = [one for one in opened.namelist() if one.endswith("/METADATA")]
        _, _, page = opened.read(name).decode().partition("\n\n")
    links = re.findall(r"\]\(([^)]+)\)", page)
    assert len(links) > 50
    assert [link for link in links if not link.startswith(("https://", "#"))] == []
    for link in links:
        start = f"{URLS['Homepage']}/blob/main/"
        if link.startswith(start):
            assert (ROOT / link.removeprefix(start).partition("#")[0].partition("?")[0]).exists(), link


def test_addresses_are_the_same_everywhere():
    from netpol_lsp.formats.options import HOMEPAGE

    assert URLS["Homepage"] == HOMEPAGE
    assert URLS["Repository"] == f"{HOMEPAGE}.git"
    repository = HOMEPAGE.removeprefix("https://github.com/")
    readme = (ROOT / "README.md").read_text("utf-8")
    assert re.findall(r"uses: (netpol[^@]+)@", readme) == [repository]
    assert re.findall(r"- repo: (\S+)", readme) == [HOMEPAGE]
