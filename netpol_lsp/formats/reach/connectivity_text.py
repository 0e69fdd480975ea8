"""Connectivity as a table for the terminal, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netpol_lsp.formats.ansi import Pen
from netpol_lsp.formats.reach import markdown_table
from netpol_lsp.formats.reach.connection_lines import (
    ConnectivityReport,
    entry_state,
    entry_title,
    node_title,
    traffic_text,
)
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.policies.direction import Direction
from netpol_lsp.reach.connectivity import Isolation
from netpol_lsp.reach.exposure import Exposed, Unprotected
from netpol_lsp.text.visible import visible

Row = tuple[str, ...]


def render(report: ConnectivityReport, pen: Pen) -> str:
    """Connections, exposure where asked for, and how many workloads are isolated."""
    lines = list(_table(("FROM", "TO", "PORTS"), _connections(report), pen))
    if report.exposures is not None:
        lines += ["", *_table(("WORKLOAD", "DIRECTION", "OPEN TO", "PORTS"), _exposures(report), pen)]
    if report.entries:
        lines += ["", *_table(("THROUGH", "TO", "PORTS", "STATE"), _entries(report), pen)]
    lines += ["", *_table(("NAMESPACE", "WORKLOADS", "INGRESS ISOLATED", "EGRESS ISOLATED"), _isolation(report), pen)]
    return pen.lines(lines)


def markdown(report: ConnectivityReport) -> str:
    """The same as Markdown."""
    lines = ["### Connections", "", *_markdown(("from", "to", "ports"), _connections(report))]
    if report.exposures is not None:
        lines += ["", "### Exposure", "", *_markdown(("workload", "direction", "open to", "ports"), _exposures(report))]
    if report.entries:
        lines += ["", "### Entry points", "", *_markdown(("through", "to", "ports", "state"), _entries(report))]
    lines += ["", "### Isolation", ""]
    lines += _markdown(("namespace", "workloads", "ingress isolated", "egress isolated"), _isolation(report))
    return "\n".join(lines) + "\n"


def exposure_rows(report: ConnectivityReport) -> list[Row]:
    """Workload, direction, open to, ports."""
    return _exposures(report)


def _connections(report: ConnectivityReport) -> list[Row]:
    return [
        (node_title(item.source), node_title(item.destination), traffic_text(item.allow, item.unknown))
        for item in report.connections
    ]


def _entries(report: ConnectivityReport) -> list[Row]:
    return [
        (entry_title(item), item.workload.title, traffic_text(item.wanted, ()), entry_state(item))
        for item in report.entries
    ]


def _exposures(report: ConnectivityReport) -> list[Row]:
    return [(node_title(item.group), item.direction.value.lower(), *_open_to(item)) for item in report.exposures or ()]


def _open_to(item: Exposed | Unprotected) -> tuple[str, str]:
    if isinstance(item, Unprotected):
        return "everybody: no policy selects it", ""
    names = ", ".join(f"{protocol} {name}" for protocol, name in item.names)
    numbers = traffic_text(item.allow, item.unknown) if item.allow or item.unknown or not names else ""
    peer = "the whole cluster" if not isinstance(item.peer, CidrSet) and item.peer.is_entire_cluster else str(item.peer)
    if isinstance(item.peer, CidrSet):
        peer = node_title(item.peer)
    return peer, ", ".join(part for part in (numbers, names) if part)


def _isolation(report: ConnectivityReport) -> list[Row]:
    rows: list[Row] = [
        (item.namespace or "?", str(item.workloads), _share(item, Direction.INGRESS), _share(item, Direction.EGRESS))
        for item in report.isolation
    ]
    if len(rows) > 1:
        total = Isolation(
            "all",
            sum(item.workloads for item in report.isolation),
            sum(item.ingress for item in report.isolation),
            sum(item.egress for item in report.isolation),
            sum(item.unknown_ingress for item in report.isolation),
            sum(item.unknown_egress for item in report.isolation),
        )
        rows.append(("all", str(total.workloads), _share(total, Direction.INGRESS), _share(total, Direction.EGRESS)))
    return rows


def _share(item: Isolation, direction: Direction) -> str:
    count = item.ingress if direction is Direction.INGRESS else item.egress
    unknown = item.unknown_ingress if direction is Direction.INGRESS else item.unknown_egress
    percent = round(100 * count / item.workloads) if item.workloads else 0
    return f"{count} ({percent} %)" + (f", {unknown} unknown" if unknown else "")


def _table(head: Row, rows: Sequence[Row], pen: Pen) -> Iterator[str]:
    if not rows:
        yield pen.write("  ".join(head), "bold")
        yield "none"
        return
    rows = [tuple(map(visible, row)) for row in rows]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head) - 1)]
    for number, row in enumerate((head, *rows)):
        line = "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        yield pen.write(line, "bold") if number == 0 else line


def _markdown(head: Row, rows: Sequence[Row]) -> Iterator[str]:
    yield from markdown_table.heading(head)
    for row in rows:
        yield markdown_table.row(map(markdown_table.cell, row))
