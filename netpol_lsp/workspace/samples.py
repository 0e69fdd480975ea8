"""Whether manifests are tests or examples: a collection, of which each is applied by itself.

Nothing in a manifest says so; where it is does. The names are those that GitHub's Linguist takes for documentation (docs,
examples, samples, README) and those by which tools find tests (testdata of Go, fixtures of most test runners, e2e). What is
found out from them is only that manifests need not be applied together, so that rules about several of them say less.
"""

from __future__ import annotations

import re

from netpol_lsp.workspace.index import WorkspaceIndex

_WORD = re.compile(r"[a-z0-9]+")
_EXAMPLE_WORDS = frozenset({"example", "examples", "sample", "samples", "snippet", "snippets", "readme", "md"})
_FOLDER_WORDS = _EXAMPLE_WORDS | {
    "conformance",
    "doc",
    "docs",
    "documentation",
    "e2e",
    "fixture",
    "fixtures",
    "recipe",
    "recipes",
    "test",
    "testdata",
    "tests",
    "tutorial",
    "tutorials",
}
# A folder `test` below one of these is an environment like `prod`.
_ENVIRONMENTS = frozenset({"cluster", "clusters", "env", "environment", "environments", "envs", "overlays", "stages"})


def is_sample(index: WorkspaceIndex, uri: str) -> bool:
    """Whether a file is a test or an example, going by its name and those of the folders around it in the workspace.

    Names of folders that hold the whole workspace say nothing: somebody who lints `examples/` alone asks about it. What
    a kustomization takes in, or a chart, is applied together whatever its name.
    """
    scope = index.delivery.scope_of(uri)
    if scope.is_taken_in or scope.is_chart:
        return False
    *folders, name = unflattened(uri.removeprefix(index.root)).lower().split("/")
    if not _EXAMPLE_WORDS.isdisjoint(_WORD.findall(name)):
        return True
    return any(
        not _FOLDER_WORDS.isdisjoint(_WORD.findall(folder)) and not (folder == "test" and above in _ENVIRONMENTS)
        for above, folder in zip(["", *folders], folders, strict=False)
    )


def unflattened(uri: str) -> str:
    """A path with the folders that its name stands for: with `__` in it, a name is a path that was written flat."""
    return uri.replace("__", "/")
