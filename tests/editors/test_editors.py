"""Runs the tests in real editors that are on this machine; `.ci/editors` installs them all."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
REPO = HERE.parent.parent
WORK = Path(os.environ.get("NETPOL_EDITORS_WORK", REPO / ".ci-work/editors")).resolve()
SERVER = Path(sys.executable).parent / "netpol-lsp"

pytestmark = [
    pytest.mark.editor,
    pytest.mark.skipif(not SERVER.exists(), reason=f"no {SERVER.name} beside this Python"),
    pytest.mark.skipif(sys.platform == "win32", reason="the scripts are for Unix shells"),
]


def run(*command: str | Path, **variables: str) -> None:
    environment = {**os.environ, **variables}
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, env=environment, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def program(name: str, place: Path | None = None) -> Path:
    """An editor's program; the test is skipped where there is none."""
    found = place if place is not None and place.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed; .ci/editors installs it")
    return Path(found)


@pytest.mark.parametrize("mode", ["plugin", "path"])
def test_neovim_of_the_system(mode: str) -> None:
    run(HERE / "neovim/run", program("nvim"), SERVER, mode)


@pytest.mark.parametrize("mode", ["plugin", "enable", "path"])
def test_neovim_011(mode: str) -> None:
    place = WORK / "venv/bin/nvim"
    if not place.exists():
        pytest.skip("Neovim 0.11 is not installed; .ci/editors installs it")
    run(HERE / "neovim/run", place, SERVER, mode)


def test_neovim_beside_yaml_language_server() -> None:
    nvim = WORK / "venv/bin/nvim"
    peer = WORK / "yamlls/node_modules/.bin/yaml-language-server"
    if not (nvim.exists() and peer.exists()):
        pytest.skip("Neovim 0.11 or yaml-language-server is not installed; .ci/editors installs them")
    run(HERE / "yamlls/run", nvim, SERVER, peer)


def test_emacs() -> None:
    run(HERE / "emacs/run", program("emacs"), SERVER)


def test_emacs_with_lsp_mode() -> None:
    if not any(Path("/usr/share/emacs/site-lisp/elpa").glob("lsp-mode-*")):
        pytest.skip("lsp-mode is not installed; .ci/editors installs it")
    run(HERE / "emacs/run-lsp-mode", program("emacs"), SERVER)


def test_vim_with_ale() -> None:
    ale = Path("/usr/share/vim-ale")
    if not ale.exists():
        pytest.skip("ALE is not installed; .ci/editors installs it")
    run(HERE / "vim/run", program("vim"), SERVER, ale)


@pytest.mark.parametrize(
    "script", ["inside.mjs", "ui.mjs", "trust.mjs", "settings.mjs", "first.mjs", "connections.mjs"]
)
def test_vscode(script: str) -> None:
    # Minutes long, so only for those who say where it is: `.ci/editors` runs it anyway.
    if "NETPOL_EDITORS_WORK" not in os.environ:
        pytest.skip("NETPOL_EDITORS_WORK does not say where VS Code is; .ci/editors installs it")
    places = {
        "CODE_SERVER": WORK / "code-server",
        "PLAYWRIGHT": WORK / "npm",
        "VSIX": WORK / "vscode/netpol.vsix",
        "CHROMIUM": program("chromium"),
        "EXTENSION": REPO / "editors/vscode/dist/extension.js",
    }
    missing = [name for name, place in places.items() if not place.exists()]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}; .ci/editors installs it")
    variables = {name: str(place) for name, place in places.items()}
    pictures = str(WORK / "pictures")
    run(
        program("node"),
        HERE / "vscode" / script,
        SERVER=str(SERVER),
        PYTHON=sys.executable,
        PICTURES=pictures,
        **variables,
    )


def test_vscode_unit() -> None:
    if not (REPO / "editors/vscode/node_modules").exists():
        pytest.skip("the extension's npm packages are not installed; .ci/editors installs them")
    run(program("npm"), "--prefix", REPO / "editors/vscode", "test")
