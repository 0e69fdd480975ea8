"""What renderings say of files, kept beside the workspace: laid over the findings of a file when someone asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from netpol_lsp.config.config import FileConfig
from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.project.rendered_findings import FileFindings, RenderedFinding, by_file, join
from netpol_lsp.project.renderings import NO_RENDERINGS, Renderings
from netpol_lsp.text.difference import difference
from netpol_lsp.text.edits import TextEdit
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span

_NOTHING = FileFindings()


@dataclass(frozen=True)
class FileOverlay:
    """What renderings say of one file, whose text was `text` when they were made."""

    findings: FileFindings
    text: str
    renderings: Renderings

    def join(self, source: Source, own: Sequence[Diagnostic], config: FileConfig) -> tuple[Diagnostic, ...]:
        """The file's findings with those of what was rendered from it; `source`: its text as it is now.

        Where the text has changed since, findings move with their lines, and those of changed lines are left out.
        """
        if source.text == self.text:
            return join(source, own, self.findings, self.renderings, config)
        edits = difference(self.text, source.text)
        moved = FileFindings(_moved(self.findings.rendered, edits), (), _moved(self.findings.failures, edits))
        return join(source, own, moved, NO_RENDERINGS, config)


def overlays_of(
    found: Sequence[RenderedFinding], renderings: Renderings, read: Callable[[str], Source | None]
) -> dict[str, FileOverlay]:
    """The overlays of all files of which renderings say something, or whose own findings they may refute."""
    by_uri = by_file(found, renderings, read)
    overlays: dict[str, FileOverlay] = {}
    for uri in {*by_uri, *renderings.stands_for}:
        source = read(uri)
        if source is not None:
            overlays[uri] = FileOverlay(by_uri.get(uri, _NOTHING), source.text, renderings)
    return overlays


def same_overlays(one: Mapping[str, FileOverlay], other: Mapping[str, FileOverlay]) -> bool:
    """Whether two sets of overlays show the same."""
    return one.keys() == other.keys() and all(
        mine.findings == other[uri].findings
        and mine.text == other[uri].text
        and mine.renderings is other[uri].renderings
        for uri, mine in one.items()
    )


def _moved(found: Sequence[Diagnostic], edits: Sequence[TextEdit]) -> tuple[Diagnostic, ...]:
    result = []
    for one in found:
        shift = 0
        for edit in edits:
            if edit.span.end <= one.span.start:
                shift += len(edit.text) - len(edit.span)
            elif edit.span.start < one.span.end:
                break
        else:
            # Fixes and other places of the file are of the text as it was.
            span = Span(one.span.start + shift, one.span.end + shift)
            result.append(replace(one, span=span, fixes=(), related=tuple(item for item in one.related if item.uri)))
    return tuple(result)
