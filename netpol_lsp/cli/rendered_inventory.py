"""The part of `netpol-lint inventory` that says what was rendered, and what was not and why."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from typing import Any

from netpol_lsp.cli.console import count
from netpol_lsp.files.reading import read_source
from netpol_lsp.project.renderings import RenderedText, Renderings
from netpol_lsp.sources.rendering import RenderProblem
from netpol_lsp.text.source import Source

NOT_ASKED = "no one asked for it: `--render auto` renders it"


def rendered_as_text(renderings: Renderings, not_asked: Sequence[str]) -> Iterator[str]:
    """What was rendered, a line each, and what was not."""
    if renderings.texts:
        yield ""
        yield "rendered"
        for text in renderings.texts:
            parts = [count(len(text.facts.policies), "NetworkPolicy").replace("ys", "ies")]
            parts += [count(len(text.facts.resources.workloads), "workload")]
            parts += [count(len(text.facts.resources.services), "Service")]
            yield f"  {text.rendering.kind} {_folder(text)} {text.rendering.title}: {', '.join(parts)}"
    rows = [f"{_place(one, renderings)}  {one.message}" for one in dict.fromkeys(renderings.problems)]
    rows += [f"{path}  {NOT_ASKED}" for path in not_asked]
    if rows:
        yield ""
        yield "not rendered"
        yield from (f"  {row}" for row in rows)


def rendered_as_json(renderings: Renderings, not_asked: Sequence[str]) -> dict[str, Any]:
    """The same as data."""
    return {
        "rendered": [
            {
                "kind": text.rendering.kind,
                "folder": _folder(text),
                "title": text.rendering.title,
                "namespace": text.rendering.namespace,
                "policies": len(text.facts.policies),
                "workloads": len(text.facts.resources.workloads),
                "services": len(text.facts.resources.services),
            }
            for text in renderings.texts
        ],
        "not_rendered": [
            *(
                {"place": _place(one, renderings), "reason": one.message, "is_asked": True}
                for one in dict.fromkeys(renderings.problems)
            ),
            *({"place": path, "reason": NOT_ASKED, "is_asked": False} for path in not_asked),
        ],
    }


def _folder(text: RenderedText) -> str:
    return posixpath.dirname(text.name_file(text.rendering.main_file)) or "."


def _place(problem: RenderProblem, renderings: Renderings) -> str:
    read = read_source(problem.path)
    line = f":{read.lines.position(problem.span.start)[0] + 1}" if isinstance(read, Source) else ""
    return f"{renderings.name_file(problem.path)}{line}"
