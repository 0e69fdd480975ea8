"""One finding for people: its message, the lines of the file with marks, its fixes."""

from __future__ import annotations

from collections.abc import Mapping

from netpol_lsp.findings.diagnostic import Diagnostic, Related
from netpol_lsp.formats.ansi import Pen
from netpol_lsp.formats.options import TOOL, RenderOptions
from netpol_lsp.formats.positions import place, source_of
from netpol_lsp.formats.source_snippet import Canvas, Highlight, draw, last_line
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span
from netpol_lsp.text.visible import visible

DEFAULT_WIDTH = 120
"""The width, in cells, of what is no terminal."""

_APPLICABILITIES = {Applicability.SAFE: "safe", Applicability.UNSAFE: "unsafe", Applicability.DISPLAY: "by hand"}


def picture(found: Diagnostic, source: Source, sources: Mapping[str, Source], options: RenderOptions) -> str:
    """A finding with its picture; `sources`: the texts of the report, by URI."""
    pen = Pen(options.color)
    own, others = _split(found, source, sources)
    shown = [(source, found.span), *((source, item.span) for item in own)]
    shown += [(other, item.span) for item, other in others if other is not None]
    digits = max(len(str(last_line(text, span) + 1)) for text, span in shown)
    canvas = Canvas(pen, digits, options.width or DEFAULT_WIDTH)
    title = pen.severity(f"{found.severity}[{found.code}]", found.severity)
    reference = f"   {visible(str(found.object))}" if found.object else ""
    rows = [
        title + pen.write(f": {visible(found.message)}", "bold"),
        canvas.head("-->", _where(source, found.span) + reference),
        *draw(source, [_main(found), *map(_mark, own)], canvas),
    ]
    for item, other in others:
        rows += _elsewhere(item, other, canvas)
    if options.show_fixes:
        rows += [canvas.note(_fix(fix, pen)) for fix in found.fixes]
    rows.append(canvas.note(f"{found.name}: {TOOL} rule {found.code}"))
    return "\n".join(rows)


def _split(
    found: Diagnostic, source: Source, sources: Mapping[str, Source]
) -> tuple[list[Related], list[tuple[Related, Source | None]]]:
    """The related places in the finding's own file, and those in others."""
    own: list[Related] = []
    others: list[tuple[Related, Source | None]] = []
    for item in found.related:
        other = source_of(item, source, sources)
        if other is source:
            own.append(item)
        else:
            others.append((item, other))
    return own, others


def _main(found: Diagnostic) -> Highlight:
    return Highlight(found.span, visible(found.label), found.severity.value)


def _mark(item: Related) -> Highlight:
    return Highlight(item.span, visible(item.message), "related", "-")


def _elsewhere(item: Related, source: Source | None, canvas: Canvas) -> list[str]:
    """A related place of another file; only its path when the text is not known."""
    if source is None:
        return [canvas.row(), canvas.head(":::", f"{visible(item.uri or '')}   {visible(item.message)}")]
    rows = [canvas.row(), canvas.head(":::", _where(source, item.span))]
    return rows + draw(source, [_mark(item)], canvas)


def _where(source: Source, span: Span) -> str:
    line, column = place(source, span.start)
    return f"{visible(source.uri)}:{line}:{column}"


def _fix(fix: Fix, pen: Pen) -> str:
    title = visible(fix.title)
    if title[:1].isupper() and not title[1:2].isupper():
        title = title[0].lower() + title[1:]
    return pen.write(f"fix ({_APPLICABILITIES[fix.applicability]})", "fix") + f": {title}"
