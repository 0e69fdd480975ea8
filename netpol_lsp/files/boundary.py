"""How far a repository's own files may make us read: not out of it, neither by a path nor by a link."""

from __future__ import annotations

import os
from dataclasses import dataclass

from netpol_lsp.files.gitignore import repository_root


@dataclass(frozen=True, slots=True)
class Boundary:
    """The folder (its real path) that paths named by a repository's files must lie in; `/` for no boundary."""

    root: str

    def holds(self, path: str) -> bool:
        """Whether a path, with all links followed, lies inside. It need not exist."""
        real = os.path.realpath(path)
        return real == self.root or real.startswith(self.root.rstrip(os.sep) + os.sep)


EVERYWHERE = Boundary(os.sep)
"""No boundary: what the user names may lie anywhere."""

HOW_TO_ALLOW = "allow it with --allow-outside"


def boundary_of(path: str) -> Boundary:
    """The boundary for what a file names: its repository.

    Where there is none: the topmost folder around it that belongs to neither the system nor all of someone's files.
    """
    folder = os.path.dirname(os.path.abspath(path))
    return Boundary(os.path.realpath(repository_root(folder) or _topmost(os.path.realpath(folder))))


def stays_inside(path: str) -> bool:
    """Whether a path leads to where it says: not out of its repository, or the tree it is in, by a link."""
    written = os.path.abspath(path)
    folder = os.path.dirname(written)
    root = repository_root(folder) or _topmost(folder)
    return Boundary(os.path.realpath(root)).holds(written)


def _topmost(folder: str) -> str:
    """The outermost folder around a folder that is not a home, nor the disk's root or a folder directly in it."""
    home = os.path.realpath(os.path.expanduser("~"))
    while True:
        above = os.path.dirname(folder)
        if above == home or os.path.dirname(above) == os.path.dirname(os.path.dirname(above)):
            return folder
        folder = above
