"""Whether manifests are tests or examples: a collection, of which each is applied by itself.

Nothing in a manifest says so; where it is does. The names are those that GitHub's Linguist takes for documentation (docs,
examples, samples, README), those of exercises, and those by which tools find tests (testdata of Go, fixtures of most test runners, e2e).
Exercises also show in what they hold: several files define the same Pod. What is found out from all this is only that manifests
need not be applied together, so that rules about several of them say less.
"""

from __future__ import annotations

import re
from functools import lru_cache

from netpol_lsp.workspace.index import WorkspaceIndex

_WORD = re.compile(r"[a-z0-9]+")
_EXAMPLE_WORDS = frozenset({"example", "examples", "sample", "samples", "snippet", "snippets", "readme", "md"})
_TEST_FOLDERS = frozenset({"conformance", "e2e", "fixture", "fixtures", "test", "testdata", "tests"})
_EXAMPLE_FOLDERS = _EXAMPLE_WORDS | frozenset(
    [
        "doc",
        "docs",
        "documentation",
        "recipe",
        "recipes",
        "tutorial",
        "tutorials",
        "exercise",
        "exercises",
        "workshop",
        "workshops",
        "lesson",
        "lessons",
        "course",
        "courses",
        "training",
        "playground",
        "ejercicio",
        "ejercicios",
        "exercice",
        "exercices",
        "cka",
        "ckad",
        "cks",
    ]
)
# `lab-3`, `Case 12 deny egress`. A `home-lab` is somebody's cluster, and a bare `case` or `task` may be about anything.
_NUMBERED = re.compile(r"labs?|(?:labs?|case|task|question|scenario)[-_ ]?[0-9]+(?:[-_ .].*)?")
# A folder `test` below one of these is an environment like `prod`.
_ENVIRONMENTS = frozenset({"cluster", "clusters", "env", "environment", "environments", "envs", "overlays", "stages"})


def is_sample(index: WorkspaceIndex, uri: str) -> bool:
    """Whether a file is a test or an example, going by its name and those of the folders around it in the workspace.

    Names of folders that hold the whole workspace say nothing: somebody who lints `examples/` alone asks about it. What
    a kustomization takes in, or a chart, is applied together whatever its name.
    """
    is_one = _is_named_sample(uri.removeprefix(index.root)) or _is_exercise(index, uri)
    return is_one and not _is_delivered(index, uri)


def may_be_held_against(index: WorkspaceIndex, uri: str, other: str) -> bool:
    """Whether what another file says shows a mistake of a file: of an example only what is shown beside it does."""
    if uri == other or not is_sample(index, uri):
        return True
    return _folder(uri) == _folder(other) and not _is_exercise(index, uri)


def _is_exercise(index: WorkspaceIndex, uri: str) -> bool:
    """Whether a Pod of the file's folder is defined in another file, too: each of these is tried by itself."""
    folder = _folder(uri)
    return any(folder in shard.folders_of_retried_pods for shard in index.shards.values())


def _folder(uri: str) -> str:
    return uri.rpartition("/")[0]


@lru_cache(maxsize=16384)
def _is_named_sample(path: str) -> bool:
    """Whether a path in the workspace has the name of a test or an example. Asked of the same few files again and again."""
    *folders, name = _parts(path)
    is_example = not _EXAMPLE_WORDS.isdisjoint(_WORD.findall(name)) or any(
        not _EXAMPLE_FOLDERS.isdisjoint(_WORD.findall(folder)) or _NUMBERED.fullmatch(folder) for folder in folders
    )
    return is_example or _has_test_folder(folders)


def is_test(index: WorkspaceIndex, uri: str) -> bool:
    """Whether a file is input of a test, or what a test expects: such manifests are broken or partial on purpose."""
    return not _is_delivered(index, uri) and _has_test_folder(_parts(uri.removeprefix(index.root))[:-1])


def is_markdown(uri: str) -> bool:
    """Whether a file is a Markdown document, or was taken from one: its manifests are steps of a text."""
    return "md" in _WORD.findall(uri.rpartition("/")[2].lower())


def unflattened(uri: str) -> str:
    """A path with the folders that its name stands for: with `__` in it, a name is a path that was written flat."""
    return uri.replace("__", "/")


def _is_delivered(index: WorkspaceIndex, uri: str) -> bool:
    scope = index.delivery.scope_of(uri)
    return scope.is_taken_in or scope.is_chart


def _parts(path: str) -> list[str]:
    return unflattened(path).lower().split("/")


def _has_test_folder(folders: list[str]) -> bool:
    return any(
        not _TEST_FOLDERS.isdisjoint(_WORD.findall(folder)) and not (folder == "test" and above in _ENVIRONMENTS)
        for above, folder in zip(["", *folders], folders, strict=False)
    )
