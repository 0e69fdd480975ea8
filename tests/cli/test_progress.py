"""The progress bar: only on a terminal, only after a while."""

import io
import sys

import pytest

from netpol_lsp.cli import console, progress
from netpol_lsp.cli.progress import ProgressBar


class Clock:
    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setenv("TERM", "xterm")
    return clock


@pytest.mark.parametrize(
    ("terminal", "wanted", "seconds", "shown"),
    [(True, True, 2.0, True), (False, True, 2.0, False), (True, False, 2.0, False), (True, True, 0.5, False)],
)
def test_when_it_is_shown(clock, monkeypatch, terminal: bool, wanted: bool, seconds: float, shown: bool) -> None:
    monkeypatch.setattr(console, "is_terminal", lambda _stream: terminal)
    with ProgressBar(wanted=wanted) as bar:
        clock.now = seconds
        bar.update(5, 10)
        assert (bar._bar is not None) is shown
        clock.now += 1
        bar.update(10, 10)


def test_drawings_have_a_pause_between_them(clock, monkeypatch) -> None:
    monkeypatch.setattr(console, "is_terminal", lambda _stream: True)
    with ProgressBar() as bar:
        clock.now = 2.0
        bar.update(1, 10)
        drawn = bar._bar.tasks[0].completed
        bar.update(2, 10)
        assert bar._bar.tasks[0].completed == drawn
        clock.now += 1
        bar.update(3, 10)
        assert bar._bar.tasks[0].completed == 3
