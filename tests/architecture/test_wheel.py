"""The wheel holds what the package needs: a checkout that is not there cannot help it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = (
    "import netpol_lsp, sys\n"
    "from netpol_lsp.resources import resource_path\n"
    "print(resource_path('schemas/networkpolicy.v1.schema.json'))\n"
    "print(resource_path('docs/rules/NP103.md'))\n"
    "from netpol_lsp.cli.main import main\n"
    "sys.exit(main(['check', '--no-cache', '--no-config', '--format', 'concise', sys.argv[1]]))\n"
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_wheel_works_alone(installed: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, labels: {x: true}}\nspec: {podSelector: {}}\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-c", LINT, str(policy)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 1, done.stderr
    assert all(line.startswith(str(installed)) for line in lines[:2])
    assert "NP103" in done.stdout


def test_wheel_holds_no_tests_and_declares_both_commands(installed: Path) -> None:
    names = {path.relative_to(installed).parts[0] for path in installed.iterdir()}
    (info,) = [name for name in names if name.endswith(".dist-info")]
    assert names == {"netpol_lsp", info}
    commands = (installed / info / "entry_points.txt").read_text()
    assert "netpol-lint = " in commands
    assert "netpol-lsp = " in commands
    assert (installed / "netpol_lsp" / "py.typed").exists()
