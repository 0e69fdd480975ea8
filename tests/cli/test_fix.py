"""--fix, --unsafe-fixes and --diff."""

import stat
import subprocess

import pytest

from netpol_lsp.cli import fix_output as fixes
from netpol_lsp.lint.fixer import fix_source

LONE_TYPO = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: a, namespace: b}
spec:
  podSelector: {}
  policyTypes: [Ingres]
"""
"""Has an unsafe fix only."""


def test_fix_writes_the_file_and_reports_what_is_left(folder) -> None:
    path = folder.bad("a.yaml")
    folder.good("b.yaml")
    untouched = (folder.path / "b.yaml").stat().st_mtime_ns
    done = folder.run("--fix")
    assert done.code == 0
    assert "protocol: TCP" in path.read_text()
    assert "1 fixed in 1 file" in done.err
    assert "0 errors" in done.out
    assert (folder.path / "b.yaml").stat().st_mtime_ns == untouched
    assert folder.run("--fix").err == "nothing fixed\n"


def test_only_what_is_selected_is_fixed(folder) -> None:
    path = folder.bad("a.yaml")
    before = path.read_text()
    assert folder.run("--fix", "--ignore", "NP105").code == 0
    assert path.read_text() == before


def test_suppressed_findings_are_not_fixed(folder) -> None:
    text = (
        folder.bad("a.yaml").read_text().replace("protocol: tcp", "protocol: tcp  # netpol: ignore[NP105] on purpose")
    )
    path = folder.write("a.yaml", text)
    assert folder.run("--fix").code == 0
    assert path.read_text() == text


def test_unsafe_fixes_only_when_asked_for(folder) -> None:
    path = folder.write("a.yaml", LONE_TYPO)
    assert folder.run("--fix").code == 1
    assert path.read_text() == LONE_TYPO
    assert folder.run("--unsafe-fixes").code == 1
    assert path.read_text() == LONE_TYPO
    assert folder.run("--fix", "--unsafe-fixes").code == 0
    assert path.read_text() == LONE_TYPO.replace("Ingres", "Ingress")


def test_diff_changes_nothing_and_can_be_applied(folder) -> None:
    path = folder.bad("sub/a.yaml")
    folder.good("b.yaml")
    before = path.read_bytes()
    done = folder.run("--diff")
    assert done.code == 1
    assert done.err == "1 could be fixed in 1 file\n"
    assert path.read_bytes() == before
    subprocess.run(["git", "apply", "-"], input=done.out, text=True, check=True, cwd=folder.path)
    assert b"protocol: TCP" in path.read_bytes()
    assert folder.run("--diff") == type(done)(0, "", "nothing could be fixed\n")


def test_diff_equals_what_fix_does(folder) -> None:
    for name in ("a.yaml", "b.yaml", "c.yaml"):
        folder.bad(name)
    folder.write("d.yaml", LONE_TYPO)
    diff = folder.run("--diff", "--unsafe-fixes").out
    originals = {path: path.read_text() for path in folder.path.glob("*.yaml")}
    subprocess.run(["git", "apply", "-"], input=diff, text=True, check=True, cwd=folder.path)
    patched = {path: path.read_text() for path in originals}
    for path, text in originals.items():
        path.write_text(text)
    folder.run("--fix", "--unsafe-fixes")
    assert {path: path.read_text() for path in originals} == patched


def test_diff_without_final_newline(folder) -> None:
    text = folder.bad("a.yaml").read_text().replace("protocol: tcp\n          port: 80\n", "protocol: tcp")
    path = folder.write("a.yaml", text)
    done = folder.run("--diff")
    assert done.out.count("\\ No newline at end of file") == 2
    subprocess.run(["git", "apply", "-"], input=done.out, text=True, check=True, cwd=folder.path)
    assert path.read_text() == text.replace("tcp", "TCP")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-32-be"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_everything_else_stays_byte_for_byte(folder, encoding: str, newline: str) -> None:
    text = "# Kommentar: große 网络 😀\n" + folder.bad("a.yaml").read_text() + "# tail  \n\n"
    mark = "\ufeff" if encoding.startswith(("utf-16", "utf-32")) else ""
    data = (mark + text).replace("\n", newline).encode(encoding)
    path = folder.write("a.yaml", data)
    assert folder.run("--fix").code == 0
    assert path.read_bytes() == data.replace(
        "tcp".encode(encoding.removesuffix("-sig")), "TCP".encode(encoding.removesuffix("-sig"))
    )


def test_standard_input_is_fixed_to_standard_output(folder) -> None:
    data = b"\xef\xbb\xbf" + folder.bad("a.yaml").read_bytes()
    done = folder.run("-", "--fix", stdin=data)
    assert done.code == 0
    assert done.out.encode() == data.replace(b"tcp", b"TCP")
    assert "1 fixed" in done.err


def test_standard_input_without_anything_to_fix_comes_out_as_it_was(folder) -> None:
    data = folder.good("a.yaml").read_bytes() + b"# \xc3\xa9\r\n"
    assert folder.run("-", "--fix", "-q", stdin=data).out.encode() == data


def test_standard_input_with_diff(folder) -> None:
    data = folder.bad("a.yaml").read_bytes()
    done = folder.run("-", "--diff", "--stdin-filename", "x/y.yaml", stdin=data)
    assert done.out.startswith("--- a/x/y.yaml\n+++ b/x/y.yaml\n")


def test_read_only_file_is_said_and_others_are_fixed(folder) -> None:
    path = folder.bad("a.yaml")
    path.chmod(0o444)
    other = folder.bad("b.yaml")
    before = path.read_text()
    done = folder.run("--fix")
    assert done.code == 2
    assert "a.yaml: cannot be written: it is read-only" in done.err
    assert "1 fixed in 1 file" in done.err
    assert path.read_text() == before
    assert "TCP" in other.read_text()


def test_permissions_and_links_are_kept(folder) -> None:
    real = folder.bad("real/a.yaml")
    real.chmod(0o600)
    (folder.path / "link.yaml").symlink_to("real/a.yaml")
    assert folder.run("link.yaml", "--fix").code == 0
    assert (folder.path / "link.yaml").is_symlink()
    assert "TCP" in real.read_text()
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


def test_a_file_that_changes_meanwhile_is_left_alone(folder, monkeypatch) -> None:
    path = folder.bad("a.yaml")

    def fix_and_touch(*arguments, **options):
        path.write_text("# somebody else was here\n")
        return fix_source(*arguments, **options)

    monkeypatch.setattr(fixes, "fix_source", fix_and_touch)
    done = folder.run("--fix")
    assert done.code == 2
    assert "was changed by someone else meanwhile" in done.err
    assert path.read_text() == "# somebody else was here\n"


def test_nothing_is_left_behind(folder) -> None:
    folder.bad("a.yaml")
    folder.run("--fix")
    assert [path.name for path in folder.path.iterdir()] == ["a.yaml"]


def test_fix_ignores_the_cache(folder) -> None:
    for number in range(60):
        folder.bad(f"{number}.yaml")
    assert folder.run("-q").code == 1
    assert folder.run("--fix", "-q").code == 0
    assert folder.run("-q").code == 0


def test_changes_know_what_they_were(folder) -> None:
    path = folder.bad("a.yaml")
    done = folder.run("--diff", "--output", "fixes.patch")
    assert done.out == ""
    assert (folder.path / "fixes.patch").read_text().startswith("--- a/a.yaml\n")
    assert "tcp" in path.read_text()


def test_two_fixes_in_one_file_count_twice(folder) -> None:
    text = folder.bad("a.yaml").read_text()
    folder.write("a.yaml", text + "---\n" + text.replace("name: a", "name: b"))
    assert "2 fixed in 1 file" in folder.run("--fix").err
