"""A difference of connectivity for the terminal, and as Markdown for pull requests and CI summaries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lsp.explanations.connection import end_title
from netpol_lsp.formats.ansi import Pen
from netpol_lsp.formats.reach.places import Places
from netpol_lsp.reach.diff import Cause, Change, ChangeClass, Difference
from netpol_lsp.reach.traffic import describe

TITLES = {
    ChangeClass.OPENED_WORLD: "Opened to or from outside the cluster",
    ChangeClass.OPENED_CROSS: "Opened across namespaces",
    ChangeClass.OPENED_INSIDE: "Opened inside a namespace",
    ChangeClass.CLOSED: "Closed",
    ChangeClass.UNCERTAIN: "Changed, but not known how",
}
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
    return "\n".join(lines) + "\n"


def markdown(difference: Difference, places: BothPlaces) -> str:
    """The changes as tables under headings."""
    counts = [f"**{len(changes)}** {TITLES[kind].lower()}" for kind, changes in by_class(difference)]
    lines = ["## Network policy changes", "", ", ".join(counts) if counts else "No connection changes."]
    for kind, changes in by_class(difference):
        lines += ["", f"### {TITLES[kind]}", "", "| | from | to | ports | because of |", "|---|---|---|---|---|"]
        for change in changes:
            sign, _ = _line(kind, change)
            causes = "<br>".join(_cause(cause, places) for cause in change.causes_of(kind))
            cells = (sign, end_title(change.source), end_title(change.destination), _ports(kind, change), causes)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    lines += [f"\n{line}" for line in _workloads(difference)]
    return "\n".join(lines) + "\n"


def _cause(cause: Cause, places: BothPlaces) -> str:
    where = places.of(cause)
    return f"{'before: ' if cause.is_before else ''}{cause.text}" + (f" (`{where}`)" if where else "")


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
