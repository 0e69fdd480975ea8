"""The snippets of README.md are what they say."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from netpol_lsp import __version__
from tests.indented_blocks import blocks_of

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
LINT = Path(sys.executable).parent / "netpol-lint"


def snippet(*words):
    (found,) = [block for block in blocks_of(README) if all(word in block for word in words)]
    return YAML(typ="safe").load(found)


def test_pre_commit():
    (repo,) = snippet("repos:", "hooks:")["repos"]
    hooks = {hook["id"] for hook in YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    assert {hook["id"] for hook in repo["hooks"]} <= hooks
    assert "netpol-lint-fix" in hooks
    assert repo["rev"] == f"v{__version__}"


def test_github_action():
    (step,) = [one for one in snippet("uses: actions/checkout") if "netpol" in one["uses"]]
    inputs = YAML(typ="safe").load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    assert set(step["with"]) <= set(inputs)
    assert step["uses"].endswith(f"@v{__version__}")


def test_gitlab():
    job = snippet("artifacts:", "codequality")["netpol"]
    report = job["artifacts"]["reports"]["codequality"]
    assert f"--output {report}" in job["script"][-1]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_loaded_by_the_line_that_the_page_gives(shell, tmp_path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    if not LINT.exists():
        pytest.skip("netpol-lint is not installed beside this Python")
    (block,) = [block for block in blocks_of(README) if "completion bash" in block]
    (line,) = [line.partition("  #")[0] for line in block.splitlines() if f"completion {shell}" in line]
    asked = {
        "bash": "complete -p netpol-lint",
        "zsh": "print -r -- $_comps[netpol-lint]",
        "fish": "complete -c netpol-lint",
    }[shell]
    before = "autoload -U compinit; compinit -D\n" if shell == "zsh" else ""
    done = subprocess.run(
        [shell, "-c", f"{before}{line}\n{asked}"],
        capture_output=True,
        text=True,
        env={"PATH": f"{LINT.parent}:/usr/bin:/bin", "HOME": str(tmp_path)},
        check=False,
    )
    assert "netpol" in done.stdout, done.stderr
