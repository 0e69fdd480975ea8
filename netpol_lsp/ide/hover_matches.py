"""Hover on a selector: the pods or namespaces that it means, as far as the workspace shows them."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.ide.workspace_links import Selected
from netpol_lsp.text.markup import markdown_text

_MOST = 8


def explain_matches(selected: Selected) -> Iterator[str]:
    """One section, as Markdown; none where the workspace knows nothing that could be meant."""
    names = [f"{one.kind} `{_name(one.namespace, one.name)}`" for one in selected.workloads]
    names += [f"namespace `{one.name}`" for one in selected.namespaces]
    names = list(dict.fromkeys(names))
    if not names:
        if not selected.perhaps:
            yield "**In this workspace** it matches nothing."
        return
    shown = [f"- {markdown_text(name)}" for name in names[:_MOST]]
    if len(names) > _MOST:
        shown.append(f"- and {len(names) - _MOST} more")
    if selected.perhaps:
        shown.append("- perhaps others that no manifest here shows")
    yield "\n".join(["**In this workspace** it matches:", "", *shown])


def _name(namespace: str | None, name: str | None) -> str:
    return f"{namespace}/{name}" if namespace else name or "(no name)"
