"""A rendering: what a chart or a kustomization gives, as one text, with where each part of it was written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from netpol_lsp.sources.origin_map import OriginMap
from netpol_lsp.text.readable import shorten
from netpol_lsp.text.span import Span
from netpol_lsp.text.visible import visible

_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class RenderProblem:
    """Why something was not rendered: a sentence without its full stop, at a span of a file (absolute path).

    `is_failure`: nothing came of it at all; else it is only not whole.
    """

    path: str
    span: Span
    message: str
    is_failure: bool = True


@dataclass(frozen=True, slots=True)
class Rendering:
    """`kind`: "chart" or "kustomization"; `root`: its folder; `title`: which rendering of it, as in `with values-prod.yaml`.

    `text`: all objects; `origins`: where they were written. `inputs`: the files that it was made of, and `templates` those
    of them whose objects it stands for, whether anything came of them or not; all paths are absolute, `/`-separated.
    `namespace`: what an object without one gets, where that is said. `values`: the values files of a chart's release. `problems`: what is missing, and why.
    """

    kind: str
    root: str
    title: str
    text: str = ""
    origins: OriginMap | None = None
    inputs: frozenset[str] = frozenset()
    templates: frozenset[str] = frozenset()
    namespace: str | None = None
    values: tuple[str, ...] = ()
    problems: tuple[RenderProblem, ...] = field(default=())

    @property
    def main_file(self) -> str:
        """The file that makes the folder what it is."""
        return next((path for path in sorted(self.inputs) if path.rpartition("/")[0] == self.root), self.root)

    @property
    def has_failed(self) -> bool:
        """Whether nothing was rendered."""
        return self.origins is None


def clean_reason(text: str) -> str:
    """What a program says, as a part of our sentence: one line, nothing in it that acts on a terminal, not too long."""
    return shorten(visible(" ".join(text.split())).rstrip(". "), _LONGEST_REASON)


def join_documents(pieces: Iterable[tuple[str, str]]) -> tuple[str, list[tuple[int, str, str]]]:
    """Texts with their paths as one stream; each with where it starts in it.

    The stream starts with a document of its own, so that what is said at the head of a file does not count for all.
    """
    parts, at = ["# rendered\n"], len("# rendered\n")
    found: list[tuple[int, str, str]] = []
    for path, text in pieces:
        if not text.strip():
            continue
        separator = "" if text.lstrip().startswith("---") and text.startswith("---") else "---\n"
        body = text if text.endswith("\n") else f"{text}\n"
        parts += (separator, body)
        at += len(separator)
        found.append((at, path, text))
        at += len(body)
    return "".join(parts), found
