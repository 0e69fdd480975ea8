"""Reads the manifests of a git revision, without a checkout."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netpol_lsp.files.discovery import CONFIG_NAME, MANIFEST_ENDINGS, VENDORED
from netpol_lsp.files.reading import ReadProblem, decode
from netpol_lsp.text.source import Source


class GitProblem(Exception):  # noqa: N818 - it is a sentence for the user
    """Git cannot do what was asked."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit: `name` as someone wrote it, and its hash."""

    name: str
    commit: str


def find_revision(name: str, folder: str = ".") -> Revision:
    """The commit that a name means. Raises GitProblem."""
    if name.startswith("-"):
        message = f"`{name}` is not a git revision"
        raise GitProblem(message)
    return Revision(
        name, _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").strip()
    )


def merge_base(name: str, folder: str = ".") -> Revision:
    """The commit at which the current branch left another one. Raises GitProblem."""
    other = find_revision(name, folder)
    return Revision(f"merge base with {name}", _git(folder, "merge-base", other.commit, "HEAD").strip())


def read_revision(revision: Revision, paths: Sequence[str] = (), folder: str = ".") -> Iterator[Source | ReadProblem]:
    """The manifests below the current folder as they were, or below some paths in it. Raises GitProblem."""
    names = _git(folder, "ls-tree", "-r", "-z", "--name-only", revision.commit, "--", *(paths or ["."]))
    wanted = [name for name in names.split("\0") if _is_manifest(name)]
    for name in sorted(wanted):
        data = _git_bytes(folder, "cat-file", "blob", f"{revision.commit}:./{name}")
        text = decode(data, f"{revision.commit[:12]}:{name}")
        yield text if isinstance(text, ReadProblem) else text.source


def _is_manifest(name: str) -> bool:
    *folders, base = name.split("/")
    if not base.endswith(MANIFEST_ENDINGS) or base == CONFIG_NAME:
        return False
    return all(part[:1] != "." and part not in VENDORED for part in folders if part not in ("", ".."))


def _git(folder: str, *arguments: str) -> str:
    return _git_bytes(folder, *arguments).decode("utf-8", "surrogateescape")


def _git_bytes(folder: str, *arguments: str) -> bytes:
    command = ["git", "-C", folder, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - git, with arguments of its own
    except OSError as error:
        message = f"git cannot be run: {error.strerror or error}"
        raise GitProblem(message) from None
    if done.returncode:
        detail = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
        name = arguments[-1].removesuffix("^{commit}")
        message = detail or f"`{name}` is not a git revision"
        raise GitProblem(message)
    return done.stdout
