"""Connectivity as a graph: Graphviz (dot) and Mermaid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netpol_lsp.formats.reach.connection_lines import ConnectivityReport, node_title, traffic_text
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.reach.connectivity import Connection, Group
from netpol_lsp.text.visible import visible, visible_lines

_MERMAID_EDGES = 500
"""Mermaid draws no more, unless its host sets `maxEdges`."""


@dataclass(frozen=True, slots=True)
class _Addresses:
    """Addresses on one side of the graph: where they send, or where they are reached."""

    addresses: CidrSet
    is_source: bool


def dot(report: ConnectivityReport) -> str:
    """A directed graph with a cluster for each namespace; what is not known is dashed."""
    names = _names(report)
    lines = [
        "digraph connectivity {",
        "  rankdir=LR;",
        '  node [shape=box, fontname="sans-serif"];',
        '  edge [fontname="sans-serif"];',
    ]
    for number, (namespace, groups) in enumerate(_by_namespace(report.groups)):
        lines += [f"  subgraph cluster_{number} {{", f"    label={_quoted(namespace)};"]
        lines += [f"    {names[group]} [label={_quoted(_lines_of(group))}];" for group in groups]
        lines.append("  }")
    lines += [
        f"  {name} [label={_quoted(node_title(node.addresses))}, shape=ellipse];"
        for node, name in names.items()
        if isinstance(node, _Addresses)
    ]
    for item in report.connections:
        source, destination = (names[end] for end in _ends(item))
        style = "" if item.allow else ", style=dashed"
        label = traffic_text(item.allow, item.unknown)
        lines.append(f"  {source} -> {destination} [label={_quoted(label)}{style}];")
    return "\n".join([*lines, "}"]) + "\n"


def mermaid(report: ConnectivityReport) -> str:
    """A flowchart with a box for each namespace; what is not known is dotted."""
    names = _names(report)
    lines = ["flowchart LR"]
    if len(report.connections) > _MERMAID_EDGES:
        lines.append(
            f"  %% {len(report.connections)} connections: Mermaid draws up to {_MERMAID_EDGES} unless maxEdges says more"
        )
    for number, (namespace, groups) in enumerate(_by_namespace(report.groups)):
        lines.append(f'  subgraph ns{number}["{_escaped(namespace)}"]')
        lines += [f'    {names[group]}["{"<br>".join(map(_escaped, _titles(group)))}"]' for group in groups]
        lines.append("  end")
    lines += [
        f'  {name}(["{_escaped(node_title(node.addresses))}"])'
        for node, name in names.items()
        if isinstance(node, _Addresses)
    ]
    for item in report.connections:
        source, destination = (names[end] for end in _ends(item))
        label = _escaped(traffic_text(item.allow, item.unknown))
        arrow = "-->" if item.allow else "-.->"
        lines.append(f'  {source} {arrow}|"{label}"| {destination}')
    return "\n".join(lines) + "\n"


def _names(report: ConnectivityReport) -> dict[Group | _Addresses, str]:
    names: dict[Group | _Addresses, str] = {group: f"g{number}" for number, group in enumerate(report.groups)}
    for item in report.connections:
        for node in _ends(item):
            if node not in names:
                names[node] = f"a{len(names)}"
    return names


def _ends(item: Connection) -> Iterator[Group | _Addresses]:
    """The ends; addresses that send and are reached are there twice, so that arrows go one way."""
    for node, is_source in ((item.source, True), (item.destination, False)):
        yield _Addresses(node, is_source) if isinstance(node, CidrSet) else node


def _by_namespace(groups: Iterable[Group]) -> list[tuple[str, list[Group]]]:
    found: dict[str, list[Group]] = {}
    for group in groups:
        found.setdefault(group.namespace or "(unknown namespace)", []).append(group)
    return sorted(found.items())


def _titles(group: Group) -> list[str]:
    titles = [title.partition("/")[2] for title in group.titles]
    return titles[:6] + ([f"and {len(titles) - 6} more"] if len(titles) > 6 else [])


def _lines_of(group: Group) -> str:
    return "\n".join(map(visible, _titles(group)))


def _quoted(text: str) -> str:
    escaped = visible_lines(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _escaped(text: str) -> str:
    """Text in a string of Mermaid: as HTML, without what Mermaid reads as Markdown or as a character by its name."""
    escaped = visible(text).replace("#", "#35;").replace("&", "#amp;").replace('"', "#quot;")
    return escaped.replace("<", "#lt;").replace(">", "#gt;").replace("`", "#96;")
