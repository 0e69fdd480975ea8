"""How often each rule has found something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from netpol_lsp.lint.report import FileReport


def render_statistics(reports: Iterable[FileReport]) -> str:
    """A table of counts by rule, the most frequent first; suppressed findings do not count."""
    counts: Counter[tuple[str, str]] = Counter()
    fixable: Counter[str] = Counter()
    worst: dict[str, str] = {}
    for report in reports:
        for found in report.diagnostics:
            if found.suppressed is None:
                counts[found.code, found.name] += 1
                fixable[found.code] += bool(found.fixes)
                worst.setdefault(found.code, str(found.severity))
    if not counts:
        return "no findings\n"
    width = len(str(max(counts.values())))
    name_width = max(len(name) for _, name in counts)
    rows = []
    for (code, name), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        tail = f"  {fixable[code]} with a fix" if fixable[code] else ""
        rows.append(f"{count:>{width}}  {code}  {name:<{name_width}}  {worst[code]:<7}{tail}".rstrip())
    return "\n".join(rows) + "\n"
