"""What the page shows where no scripts run: its connections as a plain table."""

from __future__ import annotations

import html
from collections.abc import Iterator

from netpol_lsp.formats.page.tables import NONE, Data
from netpol_lsp.text.visible import visible

_MOST = 2000


def fallback(data: Data) -> str:
    """The connections, or changes, as an HTML table."""
    rows = [row for row in map(_Rows(data).row, data["edges"]) if row is not None]
    lines = ["<h2>Connections</h2>", "<p>No script may run here, so this is the table alone.</p>", "<table>"]
    lines.append(f"<tr>{''.join(f'<th>{name}</th>' for name in _HEAD[data['kind']])}</tr>")
    lines += [f"<tr>{''.join(f'<td>{html.escape(visible(cell))}</td>' for cell in row)}</tr>" for row in rows[:_MOST]]
    lines.append("</table>")
    if len(rows) > _MOST:
        lines.append(f"<p>{len(rows) - _MOST} more: see <code>--format csv</code>.</p>")
    return "\n".join(lines)


_HEAD = {"connectivity": ("From", "To", "Ports"), "diff": ("From", "To", "Opened", "Closed", "Not known")}


class _Rows:
    def __init__(self, data: Data) -> None:
        self.data = data
        self.titles = [_title(node) for node in data["nodes"]]

    def row(self, edge: Data) -> tuple[str, ...] | None:
        ends = self.titles[edge["from"]], self.titles[edge["to"]]
        if self.data["kind"] == "connectivity":
            unknown = self._text(edge["unknown"])
            ports = [self._text(edge["allow"]), f"unknown: {unknown}" if unknown else ""]
            return (*ends, "; ".join(filter(None, ports)))
        changed = tuple(self._text(edge[key]) for key in ("opened", "closed", "uncertain"))
        return (*ends, *changed) if any(changed) else None

    def _text(self, number: int) -> str:
        return "" if number == NONE else str(self.data["traffic"][number]["text"])


def _title(node: Data) -> str:
    return str(node["title"]) if node["kind"] == "addresses" else ", ".join(_titles(node))


def _titles(node: Data) -> Iterator[str]:
    return (item["title"] for item in node["workloads"])
