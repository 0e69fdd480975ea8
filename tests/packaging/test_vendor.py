"""`.ci/vendor`: whether the graph library is npm's, with an npm of the test's own."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
NPM = """\
#!{python}
import json, shutil, sys
if sys.argv[1] == "view":
    print(json.dumps("{newest}"))
else:
    version = sys.argv[2].rpartition("@")[2]
    shutil.copy("{folder}/" + version + ".tgz", sys.argv[sys.argv.index("--pack-destination") + 1])
    print(json.dumps([{{"filename": version + ".tgz"}}]))
"""


@pytest.fixture
def vendor(tmp_path):
    """Runs the script on a folder that has version 1.0.0, beside an npm that has it and 1.1.0."""
    assets, packages = tmp_path / "assets", tmp_path / "npm"
    assets.mkdir()
    packages.mkdir()

    def publish(version, licence="MIT"):
        with tarfile.open(packages / f"{version}.tgz", "w:gz") as archive:
            for name, text in (
                ("package.json", json.dumps({"license": licence})),
                ("dist/graph.js", f"// {version}\n"),
            ):
                content = text.encode()
                member = tarfile.TarInfo(f"package/{name}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))

    def run(*options, newest="1.0.0"):
        npm = packages / "npm"
        npm.write_text(NPM.format(python=sys.executable, newest=newest, folder=packages))
        npm.chmod(0o755)
        environment = {**os.environ, "PATH": f"{packages}{os.pathsep}{os.environ['PATH']}"}
        command = [sys.executable, str(REPO / ".ci/vendor"), "--assets", str(assets), *options]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    publish("1.0.0")
    record = {
        "name": "graph",
        "version": "1.0.0",
        "licence": "MIT",
        "integrity": "",
        "files": {"graph.js": {"from": "dist/graph.js"}},
    }
    (assets / "cytoscape.json").write_text(json.dumps(record))
    assert run("--upgrade").returncode == 0
    run.assets, run.publish = assets, publish
    return run


def test_what_npm_has_is_fine(vendor):
    done = vendor()
    assert (done.returncode, done.stdout) == (0, "graph 1.0.0: as on npm\n")


def test_another_file_is_told(vendor):
    (vendor.assets / "graph.js").write_text("// other\n")
    done = vendor()
    assert done.returncode == 1
    assert "graph.js is not the file of the package" in done.stderr


def test_another_package_under_the_same_version_is_told(vendor):
    vendor.publish("1.0.0", licence="ISC")
    done = vendor()
    assert done.returncode == 1
    assert "another one than was taken" in done.stderr


def test_a_newer_version_is_a_note_or_a_failure(vendor):
    assert "note: graph 1.1.0 is out" in vendor(newest="1.1.0").stdout
    done = vendor("--newest", newest="1.1.0")
    assert done.returncode == 1
    assert "graph 1.1.0 is out" in done.stderr


def test_an_upgrade_takes_the_newest(vendor):
    vendor.publish("1.1.0")
    assert vendor("--upgrade", newest="1.1.0").returncode == 0
    assert (vendor.assets / "graph.js").read_text() == "// 1.1.0\n"
    known = json.loads((vendor.assets / "cytoscape.json").read_text())
    assert known["version"] == "1.1.0"
    assert known["files"]["graph.js"]["sha256"] == hashlib.sha256(b"// 1.1.0\n").hexdigest()
    assert vendor("--newest", newest="1.1.0").returncode == 0


def test_another_licence_is_not_taken(vendor):
    vendor.publish("2.0.0", licence="GPL-3.0")
    done = vendor("--upgrade", newest="2.0.0")
    assert done.returncode == 1
    assert "has another licence: GPL-3.0" in done.stderr
    assert (vendor.assets / "graph.js").read_text() == "// 1.0.0\n"
