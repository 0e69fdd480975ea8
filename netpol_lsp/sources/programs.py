"""Runs programs on what a repository says: with limits, and with nothing of ours that they could tell or use."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

TIME_LIMIT = 30.0
"""Seconds that a program may take for one rendering."""
MOST_OUTPUT = 50_000_000
"""Bytes that a program may write."""
_MOST_COMPLAINT = 20_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a program may run, in seconds, and how many bytes it may write."""

    seconds: float = TIME_LIMIT
    output: int = MOST_OUTPUT


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class ProgramResult:
    """What a program wrote; `failure`: why there is nothing, as the end of a sentence that starts with its name.

    `complaint`: what it wrote to standard error when it failed, for whoever reads a place out of it; never shown as it is.
    """

    output: bytes = b""
    failure: str | None = None
    complaint: str = ""


def find_program(name: str) -> str | None:
    """The path of a program on the PATH."""
    return shutil.which(name)


def run_program(
    command: Sequence[str], folder: str, stdin: bytes = b"", limits: Limits = USUAL, *, keeps_home: bool = False
) -> ProgramResult:
    """Run a program without a network, with PATH and HOME alone in its environment; HOME is an empty folder of its own.

    `keeps_home`: it is a program of the user's that may be installed there.
    """
    with tempfile.TemporaryDirectory(prefix="netpol-home-") as home:
        process = start_program(command, folder, home, keeps_home=keeps_home)
        if isinstance(process, ProgramResult):
            return process
        with process:
            return _Run(process, limits).result(stdin)


def start_program(
    command: Sequence[str], folder: str, home: str, *, keeps_home: bool = False
) -> subprocess.Popen[bytes] | ProgramResult:
    """Start a program as `run_program` does, with an empty folder as its HOME; why it cannot be started otherwise."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.path.expanduser("~") if keeps_home else home,
        # For systems on which the network cannot be taken away.
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_TERMINAL_PROMPT": "0",
    }
    for name in ("SYSTEMROOT", "TMPDIR", "TEMP", "TMP"):
        if name in os.environ:
            environment[name] = os.environ[name]
    try:
        return subprocess.Popen(  # noqa: S603 - the program was looked up, and no shell is involved
            [*_without_network(), *command],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        return ProgramResult(failure=f"cannot be run: {(error.strerror or 'unknown reason').lower()}")


def kill_program(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it has started."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except OSError:
        pass


class _Run:
    """A process whose output is read by threads up to a limit."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits) -> None:
        self.process = process
        self.limits = limits
        self.output = bytearray()
        self.complaint = bytearray()
        self.is_too_much = False

    def result(self, stdin: bytes) -> ProgramResult:
        threads = [
            threading.Thread(target=work, daemon=True)
            for work in (lambda: self._write(stdin), self._read_output, self._read_complaint)
        ]
        for thread in threads:
            thread.start()
        try:
            code = self.process.wait(self.limits.seconds)
        except subprocess.TimeoutExpired:
            kill_program(self.process)
            self.process.wait()
            if not self.is_too_much:
                return ProgramResult(failure=f"took longer than {self.limits.seconds:g} seconds")
            code = -1
        for thread in threads:
            thread.join(5)
        if self.is_too_much:
            return ProgramResult(failure=f"wrote more than {self.limits.output:,} bytes")
        if code:
            return ProgramResult(failure="failed", complaint=self.complaint.decode("utf-8", "replace"))
        return ProgramResult(bytes(self.output))

    def _write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(data)
            self.process.stdin.close()
        except OSError:
            pass

    def _read_output(self) -> None:
        assert self.process.stdout is not None
        while block := self.process.stdout.read1(65536):  # type: ignore[attr-defined]
            self.output += block
            if len(self.output) > self.limits.output:
                self.is_too_much = True
                kill_program(self.process)
                return

    def _read_complaint(self) -> None:
        assert self.process.stderr is not None
        while block := self.process.stderr.read1(65536):  # type: ignore[attr-defined]
            if len(self.complaint) < _MOST_COMPLAINT:
                self.complaint += block


@lru_cache(maxsize=1)
def _without_network() -> tuple[str, ...]:
    """What goes before a command so that it has no network, where the system can do that for anyone."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    wrapper = (unshare, "--map-root-user", "--net", "--")
    try:
        done = subprocess.run([*wrapper, "true"], capture_output=True, timeout=5, check=False)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return ()
    return wrapper if done.returncode == 0 else ()
