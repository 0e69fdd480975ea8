"""Reads the manifests of a git revision, without a checkout."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netpol_lsp.files.discovery import CONFIG_NAME, Excluded, would_discover
from netpol_lsp.files.reading import ReadProblem, decode, explain
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
_LEADS_NOWHERE = (b"dangling", b"symlink", b"loop", b"notdir")
"""What git says of a link that leads to no file of the revision."""


MOST_FILES = 50_000
MOST_BYTES = 200_000_000
"""How much of a revision is copied: charts and kustomizations may take in any file of it."""
MOST_OF_FILE = 5_000_000
"""A larger file is left out: no chart or kustomization can use it."""
_BATCH_BYTES = 16_000_000


def top_folder(folder: str = ".") -> str:
    """The folder of the repository that a folder is in. Raises GitProblem."""
    return _git(folder, "rev-parse", "--show-toplevel").removesuffix("\n").replace(os.sep, "/")


def copy_revision(revision: Revision, target: str, folder: str = ".", *, may_fetch: bool = True) -> None:
    """Write the files of a revision into an empty folder, as git has them: nothing of the repository is run. Raises GitProblem.

    Links become the files that they lead to; those that lead to a folder, or out of the repository, are left out.
    """
    top = top_folder(folder)
    listed = _git(top, "ls-tree", "-r", "-z", "-l", "--full-tree", revision.commit, may_fetch=may_fetch)
    wanted: list[tuple[str, str, int]] = []
    links: list[str] = []
    for entry in filter(None, listed.split("\0")):
        head, _, name = entry.partition("\t")
        mode, kind, digest, size = head.split()
        if kind == "blob" and _is_harmless(name):
            if mode == _LINK:
                links.append(name)
            else:
                wanted.append((name, digest, int(size)))
    wanted += _linked(top, revision, links, may_fetch)
    wanted = [one for one in wanted if one[2] <= MOST_OF_FILE]
    if len(wanted) > MOST_FILES or sum(size for _, _, size in wanted) > MOST_BYTES:
        message = (
            f"{revision.name} is too large to be rendered: more than {MOST_FILES:,} files or {MOST_BYTES // 1_000_000} MB; "
            "use --no-render"
        )
        raise GitProblem(message)
    for batch in _batches(wanted):
        contents = _contents(top, [digest for _, digest, _ in batch], may_fetch)
        for (name, _, _), data in zip(batch, contents, strict=True):
            _write(f"{target}/{name}", data or b"")


def _is_harmless(name: str) -> bool:
    """Whether a name of a tree, which somebody may have made up, stays below the folder that it is written to."""
    is_foreign = os.sep != "/" and any(sign in name for sign in "\\:")
    return not is_foreign and not any(part in ("", ".", "..") or part.lower() == ".git" for part in name.split("/"))


def _linked(top: str, revision: Revision, links: Sequence[str], may_fetch: bool) -> Iterator[tuple[str, str, int]]:  # noqa: FBT001 - see `read_revision`
    """The links that lead to files of the revision: their names, with the hash and size of these files."""
    names = [name for name in links if "\n" not in name]
    if not names:
        return
    asked = "".join(f"{revision.commit}:{name}\n" for name in names).encode("utf-8", "surrogateescape")
    output = _git_bytes(top, "cat-file", "--batch-check", "--follow-symlinks", data=asked, may_fetch=may_fetch)
    at = 0
    for name in names:
        end = output.index(b"\n", at)
        words = output[at:end].split()
        at = end + 1
        if words[0] in _LEADS_NOWHERE:
            at += int(words[1]) + 1  # what it leads to follows
        elif words[1:2] == [b"blob"]:
            yield name, words[0].decode("ascii"), int(words[2])


def _batches(files: Sequence[tuple[str, str, int]]) -> Iterator[list[tuple[str, str, int]]]:
    """The files in portions that are held in memory at once."""
    batch: list[tuple[str, str, int]] = []
    size = 0
    for one in files:
        if batch and size + one[2] > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += one[2]
    if batch:
        yield batch


def _write(path: str, data: bytes) -> None:
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
    except (OSError, ValueError) as error:
        message = f"the revision cannot be copied: {explain(error)}"
        raise GitProblem(message) from None


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
        if words[0] in _LEADS_NOWHERE:
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
