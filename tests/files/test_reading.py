"""Reading files: encodings, and what is not text or not a file."""

import os
import socket
from pathlib import Path

import pytest

from netpol_lsp.files.lazy_source import LazySource
from netpol_lsp.files.reading import ReadProblem, TextFile, decode, read_bytes, read_file, read_source


def text_of(data: bytes) -> TextFile:
    read = decode(data, "a.yaml")
    assert isinstance(read, TextFile)
    return read


def problem_of(data: bytes) -> ReadProblem:
    read = decode(data, "a.yaml")
    assert isinstance(read, ReadProblem)
    return read


def test_utf8_keeps_line_endings() -> None:
    read = text_of("a: é\r\nb: 名\n".encode())
    assert read.source.text == "a: é\r\nb: 名\n"
    assert (read.source.uri, read.encoding, read.source.has_bom) == ("a.yaml", "utf-8", False)


def test_utf8_byte_order_mark_is_taken_off_and_remembered() -> None:
    read = text_of(b"\xef\xbb\xbfa: 1\n")
    assert read.source.text == "a: 1\n"
    assert read.source.has_bom


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_encodings_are_read_by_their_mark(encoding: str) -> None:
    read = text_of("\ufeffkind: 网络 😀\n".encode(encoding))
    assert read.source.text == "kind: 网络 😀\n"
    assert (read.encoding, read.source.has_bom) == (encoding, True)


def test_latin1_is_refused_with_its_place() -> None:
    problem = problem_of(b"a: 1\n# caf\xe9\n")
    assert (problem.offset, problem.line) == (10, 2)
    assert str(problem) == "a.yaml:2: is not UTF-8: byte 0xe9 at offset 10; save it as UTF-8"


def test_cut_utf16_is_refused() -> None:
    problem = problem_of("\ufeffab".encode("utf-16-le") + b"\x00")
    assert "is not UTF-16" in problem.message


def test_nul_is_refused_with_its_place() -> None:
    problem = problem_of(b"a: 1\nb: \0\n")
    assert (problem.offset, problem.line) == (8, 2)
    assert "binary" in problem.message


def test_utf16_without_a_mark_is_named_as_a_possibility() -> None:
    assert "UTF-16" in problem_of("kind: é".encode("utf-16-le")).message


def test_missing_file(tmp_path) -> None:
    problem = read_bytes(str(tmp_path / "no.yaml"))
    assert isinstance(problem, ReadProblem)
    assert problem.message == "cannot be read: no such file or directory"


def test_folder(tmp_path) -> None:
    problem = read_file(str(tmp_path))
    assert isinstance(problem, ReadProblem)
    assert problem.message == "is a folder, not a file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_named_pipe_is_not_opened(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    problem = read_source(str(tmp_path / "pipe.yaml"))
    assert isinstance(problem, ReadProblem)
    assert "named pipe" in problem.message


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no devices here")
def test_device_is_not_opened() -> None:
    problem = read_source("/dev/null")
    assert isinstance(problem, ReadProblem)
    assert "device" in problem.message


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no sockets here")
def test_socket_is_not_opened(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.yaml")
        problem = read_source("s.yaml")
    assert isinstance(problem, ReadProblem)
    assert "socket" in problem.message


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_file_without_permission(tmp_path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1")
    path.chmod(0)
    problem = read_source(str(path))
    assert isinstance(problem, ReadProblem)
    assert "permission denied" in problem.message


def test_path_with_a_nul(tmp_path) -> None:
    assert isinstance(read_source("a\0b.yaml"), ReadProblem)


def test_lazy_source_reads_at_first_use(tmp_path) -> None:
    path = tmp_path / "a.yaml"
    source = LazySource("shown.yaml", str(path))
    path.write_bytes(b"\xef\xbb\xbfa: 1\nb: 2\n")
    assert source.uri == "shown.yaml"
    assert (source.text, source.has_bom, source.lines.line_count) == ("a: 1\nb: 2\n", True, 3)


def test_lazy_source_of_a_file_that_went_away_is_empty(tmp_path) -> None:
    assert LazySource("a", str(tmp_path / "gone.yaml")).text == ""
