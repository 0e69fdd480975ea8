"""A difference of connectivity for the terminal, and as Markdown for pull requests and CI summaries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lsp.explanations.connection import end_title
from netpol_lsp.formats.ansi import Pen
from netpol_lsp.formats.reach import markdown_table
from netpol_lsp.formats.reach.places import Places
from netpol_lsp.reach.diff import Cause, Change, ChangeClass, Difference
from netpol_lsp.reach.traffic import describe
from netpol_lsp.text.markup import markdown_text

TITLES = {
    ChangeClass.OPENED_WORLD: "Opened to or from outside the cluster",
    ChangeClass.OPENED_CROSS: "Opened across namespaces",
    ChangeClass.OPENED_INSIDE: "Opened inside a namespace",
    ChangeClass.CLOSED: "Closed",
    ChangeClass.UNCERTAIN: "Changed, but not known how",
}
MARKDOWN_LIMIT = 60_000
"""A comment of GitHub has room for 65,536 characters, a job's summary for a million bytes."""
_MOST_WORKLOADS = 50
_SIGNS = {ChangeClass.CLOSED: "-", ChangeClass.UNCERTAIN: "?"}
_STYLES = {"+": "error", "-": "fix", "?": "warning", "~": "warning"}


@dataclass(frozen=True, slots=True)
class BothPlaces:
    """The places of the state before and of the one after."""

    before: Places
    after: Places

    def of(self, cause: Cause) -> str:
        """Where a cause is written; "" when its text is not known."""
        found = (self.before if cause.is_before else self.after).find(cause.reason.origin)
        return f"{found}" if found is not None else ""


def by_class(difference: Difference) -> Iterator[tuple[ChangeClass, list[Change]]]:
    """The changes of each class that has some; one that opens and closes is in both."""
    for kind in ChangeClass:
        found = [change for change in difference.changes if kind in change.classes]
        if found:
            yield kind, found


def render(difference: Difference, places: BothPlaces, pen: Pen) -> str:
    """The changes by class, each with the lines that did it."""
    lines: list[str] = []
    for kind, changes in by_class(difference):
        lines += (
            ["", pen.write(f"{TITLES[kind]} ({len(changes)})", "bold")]
            if lines
            else [pen.write(f"{TITLES[kind]} ({len(changes)})", "bold")]
        )
        for change in changes:
            sign, text = _line(kind, change)
            lines.append(f"  {pen.write(sign, _STYLES[sign])} {text}")
            for cause in change.causes_of(kind):
                where = places.of(cause)
                when = "before: " if cause.is_before else ""
                lines.append(
                    f"      {when}{cause.text}" + (f"   {pen.write('-->', 'gutter')} {where}" if where else "")
                )
    if not lines:
        lines = ["no connection changes"]
    lines += _workloads(difference)
    return pen.lines(lines)


def markdown(difference: Difference, places: BothPlaces, limit: int = MARKDOWN_LIMIT) -> str:
    """The changes as tables under headings, the widest first; with more than about `limit` characters the rest is counted only."""
    counts = [f"**{len(changes)}** {TITLES[kind].lower()}" for kind, changes in by_class(difference)]
    lines = ["## Network policy changes", "", ", ".join(counts) if counts else "No connection changes."]
    left = limit
    for kind, changes in by_class(difference):
        lines += ["", f"### {TITLES[kind]}", ""]
        rows: list[str] = []
        for change in changes:
            rows.append(_row(kind, change, places))
            left -= len(rows[-1])
            if left < 0:
                rows.pop()
                break
        if rows:
            lines += [*markdown_table.heading(("", "from", "to", "ports", "because of")), *rows]
        if len(rows) < len(changes):
            lines += [
                "",
                f"{len(changes) - len(rows)} {'more ' if rows else ''}not shown here: the text or html format has all.",
            ]
    workloads = _workloads(difference)
    lines += [f"\n{markdown_text(line)}" for line in workloads[:_MOST_WORKLOADS]]
    if len(workloads) > _MOST_WORKLOADS:
        lines.append(f"\n{len(workloads) - _MOST_WORKLOADS} more workloads are new or gone")
    return "\n".join(lines) + "\n"


def _row(kind: ChangeClass, change: Change, places: BothPlaces) -> str:
    sign, _ = _line(kind, change)
    causes = "<br>".join(_cause(cause, places) for cause in change.causes_of(kind))
    ends = map(markdown_table.name, (end_title(change.source), end_title(change.destination)))
    return markdown_table.row((sign, *ends, markdown_table.cell(_ports(kind, change)), causes))


def _cause(cause: Cause, places: BothPlaces) -> str:
    where = places.of(cause)
    text = markdown_table.cell(f"{'before: ' if cause.is_before else ''}{cause.text}")
    return f"{text} ({markdown_table.name(where)})" if where else text


def _workloads(difference: Difference) -> list[str]:
    lines = [f"workload {title} is new" for title in difference.added]
    return lines + [f"workload {title} is gone" for title in difference.removed]


def _line(kind: ChangeClass, change: Change) -> tuple[str, str]:
    """The sign and the text of a change: `+` opened, `-` closed, `~` a part of it, `?` not known."""
    ends = f"{end_title(change.source)} -> {end_title(change.destination)}"
    sign = _SIGNS.get(kind, "+")
    if change.before is not None and change.after is not None:
        is_partial = (sign == "+" and change.before.allow) or (sign == "-" and change.after.allow)
        if is_partial:
            before, after = describe(change.before.allow), describe(change.after.allow)
            return "~", f"{ends}: {_ports(kind, change)} {'opened' if sign == '+' else 'closed'} ({before} -> {after})"
    return sign, f"{ends}: {_ports(kind, change)}"


def _ports(kind: ChangeClass, change: Change) -> str:
    if kind is ChangeClass.UNCERTAIN:
        return describe(change.uncertain)
    return describe(change.closed if kind is ChangeClass.CLOSED else change.opened)


def summary(difference: Difference) -> str:
    """As in `2 opened, 1 closed`."""
    opened = sum(bool(change.opened) for change in difference.changes)
    closed = sum(bool(change.closed) for change in difference.changes)
    uncertain = sum(bool(change.uncertain) for change in difference.changes)
    parts = [f"{opened} opened", f"{closed} closed"] + ([f"{uncertain} not known"] if uncertain else [])
    return ", ".join(parts)
