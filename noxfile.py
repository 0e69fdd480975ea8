"""Runs the tests on every CPython from 3.11 up that the machine has: `nox`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import nox

nox.options.sessions = ["tests"]
nox.options.reuse_existing_virtualenvs = True


def interpreters() -> list[str]:
    """Working interpreters of the supported versions, on PATH or among pyenv's; without $NETPOL_TESTED_PYTHON (as in 3.11)."""
    found = {}
    tested = os.environ.get("NETPOL_TESTED_PYTHON")
    for minor in range(11, 20):
        if tested == f"3.{minor}":
            continue
        candidates = [shutil.which(f"python3.{minor}")]
        candidates += map(str, sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python"), reverse=True))
        for candidate in candidates:
            if candidate and _works(candidate, minor):
                found[minor] = candidate
                break
    return list(found.values())


def _works(python: str, minor: int) -> bool:
    code = "import sys, venv; print(sys.implementation.name, sys.version_info.minor)"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.split() == ["cpython", str(minor)]


@nox.session(python=interpreters())
def tests(session: nox.Session) -> None:
    """The tests, without those that drive editors or a browser."""
    session.install("-q", ".[test]")
    session.run("python", "-m", "pytest", "-q", "-n", "auto", "-m", "not editor and not browser", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """The benchmarks of benchmarks/."""
    session.install("-q", "-e", ".[bench]")
    session.run("python", "-m", "pytest", "benchmarks", *session.posargs)
