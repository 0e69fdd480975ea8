"""Connectivity as a graph: Graphviz (dot) and Mermaid."""

from __future__ import annotations

from collections.abc import Iterable

from netpol_lsp.formats.reach.connection_lines import ConnectivityReport, node_title, traffic_text
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.reach.connectivity import Connection, Group, Node

_EVERYTHING = "all ports"


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
        f"  {name} [label={_quoted(node_title(node))}, shape=ellipse];"
        for node, name in names.items()
        if isinstance(node, CidrSet)
    ]
    for item in report.connections:
        style = "" if item.allow else ", style=dashed"
        label = traffic_text(item.allow, item.unknown)
        lines.append(f"  {names[item.source]} -> {names[item.destination]} [label={_quoted(label)}{style}];")
    return "\n".join([*lines, "}"]) + "\n"


def mermaid(report: ConnectivityReport) -> str:
    """A flowchart with a box for each namespace; what is not known is dotted."""
    names = _names(report)
    lines = ["flowchart LR"]
    for number, (namespace, groups) in enumerate(_by_namespace(report.groups)):
        lines.append(f'  subgraph ns{number}["{_escaped(namespace)}"]')
        lines += [f'    {names[group]}["{_escaped(_lines_of(group)).replace(chr(10), "<br>")}"]' for group in groups]
        lines.append("  end")
    lines += [
        f'  {name}(["{_escaped(node_title(node))}"])' for node, name in names.items() if isinstance(node, CidrSet)
    ]
    for item in report.connections:
        label = _escaped(traffic_text(item.allow, item.unknown))
        arrow = "-->" if item.allow else "-.->"
        lines.append(f'  {names[item.source]} {arrow}|"{label}"| {names[item.destination]}')
    return "\n".join(lines) + "\n"


def _names(report: ConnectivityReport) -> dict[Node, str]:
    names: dict[Node, str] = {group: f"g{number}" for number, group in enumerate(report.groups)}
    for item in report.connections:
        for node in _ends(item):
            if node not in names:
                names[node] = f"a{len(names)}"
    return names


def _ends(item: Connection) -> tuple[Node, Node]:
    return item.source, item.destination


def _by_namespace(groups: Iterable[Group]) -> list[tuple[str, list[Group]]]:
    found: dict[str, list[Group]] = {}
    for group in groups:
        found.setdefault(group.namespace or "(unknown namespace)", []).append(group)
    return sorted(found.items())


def _lines_of(group: Group) -> str:
    titles = [title.partition("/")[2] for title in group.titles]
    return "\n".join(titles[:6] + ([f"and {len(titles) - 6} more"] if len(titles) > 6 else []))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "#quot;").replace("<", "&lt;").replace(">", "&gt;")
