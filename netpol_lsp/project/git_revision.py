"""Reads the manifests of a git revision, without a checkout."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netpol_lsp.files.discovery import CONFIG_NAME, Excluded, would_discover
from netpol_lsp.files.reading import ReadProblem, decode
from netpol_lsp.text.endings import TAKEN_ENDINGS, TEMPLATE_ENDINGS
from netpol_lsp.text.source import Source


class GitProblem(Exception):  # noqa: N818 - it is a sentence for the user
    """Git cannot do what was asked."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit: `name` as someone wrote it, and its hash."""

    name: str
    commit: str


def find_revision(name: str, folder: str = ".", *, may_fetch: bool = True) -> Revision:
    """The commit that a name means. Raises GitProblem. `may_fetch`: see `read_revision`."""
    if name.startswith("-"):
        message = f"`{name}` is not a git revision"
        raise GitProblem(message)
    arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return Revision(name, _git(folder, *arguments, may_fetch=may_fetch).strip())


def merge_base(name: str, folder: str = ".") -> Revision:
    """The commit at which the current branch left another one. Raises GitProblem."""
    other = find_revision(name, folder)
    return Revision(f"merge base with {name}", _git(folder, "merge-base", other.commit, "HEAD").strip())


def read_revision(
    revision: Revision,
    paths: Sequence[str] = (),
    folder: str = ".",
    is_excluded: Excluded | None = None,
    *,
    may_fetch: bool = True,
) -> Iterator[Source | ReadProblem]:
    """The manifests below the current folder as they were, or below some paths in it. Raises GitProblem.

    Those are left out that would be left out if the files were there now. `may_fetch`: whether git may get what a partial
    clone lacks; the repository's own settings say how, so it may run what somebody else wrote.
    """
    listed = _git(folder, "ls-tree", "-r", "-z", revision.commit, "--", *(paths or ["."]), may_fetch=may_fetch)
    base = os.path.abspath(folder).replace(os.sep, "/")
    found: list[tuple[str, str]] = []
    for entry in filter(None, listed.split("\0")):
        head, _, name = entry.partition("\t")
        mode, kind, digest = head.split(" ")
        if kind == "blob" and _is_wanted(base, name, is_excluded):
            # A link's own content is a path; git follows it by its name, which must not end the line.
            wanted = f"{revision.commit}:./{name}" if mode == _LINK else digest
            if "\n" not in wanted:
                found.append((name, wanted))
    found.sort()
    for (name, _), data in zip(found, _contents(folder, [wanted for _, wanted in found], may_fetch), strict=True):
        if data is not None:
            text = decode(data, f"{revision.commit[:12]}:{name}")
            if isinstance(text, ReadProblem) and name.endswith(TEMPLATE_ENDINGS):
                continue  # a template of some other kind of text
            yield text if isinstance(text, ReadProblem) else text.source


_OFFLINE = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
_LINK = "120000"
"""The mode of a symbolic link: its content is a path."""


def _is_wanted(base: str, name: str, is_excluded: Excluded | None) -> bool:
    """Whether a file is a manifest; `name` counts from the current folder, above which no configuration was read."""
    if name.endswith(TAKEN_ENDINGS) and not name.startswith("../"):
        return would_discover(base, f"{base.rstrip('/')}/{name}", is_excluded)
    return name.endswith(TAKEN_ENDINGS) and os.path.basename(name) != CONFIG_NAME


def _contents(folder: str, names: Sequence[str], may_fetch: bool) -> Iterator[bytes | None]:  # noqa: FBT001 - see `read_revision`
    """The contents of git's objects, in this order; None for a link that leads to no file of the revision."""
    if not names:
        return
    wanted = "".join(f"{one}\n" for one in names).encode("utf-8", "surrogateescape")
    output = _git_bytes(folder, "cat-file", "--batch", "--follow-symlinks", data=wanted, may_fetch=may_fetch)
    at = 0
    for name in names:
        start = output.index(b"\n", at) + 1
        words = output[at : start - 1].split()
        if words[0] in (b"dangling", b"symlink", b"loop", b"notdir"):
            at = start + int(words[1]) + 1
            yield None
        elif words[-1] == b"missing":
            message = f"git does not have the content of {name[:12]}"
            raise GitProblem(message)
        else:
            size = int(words[2])
            at = start + size + 1
            yield output[start : start + size] if words[1] == b"blob" else None


def _git(folder: str, *arguments: str, may_fetch: bool = True) -> str:
    return _git_bytes(folder, *arguments, may_fetch=may_fetch).decode("utf-8", "surrogateescape")


def _git_bytes(folder: str, *arguments: str, data: bytes | None = None, may_fetch: bool = True) -> bytes:
    command = ["git", "-C", folder, *arguments]
    variables = {**os.environ, **({} if may_fetch else _OFFLINE)}
    try:
        done = subprocess.run(command, input=data, env=variables, capture_output=True, check=False)  # noqa: S603 - git, with arguments of its own
    except OSError as error:
        message = f"git cannot be run: {error.strerror or error}"
        raise GitProblem(message) from None
    if done.returncode:
        detail = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
        name = arguments[-1].removesuffix("^{commit}")
        message = detail or f"`{name}` is not a git revision"
        raise GitProblem(message)
    return done.stdout
