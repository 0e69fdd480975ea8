"""What kind of terminal it is."""

import io
from pathlib import Path

import pytest

from netpol_lsp.cli import console
from netpol_lsp.project.inputs import absolute, may_hold_policies


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("choice", "environment", "stream", "color"),
    [
        ("auto", {}, Terminal(), True),
        ("auto", {}, io.StringIO(), False),
        ("auto", {"TERM": "dumb"}, Terminal(), False),
        ("auto", {"NO_COLOR": "1"}, Terminal(), False),
        ("auto", {"NO_COLOR": ""}, Terminal(), True),
        ("auto", {"FORCE_COLOR": "1"}, io.StringIO(), True),
        ("auto", {"FORCE_COLOR": "0"}, io.StringIO(), False),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, Terminal(), False),
        ("always", {"NO_COLOR": "1"}, io.StringIO(), True),
        ("never", {"FORCE_COLOR": "1"}, Terminal(), False),
    ],
)
def test_wants_color(monkeypatch, choice: str, environment: dict[str, str], stream: io.StringIO, color: bool) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert console.wants_color(choice, stream) is color


def test_a_closed_stream_is_no_terminal() -> None:
    stream = Terminal()
    stream.close()
    assert console.is_terminal(io.StringIO()) is False
    closed = io.TextIOWrapper(io.BytesIO())
    closed.close()
    assert console.is_terminal(closed) is False


def test_shorten(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert console.shorten(str(tmp_path / "a" / "b")) == str(Path("a/b"))
    assert console.shorten("/elsewhere/a") == "/elsewhere/a"


@pytest.mark.parametrize(("number", "text"), [(0, "0 files"), (1, "1 file"), (2, "2 files")])
def test_count(number: int, text: str) -> None:
    assert console.count(number, "file") == text


@pytest.mark.parametrize(
    ("path", "full"),
    [
        ("a.yaml", "/here/a.yaml"),
        ("a/", "/here/a/"),
        ("/x/a.yaml", "/x/a.yaml"),
        ("/x/../a.yaml", "/a.yaml"),
        ("/x/./y/", "/x/y/"),
    ],
)
def test_absolute(path: str, full: str) -> None:
    assert absolute(path, "/here/") == full


@pytest.mark.parametrize(
    ("data", "may"),
    [
        (b"kind: NetworkPolicy", True),
        (b"KIND: NETWORKPOLICY", True),
        ("kind: NetworkPolicy".encode("utf-16"), True),
        (b"podSelector: {}", True),
        (b"policyTypes: [Ingress]", True),
        (b"kind: Deployment", False),
        (b"", False),
    ],
)
def test_quick_look(data: bytes, may: bool) -> None:
    assert may_hold_policies(data) is may
