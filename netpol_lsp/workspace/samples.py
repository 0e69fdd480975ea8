"""Whether manifests are tests or examples, going by their names: these are applied one by one."""

from __future__ import annotations

import re

_WORD = re.compile(r"[a-z0-9]+")
_SAMPLES = frozenset(
    [
        "test",
        "tests",
        "testing",
        "testdata",
        "fixture",
        "fixtures",
        "example",
        "examples",
        "sample",
        "samples",
        "recipe",
        "recipes",
        "tutorial",
        "tutorials",
        "demo",
        "demos",
        "snippet",
        "snippets",
        "conformance",
        "e2e",
        "docs",
        "readme",
    ]
)


def is_sample(uri: str) -> bool:
    """Whether the name of a file, or of one of the two folders around it, says that it is a test or an example."""
    return any(not _SAMPLES.isdisjoint(_WORD.findall(part.lower())) for part in uri.split("/")[-3:])
