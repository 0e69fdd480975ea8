"""Atomic writing."""

import os
import stat

import pytest

from netpol_lsp.files.discovery import discover
from netpol_lsp.files.writing import TEMPORARY_PREFIX, TEMPORARY_SUFFIX, WriteError, atomic_write


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_replaces_the_content_and_leaves_nothing_behind(tmp_path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("old")
    atomic_write(str(path), "new é\r\n")
    assert path.read_bytes() == "new é\r\n".encode()
    assert names(tmp_path) == ["a.yaml"]


def test_makes_a_new_file(tmp_path) -> None:
    atomic_write(str(tmp_path / "a.json"), "{}")
    assert (tmp_path / "a.json").read_text() == "{}"


def test_encoding_and_mark_are_kept(tmp_path) -> None:
    path = tmp_path / "a.yaml"
    atomic_write(str(path), "a: 😀\n", encoding="utf-16-le", bom=True)
    assert path.read_bytes() == "\ufeffa: 😀\n".encode("utf-16-le")


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o664])
def test_permissions_are_kept(tmp_path, mode: int) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("old")
    path.chmod(mode)
    atomic_write(str(path), "new")
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_link_stays_a_link_and_its_target_is_replaced(tmp_path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "a.yaml"
    target.write_text("old")
    link = tmp_path / "link.yaml"
    link.symlink_to("real/a.yaml")
    atomic_write(str(link), "new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert names(tmp_path / "real") == ["a.yaml"]


def test_read_only_file_is_not_replaced(tmp_path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("old")
    path.chmod(0o444)
    with pytest.raises(WriteError, match="read-only"):
        atomic_write(str(path), "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.yaml"]


def test_missing_folder(tmp_path) -> None:
    with pytest.raises(WriteError, match="cannot be written"):
        atomic_write(str(tmp_path / "no" / "a.yaml"), "new")


def test_a_folder_is_not_replaced(tmp_path) -> None:
    with pytest.raises(WriteError, match="not a regular file"):
        atomic_write(str(tmp_path), "new")


def test_failing_replacement_leaves_the_old_file(tmp_path, monkeypatch) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("old")

    def fail(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(WriteError, match="no space left on device"):
        atomic_write(str(path), "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.yaml"]


def test_unfinished_file_is_no_input(tmp_path) -> None:
    (tmp_path / f"{TEMPORARY_PREFIX}1-ab{TEMPORARY_SUFFIX}").write_text("kind: NetworkPolicy")
    (tmp_path / "a.yaml").write_text("kind: NetworkPolicy")
    assert discover([str(tmp_path)]).paths == (f"{tmp_path}/a.yaml",)
